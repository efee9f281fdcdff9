import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { checkModelEndpoint } from "@writ/adapters/llm/endpoint";
import { systemClock } from "@writ/adapters/system/clock";
import { nodeHasher } from "@writ/adapters/system/sha256";
import { InvariantError, OrchestratorError } from "@writ/core";
import {
  GoalPlanner,
  inputTypes,
  loadTemplates,
  ModelPlanner,
  PLANNING_LIMITS,
  SHIPPED_TEMPLATES,
  TemplatePlanner,
  type Config,
  type Llm,
  type LoadedTemplates,
  type Planner,
  type PlanRequest,
  type Proposal,
  type TemplateFile,
  type TemplateMatch,
} from "@writ/runtime";
import { fileURLToPath } from "node:url";

/** The configured model; null when there is none. @throws OrchestratorError `outbound_refused`, `config_invalid` */
export async function configuredModel(config: Config): Promise<Llm | null> {
  if (config.model === null) return null;
  const { baseUrl, model, apiKey, prices } = config.model;
  const endpoint = checkModelEndpoint(baseUrl, config.policy.hosts);
  if (!endpoint.ok) {
    const { code, message, remedy } = endpoint.error;
    throw new OrchestratorError(
      code === "outbound_refused" ? "outbound_refused" : "config_invalid",
      `${message}; ${remedy ?? "see: writ config show"}`,
      { problems: [endpoint.error] },
    );
  }
  const { OpenAiCompatible, DEFAULT_MAX_ANSWER_BYTES } = await import("@writ/adapters/llm/openai-compatible");
  return new OpenAiCompatible(
    {
      baseUrl: endpoint.value,
      model,
      apiKey,
      temperature: null,
      maxAnswerBytes: DEFAULT_MAX_ANSWER_BYTES,
      prices,
      isTraced: config.telemetry !== null,
    },
    systemClock,
  );
}

/** Templates that ship, and those that lie in the workspace. */
export function workspaceTemplates(root: string): LoadedTemplates {
  return loadTemplates([
    ...filesIn(fileURLToPath(SHIPPED_TEMPLATES), "shipped"),
    ...filesIn(join(root, "templates"), "workspace"),
  ]);
}

/** Who plans in a workspace. Templates are read when the first goal is planned or compared, and not before: most commands need none. */
export class GoalPlanning implements Planner {
  readonly #root: string;
  readonly #llm: Llm | null;
  #loaded: Loaded | null = null;

  constructor(root: string, llm: Llm | null) {
    this.#root = root;
    this.#llm = llm;
  }

  async propose(request: PlanRequest, signal: AbortSignal): Promise<Proposal> {
    const tools = request.tools.filter(({ traits }) => !traits.compensates);
    return this.#load().planner.propose({ ...request, tools }, signal);
  }

  explain(goal: string, today: string): TemplateMatch {
    return this.#load().template.explain(goal, today);
  }

  /** Whether some template takes the text of a file under this name. */
  isFileInput(name: string): boolean {
    return this.#load().inputs.get(name)?.has("file") === true;
  }

  /** The names of which that is so. */
  fileInputs(): readonly string[] {
    return [...this.#load().inputs.keys()].filter((name) => this.isFileInput(name));
  }

  #load(): Loaded {
    this.#loaded ??= loaded(workspaceTemplates(this.#root), this.#llm);
    return this.#loaded;
  }
}

interface Loaded {
  readonly planner: GoalPlanner;
  readonly template: TemplatePlanner;
  readonly inputs: ReturnType<typeof inputTypes>;
}

function loaded({ catalogue, problems }: LoadedTemplates, llm: Llm | null): Loaded {
  if (catalogue === null) throw new InvariantError("the shipped templates cannot be read", { problems });
  const template = new TemplatePlanner(catalogue, llm === null ? "none" : "model");
  const model = llm === null ? null : new ModelPlanner({ llm, hash: nodeHasher, clock: systemClock }, PLANNING_LIMITS);
  return { template, planner: new GoalPlanner(template, model), inputs: inputTypes(catalogue) };
}

function filesIn(folder: string, origin: TemplateFile["origin"]): readonly TemplateFile[] {
  try {
    return readdirSync(folder)
      .filter((name) => /\.ya?ml$/.test(name))
      .map((name) => ({ name: `templates/${name}`, text: readFileSync(join(folder, name), "utf8"), origin }));
  } catch (error) {
    if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR")) return [];
    throw error;
  }
}

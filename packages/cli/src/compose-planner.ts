import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { OpenAiCompatible, DEFAULT_MAX_ANSWER_BYTES } from "@writ/adapters/llm/openai-compatible";
import { checkModelEndpoint } from "@writ/adapters/llm/endpoint";
import { systemClock } from "@writ/adapters/system/clock";
import { nodeHasher } from "@writ/adapters/system/sha256";
import { COMPENSATING_TOOLS } from "@writ/adapters/tools/restore";
import { InvariantError, OrchestratorError } from "@writ/core";
import { GoalPlanner, loadTemplates, ModelPlanner, PLANNING_LIMITS, SHIPPED_TEMPLATES, TemplatePlanner, type Config, type Llm, type LoadedTemplates, type Planner, type TemplateFile } from "@writ/runtime";
import { fileURLToPath } from "node:url";

/** The configured model; null when there is none. @throws OrchestratorError `outbound_refused`, `config_invalid` */
export function configuredModel(config: Config): Llm | null {
  if (config.model === null) return null;
  const { baseUrl, model, apiKey } = config.model;
  const endpoint = checkModelEndpoint(baseUrl, config.policy.hosts);
  if (!endpoint.ok) {
    const { code, message, remedy } = endpoint.error;
    throw new OrchestratorError(code === "outbound_refused" ? "outbound_refused" : "config_invalid", `${message}; ${remedy ?? "see: writ config show"}`, { problems: [endpoint.error] });
  }
  return new OpenAiCompatible({ baseUrl: endpoint.value, model, apiKey, temperature: null, maxAnswerBytes: DEFAULT_MAX_ANSWER_BYTES, prices: { input: 0, output: 0 } }, systemClock);
}

/** Templates that ship, and those that lie in the workspace. */
export function workspaceTemplates(root: string): LoadedTemplates {
  return loadTemplates([...filesIn(fileURLToPath(SHIPPED_TEMPLATES), "shipped"), ...filesIn(join(root, "templates"), "workspace")]);
}

export function goalPlanner(templates: LoadedTemplates, llm: Llm | null): { readonly planner: Planner; readonly template: TemplatePlanner } {
  if (templates.catalogue === null) throw new InvariantError("the shipped templates cannot be read", { problems: templates.problems });
  const template = new TemplatePlanner(templates.catalogue, llm === null ? "none" : "model");
  const planner = new GoalPlanner(template, llm === null ? null : new ModelPlanner({ llm, hash: nodeHasher, clock: systemClock }, PLANNING_LIMITS));
  return { template, planner: { propose: (request, signal) => planner.propose({ ...request, tools: request.tools.filter(({ name }) => !COMPENSATING_TOOLS.includes(name)) }, signal) } };
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

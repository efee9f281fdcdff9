import { DEFAULT_LIMITS, DEFAULT_POLICY, type Policy, type RunId } from "@writ/core";
import {
  Approvals,
  Engine,
  pinConfiguration,
  rulesOfRun,
  Secrets,
  Tasks,
  ToolGateway,
  toolRules,
  type Clock,
  type Entropy,
  type Planner,
  type Sandbox,
  type Store,
  type TaskDefaults,
  type Tool,
  type WorkspaceFiles,
} from "@writ/runtime";
import { nodeHasher } from "@writ/adapters/system/sha256";

export interface Workshop {
  readonly engine: Engine;
  readonly tasks: Tasks;
  readonly approvals: Approvals;
  readonly store: Store;
}

export interface WorkshopParts {
  readonly store: Store;
  readonly tools: readonly Tool[];
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly files: WorkspaceFiles;
  readonly sandbox: Sandbox;
  readonly planner?: Planner;
  readonly policy?: Policy;
  readonly secrets?: readonly string[];
  readonly defaults?: Partial<TaskDefaults>;
  readonly callsPerMinute?: number;
}

const NO_PLANNER: Planner = {
  propose: async () => ({
    kind: "refused",
    code: "no_planner",
    message: "no planner",
    nearest: [],
    usage: { tokens: 0, costMillicents: 0 },
    answers: [],
  }),
};

/** Engine and services over real ports, as the composition root makes them. */
export async function openWorkshop(parts: WorkshopParts): Promise<Workshop> {
  const { store, tools, clock, entropy, files, sandbox } = parts;
  const policy = parts.policy ?? DEFAULT_POLICY;
  const hash = nodeHasher;
  const rules = toolRules(hash, tools);
  const configured = { hash, log: store.log.id, tools: rules };
  const today = await pinConfiguration(store.documents, {
    ...configured,
    policy,
    sandbox: sandbox.profile,
    models: { type: "writ/models/v1" },
  });
  const rulesOf = (run: RunId) => rulesOfRun(store, run, configured);
  const gateway = new ToolGateway({
    tools: new Map(tools.map((tool) => [tool.spec.name, tool])),
    rules,
    policy,
    clock,
    files,
    sandbox,
    llm: null,
    callsPerMinute: parts.callsPerMinute ?? 100_000,
  });
  const engine = new Engine({
    store,
    clock,
    entropy,
    secrets: new Secrets(parts.secrets ?? []),
    gateway,
    planner: parts.planner ?? NO_PLANNER,
    rules: today.rules,
    rulesOf,
  });
  const defaults: TaskDefaults = {
    limits: DEFAULT_LIMITS,
    mode: policy.mode,
    ceiling: "destructive",
    approvalTtlMs: 86_400_000,
    timeoutMs: 30_000,
    width: 4,
    onFatal: "pause",
    ...parts.defaults,
  };
  const tasks = new Tasks({ store, engine, clock, entropy, hash, pinned: today, rules, policy, rulesOf, defaults });
  const history = (run: RunId) => tasks.history(run);
  return { engine, tasks, approvals: new Approvals({ store, engine, gateway, history }), store };
}

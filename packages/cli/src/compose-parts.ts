import { join } from "node:path";
import { openWorkspaceFiles } from "@writ/adapters/files/workspace-files";
import { systemClock } from "@writ/adapters/system/clock";
import { nodeHasher } from "@writ/adapters/system/sha256";
import type { WorkspacePaths } from "@writ/adapters/workspace/layout";
import { toRfc3339, type JsonObject } from "@writ/core";
import {
  ToolGateway,
  toolRules,
  type Config,
  type Sandbox,
  type TaskDefaults,
  type Notifier,
  type Tool,
} from "@writ/runtime";
import { configuredModel, GoalPlanning } from "./compose-planner.ts";
import { shippedTools, systemSandbox } from "./compose-tools.ts";
import type { World } from "./world.ts";

export const PRODUCT = "writ/0.1.0";

/** What an embedder adds to what ships. */
export interface Fittings {
  /** Tools beside those that ship, under names of their own. */
  readonly tools: readonly Tool[];
  /** Told beside everybody who is configured; null for nobody. */
  readonly notifier: Notifier | null;
}

/** What a workspace is worked with: its tools, who plans, and the one way to both. */
export async function partsOf(
  world: World,
  paths: WorkspacePaths,
  config: Config,
  fittings: Fittings,
  writtenByWrit: () => Promise<ReadonlySet<string>>,
) {
  const llm = await configuredModel(config);
  const tools = [
    ...shippedTools({
      folder: paths.folder,
      staging: join(world.home.cache, "writ", "staging"),
      hasModel: llm !== null,
      tokenPrice: Math.max(config.model?.prices.input ?? 0, config.model?.prices.output ?? 0),
      writtenByWrit,
    }),
    ...fittings.tools,
  ];
  const rules = toolRules(nodeHasher, tools);
  const sandbox: Sandbox = systemSandbox(world.home, paths.root);
  const files = await openWorkspaceFiles(paths.root);
  const byName = new Map(tools.map((tool) => [tool.spec.name, tool]));
  const gateway = new ToolGateway({
    tools: byName,
    rules,
    policy: config.policy,
    clock: systemClock,
    files,
    sandbox,
    llm,
    callsPerMinute: config.callsPerMinute,
  });
  return { tools: byName, rules, sandbox, gateway, planner: new GoalPlanning(paths.root, llm) };
}

/** @see partsOf */
export type Parts = Awaited<ReturnType<typeof partsOf>>;

export function modelsOf(config: Config): JsonObject {
  return { type: "writ/models/v1", model: config.model === null ? null : config.model.model };
}

export function defaultsOf(config: Config): TaskDefaults {
  return {
    limits: config.limits,
    mode: config.policy.mode,
    ceiling: config.ceiling,
    approvalTtlMs: config.approvalTtlMs,
    timeoutMs: config.timeoutMs,
    width: config.width,
    onFatal: config.onFatal,
  };
}

/** The date by the system's clock, `YYYY-MM-DD`. */
export function today(): string {
  return toRfc3339(systemClock.now()).slice(0, 10);
}

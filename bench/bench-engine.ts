import { join } from "node:path";

import { openWorkspaceFiles } from "@writ/adapters/files/workspace-files";
import { refusingSandbox } from "@writ/adapters/sandbox/refuse";
import { createSqliteLog } from "@writ/adapters/sqlite/create-log";
import { openSqliteStore } from "@writ/adapters/sqlite/store";
import { systemClock } from "@writ/adapters/system/clock";
import { systemEntropy } from "@writ/adapters/system/entropy";
import { nodeHasher } from "@writ/adapters/system/sha256";
import { DEFAULT_LIMITS, type JsonObject, type Limits, type RunId } from "@writ/core";
import { defineTool, type Clock, type Store, type TaskRequest, type Tool } from "@writ/runtime";
import { openWorkshop, type Workshop } from "@writ/testkit/build/workshop";
import { TEST_LOG } from "@writ/testkit/contracts/store-drafts";
import * as z from "zod";

export const ANA = { kind: "user", id: "usr_ana" } as const;

const PLENTY = 1_000_000_000;

/** Bounds that no bench reaches, so that only speed is measured. */
export const WIDE_LIMITS: Limits = {
  ...DEFAULT_LIMITS,
  steps: PLENTY,
  tool_calls: PLENTY,
  tokens: PLENTY,
  wall_clock_ms: Number.MAX_SAFE_INTEGER,
};

export interface BenchEngine extends Workshop {
  readonly database: string;
}

export interface BenchParts {
  readonly clock?: Clock;
  /** Called when the tool of a step is. */
  readonly onCall?: (n: number) => void;
}

/** The engine over a new SQLite log in `folder`, with one tool that does nothing. The caller closes it with `closeEngine`. */
export async function openEngine(folder: string, parts: BenchParts = {}): Promise<BenchEngine> {
  const database = join(folder, "writ.db");
  createSqliteLog(database, nodeHasher, TEST_LOG);
  const store = await openSqliteStore({ database, blobs: join(folder, "blobs") }, nodeHasher, null);
  return { ...(await workshopOver(store, folder, parts)), database };
}

/** The same engine over any store. */
export async function workshopOver(store: Store, folder: string, parts: BenchParts = {}): Promise<Workshop> {
  return openWorkshop({
    store,
    tools: [idleTool(parts.onCall)],
    clock: parts.clock ?? systemClock,
    entropy: systemEntropy,
    files: await openWorkspaceFiles(folder),
    sandbox: refusingSandbox({ reason: "a bench", remedy: "none" }),
    defaults: { limits: WIDE_LIMITS },
    callsPerMinute: PLENTY,
  });
}

export async function closeEngine({ engine, store }: Workshop): Promise<void> {
  engine.stop();
  await store.close();
}

export function idleTool(onCall: (n: number) => void = () => undefined): Tool {
  return defineTool({
    name: "bench.step",
    summary: "Answers with its number.",
    approvalMode: "read_only",
    params: z.strictObject({ n: z.int() }),
    run: ({ n }) => {
      onCall(n);
      return { n };
    },
  });
}

export function taskOf(plan: JsonObject): TaskRequest {
  const none = { mode: null, budget: {}, approvalTtlMs: null, deadlineAtMs: null };
  return {
    goal: "bench",
    plan,
    author: "person",
    inputs: {},
    context: [],
    door: "run",
    begin: true,
    run: null,
    ...none,
  };
}

/** Starts a run and waits until only a person could move it. */
export async function runToRest({ engine, tasks }: Workshop, plan: JsonObject): Promise<RunId> {
  const run = await tasks.create(taskOf(plan), ANA);
  await engine.resting(run);
  return run;
}

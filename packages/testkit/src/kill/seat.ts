import { openSqliteStore } from "@writ/adapters/sqlite/store";
import { refusingSandbox } from "@writ/adapters/sandbox/refuse";
import { openWorkspaceFiles } from "@writ/adapters/files/workspace-files";
import { systemClock } from "@writ/adapters/system/clock";
import { systemEntropy } from "@writ/adapters/system/entropy";
import { nodeHasher } from "@writ/adapters/system/sha256";
import { processIdentity } from "@writ/adapters/system/processes";
import { workspacePaths } from "@writ/adapters/workspace/layout";
import { acquireOrConnect, type Ownership } from "@writ/adapters/workspace/ownership";
import { DEFAULT_POLICY, isJsonObject, parseId, type RunId } from "@writ/core";
import type { Watcher } from "@writ/runtime";
import { setTimeout as sleep } from "node:timers/promises";
import { openWorkshop, type Workshop } from "../build/workshop.ts";
import { killTools, post } from "./kill-tools.ts";

export const ANA = { kind: "user", id: "usr_ana" } as const;

export interface DriverOrder {
  readonly root: string;
  readonly effects: string;
  /** `start` begins the run and waits at its gates; `go_on` answers gates and doubts until the run is over. */
  readonly what: "start" | "go_on";
  /** A bug put in on purpose. */
  readonly plant: "none" | "no_key";
}

/** The seat of a workspace, or a connection to who has it. */
export function takeSeat(root: string): ReturnType<typeof acquireOrConnect> {
  return acquireOrConnect({
    paths: workspacePaths(root),
    self: processIdentity(process.pid) ?? { pid: process.pid, startTime: 0 },
    uid: process.getuid?.() ?? 0,
    product: "writ/0.1.0",
    temporary: "/tmp",
    patienceMs: 5_000,
  });
}

/** Becomes the owner of a workspace that was left, and brings its run to the end. */
export async function rescue(order: Pick<DriverOrder, "root" | "effects" | "plant">): Promise<void> {
  const seat = await takeSeat(order.root);
  if (seat.role !== "owner") throw new Error("somebody still owns the workspace");
  const workshop = await openSeat(order, seat);
  try {
    await goOn(order, workshop);
  } finally {
    workshop.engine.stop();
    await workshop.store.close();
    await seat.release();
  }
}

/** The engine of a workspace in the seat of its owner, with what was under way taken up again. */
export async function openSeat(
  order: Pick<DriverOrder, "root" | "effects" | "plant">,
  ownership: Ownership,
  watcher: Watcher = {},
): Promise<Workshop> {
  const paths = workspacePaths(order.root);
  const store = await openSqliteStore(paths, nodeHasher, null);
  const workshop = await openWorkshop({
    store,
    tools: killTools(order),
    clock: systemClock,
    entropy: systemEntropy,
    files: await openWorkspaceFiles(order.root),
    sandbox: refusingSandbox({ reason: "a kill test", remedy: "none" }),
    policy: { ...DEFAULT_POLICY, mode: "autonomous" },
  });
  workshop.engine.watch(watcher);
  ownership.serve(async (command) => {
    const approval = isJsonObject(command) ? String(command["approval"]) : "";
    await workshop.approvals.approve(approval, ANA);
    return {};
  });
  await workshop.engine.recover();
  return workshop;
}

/** Answers what waits until the run is over: doubts by looking at what really happened. */
export async function goOn(
  order: Pick<DriverOrder, "effects">,
  { engine, tasks, approvals, store }: Workshop,
): Promise<void> {
  const [view] = await store.views.runs({ statuses: [], before: null, limit: 1 });
  if (view === undefined) return;
  const { value: run } = parsedRun(view.run_id);
  for (let turn = 0; turn < 400; turn += 1) {
    await engine.resting(run);
    await sleep(2);
    const state = await engine.state(run);
    if (state.status === "ended") return;
    for (const each of await approvals.list(["waiting"], run)) await approvals.approve(each.approval_id, ANA);
    for (const step of [...state.steps.values()].filter(({ status }) => status === "in_doubt")) {
      const { happened } = await post(`${order.effects}/probe`, { id: step.path });
      await tasks.resolve(run, step.path, happened === true ? "happened" : "did_not_happen", ANA);
    }
    for (const step of [...state.steps.values()].filter(({ status }) => status === "review"))
      await tasks.resolve(run, step.path, "retry", ANA);
  }
}

function parsedRun(text: string): { readonly value: RunId } {
  const id = parseId("run", text);
  if (!id.ok) throw new Error(`${text} names no run`);
  return id;
}

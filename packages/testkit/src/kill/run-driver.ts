/**
 * One process of a workspace, to be killed: `node run-driver.ts`, then one line
 * of JSON on stdin that says what to do. Says on stdout, one JSON line each,
 * what is durable. Its tools act on the effect server alone.
 */
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { writeSync } from "node:fs";
import { openSqliteStore } from "@writ/adapters/sqlite/store";
import { refusingSandbox } from "@writ/adapters/sandbox/refuse";
import { openWorkspaceFiles } from "@writ/adapters/files/workspace-files";
import { systemClock } from "@writ/adapters/system/clock";
import { systemEntropy } from "@writ/adapters/system/entropy";
import { nodeHasher } from "@writ/adapters/system/sha256";
import { processIdentity } from "@writ/adapters/system/processes";
import { workspacePaths } from "@writ/adapters/workspace/layout";
import { acquireOrConnect, type Ownership } from "@writ/adapters/workspace/ownership";
import { DEFAULT_POLICY, isJsonObject, parseId, runStatus, type RunId } from "@writ/core";
import { createRequest } from "@writ/runtime";
import { openWorkshop, type Workshop } from "../build/workshop.ts";
import { KILL_PLAN } from "./kill-plan.ts";
import { killTools, post } from "./kill-tools.ts";

export interface DriverOrder {
  readonly root: string;
  readonly effects: string;
  /** `start` begins the run and waits at its gates; `go_on` answers gates and doubts until the run is over. */
  readonly what: "start" | "go_on";
  /** A bug put in on purpose. */
  readonly plant: "none" | "no_key";
}

const ANA = { kind: "user", id: "usr_ana" } as const;

function say(line: object): void {
  writeSync(1, `${JSON.stringify(line)}\n`);
}

async function open(order: DriverOrder, ownership: Ownership): Promise<Workshop> {
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
  workshop.engine.watch({
    onEntry: ({ version, seq, facts }, state) =>
      say({ version, seq, facts: facts.map((fact) => fact.type), status: runStatus(state) }),
  });
  ownership.serve(async (command) => {
    const approval = isJsonObject(command) ? String(command["approval"]) : "";
    await workshop.approvals.approve(approval, ANA);
    return {};
  });
  await workshop.engine.recover();
  return workshop;
}

async function drive(order: DriverOrder): Promise<void> {
  const self = processIdentity(process.pid) ?? { pid: process.pid, startTime: 0 };
  const seat = await acquireOrConnect({
    paths: workspacePaths(order.root),
    self,
    uid: process.getuid?.() ?? 0,
    product: "writ/0.1.0",
    temporary: "/tmp",
    patienceMs: 5_000,
  });
  if (seat.role === "client") {
    const approval = order.what === "go_on" ? await waitingApproval(order) : null;
    say({ role: "client", approval });
    if (approval !== null) await seat.connection.send({ approval });
    say({ acknowledged: approval });
    return;
  }
  say({ role: "owner" });
  const workshop = await open(order, seat);
  if (order.what === "start") {
    const run = await workshop.tasks.create(
      createRequest({ goal: "kill", plan: KILL_PLAN, author: "person", door: "run" }),
      ANA,
    );
    await workshop.engine.resting(run);
    // Stays the owner: another process approves through the inbox.
    await new Promise(() => setInterval(() => undefined, 60_000));
  }
  await goOn(order, workshop);
  say({ done: true });
  process.exit(0);
}

async function waitingApproval(order: DriverOrder): Promise<string | null> {
  const { readSqliteStore } = await import("@writ/adapters/sqlite/store");
  const store = await readSqliteStore(workspacePaths(order.root));
  const [waiting] = await store.views.approvals({ statuses: ["waiting"], run: null, limit: 1 });
  await store.close();
  return waiting?.approval_id ?? null;
}

function parsedRun(text: string): { readonly value: RunId } {
  const id = parseId("run", text);
  if (!id.ok) throw new Error(`${text} names no run`);
  return id;
}

function isOrder(value: unknown): value is DriverOrder {
  return typeof value === "object" && value !== null && "root" in value && "effects" in value && "what" in value;
}

/** Answers what waits until the run is over: doubts by looking at what really happened. */
async function goOn(order: DriverOrder, { engine, tasks, approvals, store }: Workshop): Promise<void> {
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

const lines = createInterface({ input: process.stdin });
say({ ready: true });
for await (const line of lines) {
  const order: unknown = JSON.parse(line);
  if (isOrder(order)) await drive(order);
  process.exit(0);
}

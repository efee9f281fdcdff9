/**
 * One process of a workspace, to be killed: `node run-driver.ts`, then one line
 * of JSON on stdin that says what to do. Says on stdout, one JSON line each,
 * what is durable. Its tools act on the effect server alone.
 */
import { createInterface } from "node:readline";
import { writeSync } from "node:fs";
import { workspacePaths } from "@writ/adapters/workspace/layout";
import { runStatus } from "@writ/core";
import { createRequest } from "@writ/runtime";
import { KILL_PLAN } from "./kill-plan.ts";
import { ANA, goOn, openSeat, takeSeat, type DriverOrder } from "./seat.ts";

function say(line: object): void {
  writeSync(1, `${JSON.stringify(line)}\n`);
}

async function drive(order: DriverOrder): Promise<void> {
  const seat = await takeSeat(order.root);
  if (seat.role === "client") {
    const approval = order.what === "go_on" ? await waitingApproval(order) : null;
    say({ role: "client", approval });
    if (approval !== null) await seat.connection.send({ approval });
    say({ acknowledged: approval });
    return;
  }
  say({ role: "owner" });
  const workshop = await openSeat(order, seat, {
    onEntry: ({ version, seq, facts }, state) =>
      say({ version, seq, facts: facts.map((fact) => fact.type), status: runStatus(state) }),
  });
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

function isOrder(value: unknown): value is DriverOrder {
  return typeof value === "object" && value !== null && "root" in value && "effects" in value && "what" in value;
}

const lines = createInterface({ input: process.stdin });
say({ ready: true });
for await (const line of lines) {
  const order: unknown = JSON.parse(line);
  if (isOrder(order)) await drive(order);
  process.exit(0);
}

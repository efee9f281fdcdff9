import { isJsonArray, parseStrict, type Json } from "@writ/core";
import { expect, test } from "vitest";

import { Workspace } from "../acceptance/workspace.ts";

const GATES = 75;

/** A plan whose steps all wait for somebody at once. */
function gates(count: number): readonly Json[] {
  return Array.from({ length: count }, (_, number) => ({
    id: `gate_${number}`,
    kind: "gate",
    message: `Shall ${number} go on?`,
    requires: ["GATE_OPERATOR"],
  }));
}

function idsOf(out: string): readonly string[] {
  const list = parseStrict(out.trim());
  if (!isJsonArray(list)) throw new TypeError(`no list: ${out}`);
  return list.map((each) => JSON.stringify(each).match(/apr_[0-9a-z]{26}/)?.[0] ?? "");
}

test("what waits is shown a page at a time, and what is not shown is counted", async () => {
  await using work = Workspace.make(null);
  work.configure(`limits: { width: 64 }\nbudget: { steps: 1000, tool_calls: 1000 }\n`);
  await work.plan(gates(GATES));
  await work.plan(gates(GATES));
  const { store } = await work.desk();
  const waiting = await store.views.countApprovals({ statuses: ["waiting"] });
  expect(waiting).toBeGreaterThan(100);

  const first = await work.command("approvals", "--json");
  const [, command = "", last = ""] = /more requests?: (writ (?:approvals) --after (\S+))/.exec(first.err) ?? [];
  expect(idsOf(first.out)).toHaveLength(100);
  expect(first.err).toContain(`${waiting - 100} more request`);
  expect(idsOf(first.out).at(-1)).toBe(last);
  const second = await work.command(...command.split(" ").slice(1), "--json");
  const all = [...idsOf(first.out), ...idsOf(second.out)];
  expect({ ids: new Set(all).size, err: second.err }).toEqual({ ids: waiting, err: "" });

  const shown = await work.command("approvals", "--limit", "7");
  expect(shown.out).toContain(`… ${waiting - 7} more requests: writ approvals --after apr_`);
  const plain = await work.command("approvals", "--limit", "7", "--plain");
  expect(plain.out.trim().split("\n")).toHaveLength(7);
  expect(plain.err).toContain(`${waiting - 7} more requests`);
}, 60_000);

test("requests of one run are looked at in one reading of it", async () => {
  await using work = Workspace.make(null);
  const run = await work.plan(gates(12));
  const desk = await work.desk();
  const { journal } = desk.store;
  const read = journal.read.bind(journal);
  let rows = 0;
  const counted: typeof read = async (...asked) => {
    const found = await read(...asked);
    rows += found.length;
    return found;
  };
  Object.assign(journal, { read: counted });
  const views = await desk.store.views.approvals({ statuses: ["waiting"], run, limit: 100 });
  for (const view of views) expect((await desk.approvalDetail(view)).moved).toBeNull();
  expect(views).toHaveLength(12);
  // Its first entry names the rules it is folded by, and is read for that, too; what was read before is not read again.
  expect(rows).toBeLessThanOrEqual((await read(run)).length + 1);
});

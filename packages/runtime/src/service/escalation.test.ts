import type { ApprovalView } from "@writ/core";
import { anApproval, runNumber } from "@writ/testkit/contracts/store-drafts";
import { SteppedClock } from "@writ/testkit/stepped-clock";
import { describe, expect, test } from "vitest";

import { Escalation } from "./escalation.ts";

const SLA = 1_000;
const RUN = runNumber(0);

/** Requests in an inbox, who is told of them, and how often they are read. */
function scene() {
  const clock = new SteppedClock();
  const inbox = new Map<string, ApprovalView>();
  const told: string[] = [];
  const seen = { reads: 0, rows: 0, fails: 0 };
  const begin = () =>
    new Escalation({
      clock,
      slaMs: SLA,
      escalated: ({ approval }) => void told.push(approval),
      waiting: async (after, limit) => {
        seen.reads += 1;
        if (seen.fails > 0) {
          seen.fails -= 1;
          throw new Error("the database is locked");
        }
        const found = [...inbox.values()]
          .filter(({ status }) => status === "waiting")
          .filter((view) => after === null || isBehind(view, after))
          .toSorted((a, b) => a.requested_at_ms - b.requested_at_ms || (a.approval_id < b.approval_id ? -1 : 1))
          .slice(0, limit);
        seen.rows += found.length;
        return found;
      },
    });
  const ask = (id: string): void => {
    inbox.set(id, anApproval(RUN, id, { requested_at_ms: clock.now(), expires_at_ms: 1e9 }));
  };
  const decide = (id: string): void => void inbox.delete(id);
  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
  };
  const pass = async (ms: number): Promise<void> => {
    clock.pass(ms);
    await settle();
  };
  return { clock, begin, ask, decide, told, seen, pass, settle };
}

function isBehind(view: ApprovalView, after: { readonly at: number; readonly approval: string }): boolean {
  return view.requested_at_ms > after.at || (view.requested_at_ms === after.at && view.approval_id > after.approval);
}

describe("escalation", () => {
  test("of thousands that wait there is one timer, and each is told once in its time", async () => {
    const { clock, begin, ask, told, seen, pass, settle } = scene();
    for (let number = 0; number < 12_000; number += 1) {
      if (number % 3_000 === 0) await pass(100);
      ask(`apr_${String(number).padStart(5, "0")}`);
    }
    const escalation = begin();
    await escalation.recover();
    expect({ timers: clock.armed, rows: seen.rows }).toEqual({ timers: [1_100], rows: 100 });
    for (const [ms, count] of [
      [699, 0],
      [1, 3_000],
      [100, 6_000],
      [500, 12_000],
    ] as const) {
      await pass(ms);
      for (let turn = 0; turn < 200; turn += 1) await settle();
      expect(told).toHaveLength(count);
      expect(clock.armed.length).toBeLessThanOrEqual(1);
    }
    expect(new Set(told).size).toBe(12_000);
    await escalation.stop();
  });

  test("one that is decided in time is not told, and the next is found", async () => {
    const { clock, begin, ask, decide, told, pass } = scene();
    const escalation = begin();
    ask("apr_a");
    await escalation.recover();
    await pass(500);
    ask("apr_b");
    decide("apr_a");
    await pass(500);
    expect({ told, timers: clock.armed }).toEqual({ told: [], timers: [1_500] });
    await pass(500);
    expect({ told, timers: clock.armed }).toEqual({ told: ["apr_b"], timers: [] });
    await escalation.stop();
  });

  test("what cannot be read is looked for again, and after the end nothing is", async () => {
    const { clock, begin, ask, told, seen, pass } = scene();
    const escalation = begin();
    ask("apr_a");
    await escalation.recover();
    seen.fails = 1;
    await pass(1_000);
    expect({ told, timers: clock.armed }).toEqual({ told: [], timers: [61_000] });
    await pass(60_000);
    expect(told).toEqual(["apr_a"]);
    ask("apr_b");
    await escalation.stop();
    await pass(100_000);
    expect({ told, timers: clock.armed }).toEqual({ told: ["apr_a"], timers: [] });
  });
});

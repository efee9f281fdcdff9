import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { lived, waitBefore, type Live, type LiveHappening } from "./live-state.ts";

const START: Live = { state: { kind: "connecting" }, position: 10, missed: 0 };

describe("the stream as pages see it", () => {
  test("since when it is lost is the first failure, however often it is tried", () => {
    const first = lived(START, { type: "failed", at: 1_000 });
    const second = lived(first, { type: "failed", at: 3_000 });
    expect(second.state).toEqual({ kind: "lost", since: 1_000, tries: 1, nextAt: 3_000 + waitBefore(1) });
    expect(lived(second, { type: "opened" }).state).toEqual({ kind: "live" });
  });

  test("a gap counts what was left out and moves the position behind it", () => {
    const after = lived(START, { type: "gap", from: 11, to: 1_214 });
    expect([after.position, after.missed]).toEqual([1_214, 1_204]);
    expect(lived(after, { type: "gap_read" }).missed).toBe(0);
  });

  test("a position never goes back, and the wait never exceeds 8 s", () => {
    const happening: fc.Arbitrary<LiveHappening> = fc.oneof(
      fc.constant({ type: "opened" } as const),
      fc.nat(10_000).map((at) => ({ type: "failed", at }) as const),
      fc.nat(200).map((position) => ({ type: "arrived", position }) as const),
      fc.nat(200).map((from) => ({ type: "gap", from, to: from + 5 }) as const),
    );
    let repeats = 0;
    fc.assert(
      fc.property(fc.array(happening, { maxLength: 40, size: "max" }), (happenings) => {
        let live = START;
        for (const each of happenings) {
          const next = lived(live, each);
          if (each.type === "arrived" && each.position <= live.position) repeats += 1;
          expect(next.position).toBeGreaterThanOrEqual(live.position);
          if (next.state.kind === "lost" && each.type === "failed")
            expect(next.state.nextAt - each.at).toBeLessThanOrEqual(8_000);
          live = next;
        }
      }),
      { numRuns: 300 },
    );
    expect(repeats).toBeGreaterThan(100);
  });
});

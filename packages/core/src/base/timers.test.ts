import fc from "fast-check";
import { expect, test } from "vitest";

import { Timers } from "./timers.ts";

const key = fc.constantFrom("gate:a", "gate:b", "retry:a", "retry:b", "deadline", "ttl");
const act = fc.oneof(
  fc.record({ act: fc.constant("set"), key, at: fc.integer({ min: 0, max: 9 }) }),
  fc.record({ act: fc.constant("clear"), key, at: fc.constant(0) }),
);

/** Of a plain map: the earliest, of several the one whose key comes first. */
function earliestOf(due: ReadonlyMap<string, number>): { readonly key: string; readonly at: number } | null {
  const [first] = [...due].toSorted(([a, at], [b, other]) => at - other || (a < b ? -1 : 1));
  return first === undefined ? null : { key: first[0], at: first[1] };
}

test("the earliest timer is at hand, whatever was set again, cleared or due at once", () => {
  let setAgain = 0;
  let cleared = 0;
  let ties = 0;
  fc.assert(
    fc.property(fc.array(act, { maxLength: 40, size: "max" }), (acts) => {
      const timers = new Timers();
      const due = new Map<string, number>();
      for (const each of acts) {
        if (each.act === "set") {
          setAgain += due.has(each.key) ? 1 : 0;
          timers.set(each.key, each.at);
          due.set(each.key, each.at);
        } else {
          cleared += due.has(each.key) ? 1 : 0;
          timers.clear(each.key);
          due.delete(each.key);
        }
        ties += due.size - new Set(due.values()).size > 0 ? 1 : 0;
        expect(timers.earliest()).toEqual(earliestOf(due));
        expect(timers.size).toBe(due.size);
      }
      expect(timers.entries()).toEqual([...due].toSorted(([a], [b]) => (a < b ? -1 : 1)));
    }),
    { numRuns: 300 },
  );
  expect(setAgain).toBeGreaterThan(500);
  expect(cleared).toBeGreaterThan(500);
  expect(ties).toBeGreaterThan(500);
});

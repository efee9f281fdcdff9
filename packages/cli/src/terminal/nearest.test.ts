import fc from "fast-check";
import { expect, test } from "vitest";

import { distance, nearest } from "./nearest.ts";

test.each([
  ["aprovals", ["approvals", "audit"], "approvals"],
  ["lsit", ["list", "lint", "show"], "list"],
  ["REPLAY", ["replay"], "replay"],
  ["depend_on", ["depends_on", "needs"], "depends_on"],
  ["xyz", ["run", "list"], null],
  ["", ["run"], null],
])("%s means %s", (typed, known, meant) => {
  expect(nearest(typed, known)).toBe(meant);
});

test("distance is a metric on what it is asked for", () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 8 }), fc.string({ maxLength: 8 }), (a, b) => {
      expect(distance(a, a)).toBe(0);
      expect(distance(a, b)).toBe(distance(b, a));
      expect(distance(a, b)).toBeGreaterThanOrEqual(Math.abs(a.length - b.length));
      expect(distance(a, b)).toBeLessThanOrEqual(Math.max(a.length, b.length));
      expect(distance(`${a}x`, a)).toBe(1);
    }),
  );
  expect(distance("ab", "ba")).toBe(1);
});

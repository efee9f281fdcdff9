import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { marks, timeScale } from "./time-scale.ts";

describe("where instants are drawn", () => {
  const busy = [
    { from: 0, to: 7_000 },
    { from: 132_000, to: 133_000 },
  ];
  const whole = { from: 0, to: 133_000 };

  test("a gap above 10 s is folded to a small part", () => {
    const { folds, place } = timeScale(busy, whole, "fold");
    expect(folds.map(({ from, to }) => [from, to])).toEqual([[7_000, 132_000]]);
    expect(folds[0]?.width).toBeLessThan(0.1);
    expect([place(0), place(133_000)]).toEqual([0, 1]);
  });

  test("to scale, nothing is", () => {
    const { folds, place } = timeScale(busy, whole, "scale");
    expect(folds).toEqual([]);
    expect(place(66_500)).toBeCloseTo(0.5);
  });

  test("later is never drawn before earlier", () => {
    const stretch = fc.tuple(fc.nat(1_000_000), fc.nat(60_000)).map(([from, length]) => ({ from, to: from + length }));
    let folded = 0;
    fc.assert(
      fc.property(
        fc.array(stretch, { maxLength: 12 }),
        fc.array(fc.nat(1_100_000), { minLength: 2 }),
        (stretches, instants) => {
          const { place, folds } = timeScale(stretches, { from: 0, to: 1_100_000 }, "fold");
          folded += folds.length;
          const places = instants.toSorted((a, b) => a - b).map(place);
          for (const [index, each] of places.entries())
            expect(each).toBeGreaterThanOrEqual((places[index - 1] ?? 0) - 1e-9);
          expect(Math.max(...places)).toBeLessThanOrEqual(1 + 1e-9);
        },
      ),
    );
    expect(folded).toBeGreaterThan(100);
  });

  test("marks are round", () => {
    expect(marks(7_200, 4)).toEqual([0, 2_000, 4_000, 6_000]);
    expect(marks(90, 4)).toEqual([0, 50]);
  });
});

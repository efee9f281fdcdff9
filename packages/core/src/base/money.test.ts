import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { centsOf, millicentsOf, MOST_CENTS } from "./money.ts";

describe("money", () => {
  test("goes out as cents and comes back as the same thousandths", () => {
    let withFraction = 0;
    fc.assert(
      fc.property(fc.integer({ min: 0, max: MOST_CENTS * 1_000 }), (millicents) => {
        withFraction += millicents % 1_000 === 0 ? 0 : 1;
        expect(millicentsOf(centsOf(millicents))).toBe(millicents);
      }),
      { numRuns: 2_000 },
    );
    expect(withFraction).toBeGreaterThan(1_000);
  });

  test.each([
    [50_000, 50],
    [1, 0.001],
    [24_500, 24.5],
    [0, 0],
  ])("%i thousandths are %d cents", (millicents, cents) => {
    expect(centsOf(millicents)).toBe(cents);
    expect(millicentsOf(cents)).toBe(millicents);
  });

  test("of a fraction that binary numbers cannot hold is still whole", () => {
    expect(millicentsOf(0.29)).toBe(290);
    expect(millicentsOf(1.005)).toBe(1_005);
  });
});

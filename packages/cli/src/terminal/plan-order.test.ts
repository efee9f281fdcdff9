import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { planLayers, planOrder } from "./plan-order.ts";

const step = (name: string, ...needs: string[]) => ({ name, needs });

function drawn(...steps: { name: string; needs: string[] }[]): string[] {
  const signs = { alone: "", member: "├ ", last: "└ " };
  return planOrder(steps).map(
    ({ step: { name }, bracket, after }) => `${signs[bracket]}${name}${after.map((need) => ` <${need}`).join("")}`,
  );
}

describe("rows of a plan", () => {
  test("what runs together is bracketed, and the next row waits for all of it", () => {
    expect(drawn(step("a"), step("b", "a"), step("c", "a"), step("d", "b", "c"))).toEqual(["a", "├ b", "└ c", "d"]);
  });

  test("a dependency that is not exactly the row above is written out", () => {
    expect(drawn(step("a"), step("b"), step("c", "a"))).toEqual(["├ a", "└ b", "c <a"]);
    expect(drawn(step("a"), step("b", "a"), step("x"), step("c", "b", "x"))).toEqual(["├ a", "└ x", "b <a", "c <b <x"]);
  });

  test("what another need waits for anyway is not written out", () => {
    expect(drawn(step("a"), step("b", "a"), step("c", "b", "a"))).toEqual(["a", "b", "c"]);
  });

  test("the order in which steps are listed does not matter for what they wait for", () => {
    expect(drawn(step("c", "b"), step("b", "a"), step("a"))).toEqual(["a", "b", "c"]);
  });

  test("an unknown need is written out, and a cycle is drawn", () => {
    expect(drawn(step("a", "ghost"))).toEqual(["a <ghost"]);
    expect(drawn(step("a", "b"), step("b", "a"))).toHaveLength(2);
  });
});

/** Chains, forks and joins as real plans have them, and anything else. */
const plan = fc
  .array(
    fc.oneof(fc.constantFrom([1], [1], [2], [1, 2]), fc.array(fc.integer({ min: 1, max: 14 }), { maxLength: 4 })),
    {
      minLength: 1,
      maxLength: 14,
      size: "max",
    },
  )
  .map((backs) =>
    backs.map((list, at) =>
      step(`s${at}`, ...new Set(list.filter((back) => back <= at).map((back) => `s${at - back}`))),
    ),
  );

function ancestors(name: string, needs: ReadonlyMap<string, readonly string[]>): Set<string> {
  return new Set((needs.get(name) ?? []).flatMap((need) => [need, ...ancestors(need, needs)]));
}

test("the drawing says exactly what each step waits for", () => {
  let writtenOut = 0;
  let implied = 0;
  fc.assert(
    fc.property(plan, (steps) => {
      const needs = new Map(steps.map(({ name, needs: list }) => [name, list]));
      const layers = planLayers(steps);
      expect(layers.flat()).toHaveLength(steps.length);
      const above = new Map(
        layers.flatMap((layer, depth) => layer.map(({ name }) => [name, layers[depth - 1] ?? []] as const)),
      );
      for (const { step: row, after } of planOrder(steps)) {
        const said =
          after.length > 0 ? after : row.needs.length === 0 ? [] : (above.get(row.name) ?? []).map(({ name }) => name);
        if (after.length > 0) writtenOut += 1;
        else if (said.length > 0) implied += 1;
        const waits = new Set(said.flatMap((name) => [name, ...ancestors(name, needs)]));
        expect(waits).toEqual(ancestors(row.name, needs));
      }
    }),
    { numRuns: 500 },
  );
  expect(writtenOut).toBeGreaterThan(200);
  expect(implied).toBeGreaterThan(200);
});

test("a plan of 1,000 steps is ordered at once", () => {
  const chain = Array.from({ length: 1_000 }, (_, at) =>
    step(`s${at}`, ...(at === 0 ? [] : [`s${at - 1}`, `s${Math.floor(at / 2)}`])),
  );
  expect(planOrder(chain).every(({ after }) => after.length === 0)).toBe(true);
});

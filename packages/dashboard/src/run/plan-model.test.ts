import fc from "fast-check";
import { describe, expect, test } from "vitest";

import type { Plan, Task } from "../api/connection.ts";
import { blockName, blocksOf, neighbourhood, shownSteps, stepToShow } from "./plan-model.ts";

const planned = (id: string, ...needs: readonly string[]) => ({
  id,
  needs,
  kind: "tool",
  tool: "a.b",
  approval_mode: "local_write",
  decision: "gate",
  rules: [],
});
const plan = (...steps: ReturnType<typeof planned>[]) => ({ steps }) as unknown as Plan;
const task = (states: Record<string, string>) =>
  ({
    steps: Object.entries(states).map(([id, status]) => ({
      id,
      status,
      tool: "a.b",
      approval_mode: "local_write",
      attempts: 0,
    })),
  }) as unknown as Task;

describe("steps as pictures show them", () => {
  test("stand after all they need, whatever the order they were given in", () => {
    let edges = 0;
    fc.assert(
      fc.property(fc.array(fc.nat(30), { minLength: 2, maxLength: 40, size: "max" }), (picks) => {
        const steps = picks.map((pick, index) => planned(`s${index}`, ...(index === 0 ? [] : [`s${pick % index}`])));
        edges += steps.filter(({ needs }) => needs.length > 0).length;
        const order = shownSteps(plan(...steps.toReversed()), task({}), undefined);
        const at = new Map(order.map((step, index) => [step.id, index]));
        for (const step of order)
          for (const need of step.needs) expect(at.get(need)).toBeLessThan(at.get(step.id) ?? 0);
        expect(order.length).toBe(steps.length);
      }),
    );
    expect(edges).toBeGreaterThan(500);
  });

  test("a circle loses no step", () => {
    expect(shownSteps(plan(planned("a", "b"), planned("b", "a")), task({}), undefined).map(({ id }) => id)).toEqual([
      "a",
      "b",
    ]);
  });

  test("a step that was unrolled while the plan ran is shown, too", () => {
    expect(shownSteps(plan(planned("a")), task({ a: "completed", "a[1]": "running" }), undefined).length).toBe(2);
  });

  test("a gate is open where somebody is waited for, ahead where somebody will be", () => {
    const steps = shownSteps(
      plan(planned("a"), planned("b", "a")),
      task({ a: "awaiting_gate", b: "pending" }),
      undefined,
    );
    expect(steps.map(({ gate }) => gate)).toEqual(["open", "ahead"]);
  });
});

describe("the step a page opens on", () => {
  const shown = (states: Record<string, string>) =>
    shownSteps(plan(...Object.keys(states).map((id) => planned(id))), task(states), undefined);

  test("waits, else failed, else is the last that began", () => {
    expect(stepToShow(shown({ a: "completed", b: "failed", c: "awaiting_gate" }))).toBe("c");
    expect(stepToShow(shown({ a: "completed", b: "failed", c: "completed" }))).toBe("b");
    expect(stepToShow(shown({ a: "completed", b: "completed", c: "pending" }))).toBe("b");
    expect(stepToShow([])).toBe(null);
  });
});

describe("the map", () => {
  test("puts the steps of a loop into one block", () => {
    expect(["read[12]", "read[12]/fix", "read_12", "read-12", "read"].map(blockName)).toEqual([
      "read",
      "read",
      "read",
      "read",
      "read",
    ]);
    const steps = shownSteps(
      plan(planned("x"), ...Array.from({ length: 5 }, (_, n) => planned(`read[${n}]`, "x"))),
      task({}),
      undefined,
    );
    expect(blocksOf(steps).map(({ name, steps: inner }) => [name, inner.length])).toEqual([
      ["x", 1],
      ["read", 5],
    ]);
  });

  test("a neighbourhood is two generations before and after", () => {
    const chain = Array.from({ length: 9 }, (_, n) => planned(`s${n}x`, ...(n === 0 ? [] : [`s${n - 1}x`])));
    const near = neighbourhood(shownSteps(plan(...chain), task({}), undefined), "s4x", 2);
    expect(near.map(({ id }) => id)).toEqual(["s2x", "s3x", "s4x", "s5x", "s6x"]);
  });
});

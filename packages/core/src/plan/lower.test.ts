import { aPlan, aStep } from "@writ/testkit/build/plan";
import { describe, expect, test } from "vitest";

import type { JsonObject } from "../base/json.ts";
import { lowerPlan } from "./lower.ts";
import { planDocument } from "./plan-document.ts";

const lowered = (...steps: readonly JsonObject[]) => lowerPlan(planDocument.parse(aPlan(steps)), "");

/** `code step field column`, where there is a column. */
function problems(...steps: readonly JsonObject[]): readonly string[] {
  return lowered(...steps).problems.map(({ code, place }) =>
    [code, place?.step, place?.field, place?.column].filter((each) => each !== undefined).join(" "),
  );
}

describe("a plan that cannot be read says where", () => {
  test.each<readonly [string, JsonObject, string]>([
    ["a condition", aStep("a", "docs.read", { when: "steps.b. " }), "expression_malformed a when 10"],
    ["a check", { id: "a", kind: "check", that: "1 +" }, "expression_malformed a that 3"],
    ["a value", { id: "a", kind: "value", set: { n: "len(1" } }, "expression_malformed a set.n 6"],
    [
      "a binding of no step",
      aStep("a", "docs.read", { param_bindings: { "/n": "/b" } }),
      "plan_malformed a param_bindings./n",
    ],
    [
      "a binding of no pointer",
      aStep("a", "docs.read", { param_bindings: { "/n": "b.n" } }),
      "plan_malformed a param_bindings./n",
    ],
    [
      "a binding at no place",
      aStep("a", "docs.read", { param_bindings: { "": "b./n" } }),
      "plan_malformed a param_bindings.",
    ],
  ])("%s", (_, step, wanted) => {
    expect(problems(step)).toEqual([wanted]);
  });

  test("all of it at once", () => {
    const bad = { when: "(", param_bindings: { "/n": "b" } };
    expect(problems(aStep("a", "docs.read", bad), { id: "c", kind: "check", that: ")" })).toHaveLength(3);
  });

  test("and holds no condition that could be taken for one", () => {
    const [step] = lowered({ id: "a", kind: "check", that: "true or (" }).plan.block.steps;
    expect(step).toMatchObject({ that: { op: "literal", value: false } });
  });
});

test("gates and evidence are told apart by name, and defaults are made explicit", () => {
  const [step] = lowered(aStep("a", "docs.read", { requires: ["GATE_A", "proof"], param_bindings: { n: "b./x" } })).plan
    .block.steps;
  expect(step).toMatchObject({
    gates: ["GATE_A"],
    evidence: ["proof"],
    onFailure: "stop",
    needs: [],
    occurrence: 0,
    args: { params: {}, bindings: [{ at: ["n"], from: "b", pointer: ["x"] }] },
  });
});

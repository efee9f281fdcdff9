import { aModelsPlan, aPlan, aStep } from "@writ/testkit/build/plan";
import { describe, expect, test } from "vitest";

import { lowerPlan } from "../plan/lower.ts";
import { planDocument } from "../plan/plan-document.ts";
import { isTainted } from "./taint.ts";

/** Which steps of a plan send something that the person who started the run did not write. */
function tainted(plan: ReturnType<typeof aPlan>): readonly string[] {
  const lowered = lowerPlan(planDocument.parse(plan), "").plan;
  return lowered.block.steps.flatMap((step) => (step.kind === "tool" && isTainted(lowered, step) ? [step.id] : []));
}

describe("what a step sends is tainted", () => {
  const own = aStep("own", "docs.write", { params: { text: "mine" } });
  const asked = aStep("asked", "docs.write", { param_bindings: { "/text": "inputs./text" } });
  const read = aStep("read", "docs.write", { param_bindings: { "/text": "own./text" } });
  const both = aStep("both", "docs.write", { param_bindings: { "/text": "inputs./text", "/name": "read./name" } });
  const steps = [own, asked, read, both];

  test("by each output of another step that flows in, not by the run's own inputs", () => {
    expect(tainted(aPlan(steps))).toEqual(["read", "both"]);
  });

  test("altogether where a model wrote the plan", () => {
    expect(tainted(aModelsPlan(steps))).toEqual(["own", "asked", "read", "both"]);
  });

  test.each(["person", "program", "template"])("not because a %s wrote it", (kind) => {
    const planner = { kind, ref: "x", version: "1", model_call_ids: [] };
    expect(tainted(aPlan([own, asked], { planner }))).toEqual([]);
  });
});

import { nodeHasher } from "@writ/adapters/system/sha256";
import { asObject, asObjects, asText, vectors } from "@writ/testkit/vectors";
import { describe, expect, test } from "vitest";

import { canonicalJson } from "../base/json.ts";
import { normalPlan, planHash } from "./plan-hash.ts";

const file = vectors("plan-hash");

describe.each(["same", "different"])("plans of the vectors with %s hashes", (kind) => {
  test.each(asObjects(file[kind]))("$name", ({ plan, normal, plan_hash }) => {
    expect(canonicalJson(normalPlan(asObject(plan)))).toBe(normal);
    expect(planHash(nodeHasher, asObject(plan))).toBe(plan_hash);
  });
});

test("the same plans have one hash, the different ones each their own", () => {
  const hashesOf = (kind: string): readonly string[] => asObjects(file[kind]).map((each) => asText(each["plan_hash"]));
  expect(new Set(hashesOf("same")).size).toBe(1);
  expect(new Set([...hashesOf("same"), ...hashesOf("different")]).size).toBe(1 + hashesOf("different").length);
});

test("optional parts count, null ones do not; checkpoints are sorted by step and decision", () => {
  const plan = { intent: "x.y", steps: [], decision_checkpoints: [] };
  const hash = planHash(nodeHasher, plan);
  expect(planHash(nodeHasher, { ...plan, outputs: null, mode: null, planner: { kind: "model" } })).toBe(hash);
  for (const part of ["mode", "outputs", "max_transitions", "finally", "callees"]) {
    expect(planHash(nodeHasher, { ...plan, [part]: 1 })).not.toBe(hash);
  }
  const checkpoint = (step: string, id: string) => ({
    after_step: step,
    decision_id: id,
    spec_version: "1",
    proposed_outcome: null,
  });
  const decisions = normalPlan({
    ...plan,
    decision_checkpoints: [checkpoint("s2", "a"), checkpoint("s1", "decision.b"), checkpoint("s1", "a")],
  })["decision_checkpoints"];
  expect(decisions).toEqual([
    { after_step: "s1", decision_id: "a" },
    { after_step: "s1", decision_id: "b" },
    { after_step: "s2", decision_id: "a" },
  ]);
});

import { aPlan, aStep } from "@writ/testkit/build/plan";
import { expect, test } from "vitest";

import type { JsonObject } from "../base/json.ts";
import { compiled } from "./block.ts";
import { lowerPlan } from "./lower.ts";
import { planDocument } from "./plan-document.ts";

function block(...steps: readonly JsonObject[]) {
  return lowerPlan(planDocument.parse(aPlan(steps)), "").plan.block;
}

const a = aStep("a", "docs.read");

test.each<readonly [string, JsonObject, readonly string[]]>([
  ["a member by its pointer", { id: "x", kind: "check", that: "steps.a.hits[0].n > 1" }, ["/hits/0/n"]],
  ["the whole output as such", { id: "x", kind: "check", that: "len(steps.a) > 1" }, [""]],
  ["a name with a slash, escaped", { id: "x", kind: "check", that: 'has(steps.a["b/c"])' }, ["/b~1c"]],
  ["what a condition reads", aStep("x", "docs.read", { when: "not steps.a.ok" }), ["/ok"]],
  [
    "what each value reads, once",
    { id: "x", kind: "value", set: { m: "steps.a.m", n: "[steps.a.n, steps.a.m]" } },
    ["/m", "/n"],
  ],
  ["what is bound", aStep("x", "docs.read", { param_bindings: { "/p": "a./list/3", "/q": "inputs./k" } }), ["/list/3"]],
  ["nothing of an input or of another step", { id: "x", kind: "check", that: "inputs.a == steps.b.n" }, []],
])("of an output is kept: %s", (_, reader, wanted) => {
  const { reads } = compiled(block(a, reader, aStep("b", "docs.read")));
  expect([...(reads[0]?.keys() ?? [])]).toEqual(wanted);
});

test("a stand-in keeps what is read of the one it stands in for, along the whole chain, however it is written down", () => {
  const standing = (id: string, subject: string) => aStep(id, "docs.read", { fallback_for: subject });
  const chain = [a, standing("b", "a"), standing("c", "b")];
  const reader = { id: "x", kind: "check", that: "steps.a.n > 1 or steps.b.m > 1" };
  for (const steps of [chain, chain.toReversed()]) {
    const { at, reads } = compiled(block(...steps, reader));
    const readOf = (id: string) =>
      [...(reads[at.get(id) ?? -1]?.keys() ?? [])].toSorted((one, two) => (one < two ? -1 : 1));
    expect(["a", "b", "c", "x"].map(readOf)).toEqual([["/n"], ["/m", "/n"], ["/m", "/n"], []]);
  }
});

test("a step waits for what it names, for what it reads and for the one it stands in for, each once", () => {
  const reader = { id: "x", kind: "check", that: "steps.a.n > steps.a.m", depends_on: ["a", "b"] };
  const { needs, dependents, fallback } = compiled(block(a, aStep("b", "docs.read", { fallback_for: "a" }), reader));
  expect(needs).toEqual([[], [0], [0, 1]]);
  expect(dependents).toEqual([[1, 2], [2], []]);
  expect(fallback).toEqual([1, -1, -1]);
});

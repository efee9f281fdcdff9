import { canonicalJson, type Json } from "../base/json.ts";
import type { Step } from "../plan/plan.ts";
import { pointerText } from "../plan/pointer.ts";
import { finding, type Finding } from "./finding.ts";
import type { Question } from "./question.ts";

/** V1 of a replan: under the name of a step that is done stands what was done, so that nothing looks done that is not. */
export function checkSettled({ plan, settled }: Question): readonly Finding[] {
  if (settled.size === 0) return [];
  return plan.block.steps.flatMap((step) => {
    const before = settled.get(step.id);
    return before === undefined || workOf(before) === workOf(step)
      ? []
      : [
          finding(
            "plan_malformed",
            `${step.id} is done already, and was something else`,
            { step: step.id, field: "id" },
            "give a new step a name of its own, or repeat the old one as it was",
          ),
        ];
  });
}

/** What a step does, whatever it waits for. */
function workOf(step: Step): string {
  switch (step.kind) {
    case "tool": {
      const bindings = step.args.bindings.map(({ at, from, pointer }): Json => [
        pointerText(at),
        from,
        pointerText(pointer),
      ]);
      return canonicalJson([step.kind, step.tool, step.args.params, bindings]);
    }
    case "check":
      return JSON.stringify([step.kind, step.that]);
    case "value":
      return JSON.stringify([step.kind, [...step.set].toSorted(([a], [b]) => (a < b ? -1 : 1))]);
    case "gate":
      return JSON.stringify([step.kind, step.message, step.gates]);
  }
}

import { compiled } from "../plan/block.ts";
import { pointerText } from "../plan/pointer.ts";
import type { ParamBinding, ToolStep } from "../plan/plan.ts";
import { brokenConstraints } from "../policy/constraint.ts";
import type { ToolRule } from "../tool/tool-rule.ts";
import { finding, type Finding } from "./finding.ts";
import { schemaAt, typesDiffer } from "./schema-flow.ts";
import type { Question } from "./question.ts";

/** V4: parameters pass schema and bounds, and what is bound has a type that fits. */
export function checkArguments(question: Question): readonly Finding[] {
  const findings: Finding[] = [];
  for (const step of question.plan.block.steps) {
    if (step.kind !== "tool") continue;
    const rule = question.tools.get(step.tool);
    if (rule === undefined) continue;
    findings.push(...checkParams(step, rule), ...checkConstraints(step, rule), ...checkFlow(question, step, rule));
  }
  return findings;
}

function checkParams(step: ToolStep, rule: ToolRule): readonly Finding[] {
  const holes = step.args.bindings.map((binding) => pointerText(binding.at));
  return rule
    .checkArgs(step.args.params)
    .filter((problem) => !holes.some((hole) => touches(problem.at, hole)))
    .map((problem) =>
      finding(
        "argument_not_allowed",
        `${step.tool}: ${problem.message}`,
        { step: step.id, field: `params${problem.at}` },
        `see its parameters with: writ tools show ${step.tool}`,
      ),
    );
}

/** A problem at, above or below a place that an earlier output will fill says nothing yet. */
function touches(problem: string, hole: string): boolean {
  return problem === hole || problem.startsWith(`${hole}/`) || (problem !== "" && hole.startsWith(`${problem}/`));
}

function checkConstraints(step: ToolStep, rule: ToolRule): readonly Finding[] {
  return brokenConstraints(rule.spec, step.args.params, step.gates.length > 0).map(({ constraint, message }) =>
    finding(
      "argument_not_allowed",
      `${step.tool}: ${constraint.at} ${message}`,
      { step: step.id, field: `params${constraint.at}` },
      constraint.unlessApproved ? 'list a gate: requires: ["GATE_OPERATOR"]' : "stay within the bound",
    ),
  );
}

function checkFlow(question: Question, step: ToolStep, rule: ToolRule): readonly Finding[] {
  return step.args.bindings.flatMap((binding) => flowOf(question, step, rule, binding));
}

function flowOf(question: Question, step: ToolStep, rule: ToolRule, binding: ParamBinding): readonly Finding[] {
  const field = `param_bindings.${pointerText(binding.at)}`;
  const target = schemaAt(rule.spec.inputSchema, binding.at);
  if (target === "absent") {
    return [
      finding(
        "argument_not_allowed",
        `${step.tool} has no parameter ${pointerText(binding.at)}`,
        { step: step.id, field },
        `see its parameters with: writ tools show ${step.tool}`,
      ),
    ];
  }
  const { at } = compiled(question.plan.block);
  const producer = question.plan.block.steps[at.get(binding.from) ?? -1];
  const output = producer?.kind === "tool" ? question.tools.get(producer.tool)?.spec.outputSchema : undefined;
  const source = output === undefined ? "unknown" : schemaAt(output, binding.pointer);
  if (typeof source === "string" || target === "unknown") return [];
  const differ = typesDiffer(source, target);
  return differ === null
    ? []
    : [
        finding(
          "type_mismatch",
          `${binding.from}${pointerText(binding.pointer)} is ${differ.from}, and ${step.tool} wants ${differ.to} at ${pointerText(binding.at)}`,
          { step: step.id, field },
          "bind a value of the wanted type",
        ),
      ];
}

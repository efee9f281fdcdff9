import type { JsonObject } from "../base/json.ts";
import type { ToolStep } from "../plan/plan.ts";
import { parseExpression } from "../plan/expression.ts";
import { parsePointer, valueAt } from "../plan/pointer.ts";
import { authorize, type Authorization } from "../policy/authorize.ts";
import { stricterMode } from "../policy/policy.ts";
import { isTainted } from "../policy/taint.ts";
import { canonicalJson } from "../base/json.ts";
import { reaches } from "../tool/approval-mode.ts";
import type { ToolRule } from "../tool/tool-rule.ts";
import { finding, type Finding } from "./finding.ts";
import { UNDO_DOOR, type Question } from "./question.ts";

/** V3, V6, V7, V8, V12 and V15: every step may be called, says how far it reaches, and carries its gates. */
export function checkAuthority(question: Question): readonly Finding[] {
  const gated = gatedEffects(question);
  return question.plan.block.steps.flatMap((step) => {
    const unknown = step.gates.filter((gate) => !question.policy.gates.some((known) => known.id === gate));
    const findings = unknown.map((gate) =>
      finding(
        "gate_unknown",
        `${step.id} asks for ${gate}, which this workspace does not have`,
        { step: step.id, field: "requires" },
        `use one of ${question.policy.gates.map((known) => known.id).join(", ")}`,
      ),
    );
    if (step.gates.length > 0 && (step.kind === "check" || step.kind === "value"))
      findings.push(
        finding(
          "plan_malformed",
          `${step.id} does nothing that a person could be asked about`,
          { step: step.id, field: "requires" },
          `put a step of kind gate before it: requires: ${JSON.stringify(step.gates)}`,
        ),
      );
    if (step.kind !== "tool" || question.settled.has(step.id)) return findings;
    const rule = question.tools.get(step.tool);
    const authority = authorizationOf(question, step, rule);
    if (rule === undefined) return [...findings, ...checkAllowed(question, step, authority)];
    return [
      ...findings,
      ...checkAllowed(question, step, authority),
      ...checkUndoing(question, step, rule),
      ...checkMode(question, step, rule, authority),
      ...checkBypass(step, rule, authority, gated),
      ...checkCompensation(question, step, rule),
      ...checkConflict(question, step),
    ];
  });
}

function authorizationOf(question: Question, step: ToolStep, rule: ToolRule | undefined): Authorization {
  return authorize(question.policy, {
    spec: rule?.spec ?? null,
    tool: step.tool,
    args: step.args.params,
    mode: stricterMode(question.mode, question.plan.document.policy_mode ?? question.mode),
    gates: step.gates,
    tainted: isTainted(question.plan, step),
    at: question.at,
  });
}

function checkAllowed(question: Question, step: ToolStep, authority: Authorization): readonly Finding[] {
  if (authority.effect !== "forbid") return [];
  const place = { step: step.id, field: "tool" };
  const [rule] = authority.rules;
  if (rule === "allowlist") {
    const nearest = nearestTool(step.tool, [...question.tools.keys()]);
    return [
      finding(
        "tool_not_allowed",
        `${step.tool} is not among the tools of this workspace`,
        place,
        nearest === null ? "see them with: writ tools list" : `did you mean ${nearest}? See them with: writ tools list`,
      ),
    ];
  }
  if (rule === "outbound_off" || rule === "egress") {
    return [
      finding(
        "outbound_refused",
        rule === "outbound_off"
          ? `${step.tool} reaches the network, and outbound is off`
          : `${step.tool} would reach a host that is not allowed`,
        place,
        "allow the host in your own configuration: outbound.hosts",
      ),
    ];
  }
  return [
    finding(
      "policy_denied",
      `the rule ${authority.rules.join(", ")} forbids ${step.tool} here`,
      place,
      `see why with: writ policy explain ${step.tool}`,
    ),
  ];
}

/** What takes back is called with what the run that did it recorded, and by nobody who only says so. */
function checkUndoing(question: Question, step: ToolStep, rule: ToolRule): readonly Finding[] {
  if (!rule.spec.traits.compensates || question.door === UNDO_DOOR) return [];
  return [
    finding(
      "tool_not_allowed",
      `${step.tool} takes back what another run did; only an undo calls it`,
      { step: step.id, field: "tool" },
      "take a run back with: writ undo <run>",
    ),
  ];
}

function checkMode(question: Question, step: ToolStep, rule: ToolRule, authority: Authorization): readonly Finding[] {
  const findings: Finding[] = [];
  const { tier } = rule.spec;
  const field = "approval_mode";
  if (step.declaredMode === null && reaches(tier, "network")) {
    findings.push(
      finding(
        "approval_mode_missing",
        `${step.tool} is ${tier}, and the step does not say so`,
        { step: step.id, field },
        `add: approval_mode: ${tier}`,
      ),
    );
  }
  if (step.declaredMode !== null && step.declaredMode !== tier) {
    findings.push(
      finding(
        "approval_mode_mismatch",
        `${step.tool} is ${tier}, the step says ${step.declaredMode}`,
        { step: step.id, field },
        `write: approval_mode: ${tier}`,
      ),
    );
  }
  if (!reaches(question.ceiling, tier)) {
    findings.push(
      finding(
        "safety_mode_exceeded",
        `${step.tool} is ${tier}, the run may reach ${question.ceiling} at most`,
        { step: step.id, field: "tool" },
        "use a tool of a nearer tier",
      ),
    );
  }
  if (tier === "destructive" && step.gates.length === 0 && authority.effect !== "forbid") {
    findings.push(
      finding(
        "approval_gate_missing",
        `${step.id} is destructive and names no gate`,
        { step: step.id, field: "requires" },
        'add to the step: requires: ["GATE_OPERATOR"]',
      ),
    );
  }
  return findings;
}

/** The effects that some tool of the workspace may only have behind a gate. */
function gatedEffects(question: Question): ReadonlySet<string> {
  const classes = new Set<string>();
  for (const { spec } of question.tools.values()) {
    if (spec.traits.effect !== null && (spec.tier === "destructive" || spec.traits.alwaysApprove))
      classes.add(spec.traits.effect.class);
  }
  return classes;
}

function checkBypass(
  step: ToolStep,
  rule: ToolRule,
  authority: Authorization,
  gated: ReadonlySet<string>,
): readonly Finding[] {
  const { effect } = rule.spec.traits;
  if (effect === null || !gated.has(effect.class) || authority.effect === "gate" || authority.effect === "forbid")
    return [];
  const target = targetOf(step.args.params, effect.target);
  return [
    finding(
      "gate_bypass",
      `${step.tool} has the effect ${effect.class} on ${target}, which only goes behind a gate`,
      { step: step.id, field: "tool" },
      'list the gate: requires: ["GATE_OPERATOR"]',
    ),
  ];
}

function targetOf(params: JsonObject, pointer: string): string {
  const value = valueAt(params, parsePointer(pointer) ?? []);
  return value === undefined ? "an object decided later" : canonicalJson(value);
}

function checkCompensation(question: Question, step: ToolStep, rule: ToolRule): readonly Finding[] {
  if (step.compensation === null) return [];
  const place = { step: step.id, field: "compensation" };
  if (!rule.spec.traits.reversible) {
    return [finding("compensation_invalid", `${step.tool} cannot be taken back`, place, "remove the compensation")];
  }
  return question.tools.has(step.compensation.tool)
    ? []
    : [
        finding(
          "compensation_invalid",
          `${step.compensation.tool} is not among the tools of this workspace`,
          place,
          "see them with: writ tools list",
        ),
      ];
}

/** V12: a rule that cannot be read, and one rule that requires what another prohibits. */
function checkConflict(question: Question, step: ToolStep): readonly Finding[] {
  const malformed = question.policy.rules.filter((rule) => rule.when !== null && !parseExpression(rule.when).ok);
  if (malformed.length > 0) {
    const names = malformed.map((rule) => rule.id).join(", ");
    return [
      finding(
        "policy_eval_error",
        `the rule ${names} cannot be evaluated, so nothing is allowed`,
        { step: step.id, field: "tool" },
        "mend the rule: writ policy test",
      ),
    ];
  }
  const rules = question.policy.rules.filter((rule) => rule.tool === step.tool);
  const required = rules.find((rule) => rule.effect === "require");
  const prohibited = rules.find((rule) => rule.effect === "forbid");
  if (required === undefined || prohibited === undefined) return [];
  return [
    finding(
      "policy_conflict",
      `the rule ${required.id} requires ${step.tool} and the rule ${prohibited.id} forbids it`,
      { step: step.id, field: "tool" },
      "resolve the two rules in the policy",
    ),
  ];
}

function nearestTool(wanted: string, known: readonly string[]): string | null {
  const same = known.filter(
    (name) => name.split(".").at(-1) === wanted.split(".").at(-1) || name.split(".")[0] === wanted.split(".")[0],
  );
  return same.toSorted()[0] ?? null;
}

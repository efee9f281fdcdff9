import type { Problem } from "../base/error.ts";
import type { Json } from "../base/json.ts";
import { parseExpression, type Expression } from "./expression.ts";
import type { PlanDocument, StepDocument, ToolStepDocument } from "./plan-document.ts";
import { parsePointer } from "./pointer.ts";
import type { Args, ParamBinding, Plan, Step } from "./plan.ts";

export interface Lowered {
  readonly plan: Plan;
  /** Expressions and references that do not parse; the plan must not run while there are any. */
  readonly problems: readonly Problem[];
}

const NEVER: Expression = { op: "literal", value: false };

/** Wire plan to plan: expressions parsed, bindings split, defaults made explicit. `hash` is the document's plan hash. */
export function lowerPlan(document: PlanDocument, hash: string): Lowered {
  const problems: Problem[] = [];
  const steps = document.steps.map((step) => lowerStep(step, problems));
  return { plan: { document, id: document.plan_id ?? "", intent: document.intent, hash, block: { steps } }, problems };
}

function lowerStep(step: StepDocument, problems: Problem[]): Step {
  const requires = step.requires ?? [];
  const common = {
    id: step.id,
    needs: step.depends_on ?? [],
    when: step.when === undefined ? null : parsed(step.when, step.id, "when", problems),
    onFailure: step.on_failure ?? "stop",
    fallbackFor: step.fallback_for ?? null,
    gates: requires.filter((name) => name.startsWith("GATE_")),
    evidence: requires.filter((name) => !name.startsWith("GATE_")),
  } as const;
  switch (step.kind) {
    case "gate":
      return { ...common, kind: "gate", message: step.message ?? step.id };
    case "check":
      return {
        ...common,
        kind: "check",
        that: parsed(step.that, step.id, "that", problems),
        message: step.message ?? `${step.that} does not hold`,
      };
    case "value":
      return {
        ...common,
        kind: "value",
        set: new Map(
          Object.entries(step.set).map(([name, text]) => [name, parsed(text, step.id, `set.${name}`, problems)]),
        ),
      };
    default:
      return { ...common, ...lowerTool(step, problems) };
  }
}

function lowerTool(step: ToolStepDocument, problems: Problem[]) {
  return {
    kind: "tool",
    tool: step.tool,
    args: lowerArgs(step, problems),
    declaredMode: step.approval_mode ?? null,
    produces: step.produces_evidence ?? [],
    timeoutMs: step.timeout_ms ?? null,
    retry: step.retry == null ? null : { maxAttempts: step.retry.max_attempts, backoffMs: step.retry.backoff_ms },
    compensation:
      step.compensation == null ? null : { tool: step.compensation.tool, params: record(step.compensation.params) },
    occurrence: step.occurrence ?? 0,
  } as const;
}

function lowerArgs(step: ToolStepDocument, problems: Problem[]): Args {
  const bindings: ParamBinding[] = [];
  for (const [at, from] of Object.entries(step.param_bindings ?? {})) {
    const field = `param_bindings.${at}`;
    const dot = from.indexOf(".");
    const target = parsePointer(at === "" || at.startsWith("/") ? at : `/${at}`);
    const pointer = dot === -1 ? null : parsePointer(from.slice(dot + 1));
    if (target === null || target.length === 0 || pointer === null) {
      problems.push({
        code: "plan_malformed",
        message: `"${from}" does not name an earlier output`,
        place: { step: step.id, field },
        remedy: 'write "<step id>.<JSON pointer>", such as "search./hits"',
      });
    } else {
      bindings.push({ at: target, from: from.slice(0, dot), pointer });
    }
  }
  return { params: record(step.params ?? {}), bindings };
}

function record(value: Readonly<Record<string, Json>>): Readonly<Record<string, Json>> {
  return value;
}

function parsed(text: string, step: string, field: string, problems: Problem[]): Expression {
  const expression = parseExpression(text);
  if (expression.ok) return expression.value;
  problems.push({
    code: "expression_malformed",
    message: `column ${expression.error.column}: ${expression.error.message}`,
    place: { step, field, column: expression.error.column },
  });
  return NEVER;
}

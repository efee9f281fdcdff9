import type { Question } from "./question.ts";
import { digestOf, type Digest } from "../base/digest.ts";
import type { Hasher } from "../base/hash.ts";
import { centsOf } from "../base/money.ts";
import { relaxes } from "../policy/policy.ts";
import { loosened, minus, tightened } from "../budget/budget.ts";
import { APPROVAL_MODES, furthest, type ApprovalMode } from "../tool/approval-mode.ts";
import { checkArguments } from "./check-arguments.ts";
import { checkAuthority } from "./check-authority.ts";
import { checkSettled } from "./check-settled.ts";
import { checkStructure } from "./check-structure.ts";
import { consequence, finding, type Consequence, type Finding } from "./finding.ts";

export interface PlanVerdict {
  readonly verdict: "ok" | Consequence;
  readonly findings: readonly Finding[];
  readonly strictness: Strictness;
  /** Digest of findings and strictness: equal inputs, equal hash. */
  readonly hash: Digest;
}

/** How deep the verification went; it grows with the furthest tier in the plan. */
export interface Strictness {
  readonly tier: ApprovalMode;
  readonly passes: 1 | 2;
  readonly warningsAreErrors: boolean;
  /** For each destructive step the object it can touch. */
  readonly objects: readonly { readonly step: string; readonly object: string }[];
}

/** V1 to V15 of decision-plane §3.2, as far as they need no catalogue. All findings at once, in order of steps. */
export function verifyPlan(hash: Hasher, question: Question): PlanVerdict {
  const tier = furthestTier(question);
  const first = pass(question, tier);
  const verdict = seal(hash, question, tier, first);
  if (tier !== "destructive") return verdict;
  const second = seal(hash, question, tier, pass(question, tier));
  if (second.hash === verdict.hash) return verdict;
  const disagreement = finding(
    "policy_eval_error",
    "two passes of the verification disagree",
    {},
    "run writ doctor and report the plan",
  );
  return { ...verdict, verdict: "reject", findings: [...verdict.findings, disagreement] };
}

function pass(question: Question, tier: ApprovalMode): readonly Finding[] {
  const structure = checkStructure(question);
  const findings = [
    ...structure,
    ...checkSettled(question),
    ...checkArguments(question),
    ...checkAuthority(question),
    ...checkScope(question),
    ...checkBudget(question),
    ...checkLoop(question),
  ];
  return warningsAreErrors(tier) ? findings.map((each): Finding => ({ ...each, severity: "error" })) : findings;
}

function seal(hash: Hasher, question: Question, tier: ApprovalMode, found: readonly Finding[]): PlanVerdict {
  const strictness: Strictness = {
    tier,
    passes: tier === "destructive" ? 2 : 1,
    warningsAreErrors: warningsAreErrors(tier),
    objects: objectsOf(question),
  };
  const order = new Map(question.plan.block.steps.map((step, index) => [step.id, index]));
  const findings = found.toSorted(
    (a, b) => (order.get(a.place?.step ?? "") ?? -1) - (order.get(b.place?.step ?? "") ?? -1),
  );
  const verdict = consequence(findings) ?? "ok";
  const summary = {
    type: "writ/plan_verdict/v1",
    plan_hash: question.plan.hash,
    verdict,
    findings: findings.map((each) => ({
      code: each.code,
      severity: each.severity,
      step: each.place?.step ?? null,
      field: each.place?.field ?? null,
    })),
    tier,
  };
  return { verdict, findings, strictness, hash: digestOf(hash, summary) };
}

function warningsAreErrors(tier: ApprovalMode): boolean {
  return APPROVAL_MODES.indexOf(tier) >= APPROVAL_MODES.indexOf("network");
}

function furthestTier(question: Question): ApprovalMode {
  let tier: ApprovalMode = "read_only";
  for (const step of question.plan.block.steps) {
    if (step.kind === "tool") tier = furthest(tier, question.tools.get(step.tool)?.spec.tier ?? "destructive");
  }
  return tier;
}

function objectsOf(question: Question): Strictness["objects"] {
  return question.plan.block.steps.flatMap((step) => {
    if (step.kind !== "tool") return [];
    const spec = question.tools.get(step.tool)?.spec;
    if (spec?.tier !== "destructive") return [];
    return [{ step: step.id, object: spec.traits.effect?.class ?? (spec.traits.sandboxed ? "sandbox" : "workspace") }];
  });
}

/** V2, and the axes a plan may only tighten. */
function checkScope({ plan, intent, mode, limits }: Question): readonly Finding[] {
  const findings: Finding[] = [];
  if (intent !== null && plan.intent !== intent) {
    findings.push(
      finding(
        "intent_mismatch",
        `the plan is for ${plan.intent}, the run for ${intent}`,
        { field: "intent" },
        "propose a plan for the run's own intent",
      ),
    );
  }
  const wanted = plan.document.policy_mode;
  if (wanted !== undefined && relaxes(wanted, mode)) {
    findings.push(
      finding(
        "policy_relaxation",
        `the plan asks for ${wanted}, the run is ${mode}`,
        { field: "policy_mode" },
        "leave policy_mode out, or make it stricter",
      ),
    );
  }
  for (const { field, allowed } of loosened(limits, plan.document.budget ?? {})) {
    findings.push(
      finding(
        "policy_relaxation",
        `the plan asks for more ${field} than the run has (${allowed})`,
        { field: `budget.${field}` },
        "a plan may only tighten the budget; extend the run with: writ extend",
      ),
    );
  }
  return findings;
}

/** V13: what is known to be too little is refused before anything runs; the plan's own budget counts what was used before it. */
function checkBudget({ plan, limits, remaining: left, settled }: Question): readonly Finding[] {
  const remaining = minus(left, minus(limits, tightened(limits, plan.document.budget ?? {})));
  const certain = plan.block.steps.filter(
    (step) => step.kind === "tool" && step.when === null && step.fallbackFor === null && !settled.has(step.id),
  ).length;
  const findings: Finding[] = [];
  if (certain > remaining.steps) {
    findings.push(
      finding(
        "budget_exceeded",
        `the plan has ${certain} steps and the budget allows ${remaining.steps}`,
        { field: "steps" },
        `raise AUTONOMY_BUDGET to at least ${certain} in your own configuration, or split the plan`,
      ),
    );
  }
  if (certain > remaining.tool_calls) {
    findings.push(
      finding(
        "budget_exceeded",
        `the plan makes ${certain} calls and the budget allows ${remaining.tool_calls}`,
        { field: "tool_calls" },
        "raise the tool call budget, or split the plan",
      ),
    );
  }
  const tokens = plan.document.token_estimate ?? 0;
  if (tokens > remaining.tokens) {
    findings.push(
      finding(
        "budget_exceeded",
        `the plan expects ${tokens} tokens and the budget allows ${remaining.tokens}`,
        { field: "token_estimate" },
        "raise the token budget, or ask for less",
      ),
    );
  }
  const cents = plan.document.cost_estimate_cents ?? 0;
  if (cents > centsOf(remaining.cost_millicents)) {
    findings.push(
      finding(
        "budget_exceeded",
        `the plan expects to cost ${cents} ¢ and the budget allows ${centsOf(remaining.cost_millicents)} ¢`,
        { field: "cost_estimate_cents" },
        "raise the cost budget, or ask for less",
      ),
    );
  }
  return findings;
}

/** V14. */
function checkLoop({ plan, refusedPlans }: Question): readonly Finding[] {
  if (!refusedPlans.has(plan.hash)) return [];
  return [
    finding(
      "loop_guard",
      "this plan was refused before; it is the same but for its names",
      {},
      "propose something else, or give the run up",
    ),
  ];
}

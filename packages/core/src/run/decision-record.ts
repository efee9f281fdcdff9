import { digestOf, type Digest } from "../base/digest.ts";
import { deriveId } from "../base/id.ts";
import type { Json, JsonObject } from "../base/json.ts";
import { epochMs } from "../base/time.ts";
import { CRITIC_VERSION, EVALUATORS, scoreText } from "../critic/verdict.ts";
import type { Ending, RunState } from "./state.ts";
import type { Outcome } from "./event.ts";

export interface DecisionRecord {
  readonly id: string;
  readonly hash: Digest;
  readonly document: JsonObject;
}

const STATUS: Readonly<Record<Outcome, string>> = {
  completed: "DECIDED",
  failed: "FAILED",
  rejected: "DENIED",
  expired: "EXPIRED",
  cancelled: "CANCELLED",
  escalated: "ESCALATED",
};

/**
 * What was decided, on which evidence, under which approvals and controls: a
 * function of the state alone, so that a replay derives it again to the byte.
 *
 * @see formats.md 5.4
 */
export function decisionRecord(state: RunState, ending: Ending): DecisionRecord {
  const id = deriveId(state.rules.hash, "decision_record", epochMs(state.now), {
    run: state.run,
    version: state.version,
  });
  const { tally } = state;
  const document: JsonObject = {
    type: "writ/record/v1",
    record_id: id,
    decision_key: "run.outcome",
    decision_version: "1.0.0",
    status: STATUS[ending.outcome],
    outcome: ending.outcome,
    actor: { kind: state.actor.kind, id: state.actor.id },
    subjects: [],
    run_id: state.run,
    log_id: state.rules.log,
    tenant_id: state.tenant,
    plan_id: state.lineage.at(-1) ?? null,
    plan_commit: state.planPayload?.commit ?? null,
    plan_lineage: [...state.lineage],
    inputs: state.goal === null ? null : { $commit: state.goal.commit },
    evidence: [...tally.evidence].toSorted(),
    policy_hash: state.pins?.policy ?? null,
    approvals: tally.approvals.map((each): Json => ({ ...each })),
    controls_active: controls(state),
    effects: tally.effects.map((each): Json => ({ ...each })),
    tool_calls: { ...tally.toolCalls },
    pins: state.pins === null ? null : { ...state.pins },
    verdict: ending.outcome === "completed" ? "accept" : "escalate",
    journal_version: state.version,
    scorecard: scorecard(state),
    reason: reasonOf(ending),
  };
  return { id, hash: digestOf(state.rules.hash, document), document };
}

function controls(state: RunState): JsonObject {
  const { limits } = state;
  return {
    policy_mode: state.settings?.mode ?? null,
    ceiling: state.settings?.ceiling ?? null,
    budget: { ...limits },
    used: { ...state.used },
    loop_guard: { trips: state.trips },
    critic_version: CRITIC_VERSION,
    evaluators: { ...EVALUATORS },
    replan_attempts: state.replans,
    retries: state.retries,
  };
}

function scorecard(state: RunState): JsonObject {
  const { weight, sum } = state.tally.utility;
  return { utility: scoreText(weight === 0 ? 1 : sum / weight), verdicts: { ...state.tally.verdicts } };
}

function reasonOf({ reason }: Ending): Json {
  if (reason === null) return null;
  return {
    code: reason.code,
    step: reason.step ?? null,
    detail: reason.detail ?? null,
    trip: reason.trip === undefined ? null : { ...reason.trip },
  };
}

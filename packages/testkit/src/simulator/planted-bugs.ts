import { gateCall, located, NOTHING, plus, type Gate, type JournalEvent, type RunState, type Sealer } from "@writ/core";
import { CORE, type CoreFunctions } from "./core-functions.ts";

/** A bug that was made on purpose, and the invariants that may see it first. */
export interface PlantedBug {
  readonly name: string;
  readonly core: CoreFunctions;
  readonly seenBy: readonly string[];
}

type Settle = CoreFunctions["settle"];
type Evolve = CoreFunctions["evolve"];
type Decide = CoreFunctions["decide"];

function decideLike(
  change: (facts: readonly JournalEvent[], ...given: Parameters<Decide>) => readonly JournalEvent[],
): CoreFunctions {
  return { ...CORE, decide: (state, arrival) => change(CORE.decide(state, arrival), state, arrival) };
}

function settleLike(
  change: (facts: readonly JournalEvent[], state: RunState, seal: Sealer) => readonly JournalEvent[],
): CoreFunctions {
  const settle: Settle = (state, seal) => change(CORE.settle(state, seal), state, seal);
  return { ...CORE, settle };
}

function evolveLike(change: (state: RunState, fact: JournalEvent, fold: () => void) => void): CoreFunctions {
  const evolve: Evolve = (state, fact) => change(state, fact, () => CORE.evolve(state, fact));
  return { ...CORE, evolve };
}

/** A second sending goes out where the gate should be asked for again. */
const gateSkippedOnRetry = settleLike((facts, state, seal) => {
  const [wanted] = facts;
  if (wanted?.type !== "gate_wanted") return facts;
  const found = located(state, wanted.step);
  if (found?.step.kind !== "tool" || found.at.attempts === 0) return facts;
  return startedAnyway(state, wanted.step, seal) ?? facts;
});

function startedAnyway(state: RunState, step: string, seal: Sealer): readonly JournalEvent[] | null {
  const found = located(state, step);
  const call = gateCall(state, step);
  if (call === null || found === null || found.at.toolCall === null) return null;
  return [
    {
      type: "step_started",
      step,
      attempt: found.at.attempts + 1,
      tool: call.tool,
      tool_call: found.at.toolCall,
      occurrence: call.occurrence,
      idempotency_key: call.key,
      args: seal.json(call.args),
      authority: { rules: ["planted"] },
      reserve: NOTHING,
    },
  ];
}

/** The first of two votes is taken for the grant. */
const oneVoteIsEnough = decideLike((facts) =>
  facts.map((fact) => (fact.type === "approval_voted" ? { ...fact, type: "approval_granted" } : fact)),
);

/** What is void for its age is looked at with the clock turned back. */
const expiredGrantUsed = settleLike((facts, state, seal) => {
  const [voided] = facts;
  if (voided?.type !== "approval_voided" || voided.reason.code !== "approval_expired") return facts;
  const { now } = state;
  state.now = 0;
  const young = CORE.settle(state, seal);
  state.now = now;
  return young;
});

/** What an abandoned attempt had reserved stays reserved. */
const reservationLeaked = evolveLike((state, fact, fold) => {
  const reserve = fact.type === "attempt_abandoned" ? state.attempts.get(fact.step)?.reserve : undefined;
  fold();
  if (reserve !== undefined) state.reserved = plus(state.reserved, reserve);
});

/** A replan begins to count from one again. */
const visitsForgotten = evolveLike((state, fact, fold) => {
  fold();
  if (fact.type === "plan_requested") state.visits.clear();
});

/** After a crash every open call is sent again, whatever its tool promises. */
const blindRetry = decideLike((facts, _state, { input }) =>
  input.type !== "attempts_interrupted"
    ? facts
    : facts.map((fact) =>
        fact.type === "step_in_doubt" || fact.type === "probe_wanted"
          ? { type: "attempt_abandoned", step: fact.step, attempt: fact.attempt, reason: { code: "interrupted" } }
          : fact,
      ),
);

/** A call that failed did not happen, whatever its tool knows. */
const failureTrusted: CoreFunctions = {
  ...CORE,
  decide: (state, arrival) =>
    CORE.decide(
      state,
      arrival.input.type === "tool_failed" ? { ...arrival, input: { ...arrival.input, happened: "no" } } : arrival,
    ),
};

/** What may have happened is forgotten with the step that did it. */
const unsureForgotten = evolveLike((state, _fact, fold) => {
  fold();
  state.unsure.clear();
});

const survivors = new WeakMap<RunState, readonly Gate[]>();

/** A replan leaves the gates of the old plan standing in the new one. */
const gateOutlivesScope = evolveLike((state, fact, fold) => {
  const isLeft = fact.type === "approval_voided" && fact.reason.code === "replanned";
  const gate = isLeft ? state.gates.get(fact.step) : undefined;
  fold();
  if (gate !== undefined) survivors.set(state, [...(survivors.get(state) ?? []), gate]);
  if (fact.type === "scope_opened") for (const left of survivors.get(state) ?? []) state.gates.set(left.step, left);
});

/** A call that is to be probed stays on the list of calls to send. */
const twoEffects = evolveLike((state, fact, fold) => {
  fold();
  if (fact.type !== "probe_wanted") return;
  state.work.set(`call:${fact.step}:${fact.attempt}`, { type: "invoke_tool", step: fact.step, attempt: fact.attempt });
});

/** An interruption speaks for attempts that were started after it. */
const noFence: CoreFunctions = {
  ...CORE,
  decide: (state, arrival) =>
    CORE.decide(
      state,
      arrival.input.type === "attempts_interrupted"
        ? { ...arrival, input: { type: "attempts_interrupted", through: Number.MAX_SAFE_INTEGER } }
        : arrival,
    ),
};

/** The gate of a started call stands open for the next. */
const approvalNotConsumed = evolveLike((state, fact, fold) => {
  const gate = fact.type === "step_started" ? state.gates.get(fact.step) : undefined;
  fold();
  if (gate !== undefined) state.gates.set(gate.step, gate);
});

export const PLANTED_BUGS: readonly PlantedBug[] = [
  { name: "gate skipped on a retry", core: gateSkippedOnRetry, seenBy: ["gated_start_has_grant"] },
  { name: "one approval where two are needed", core: oneVoteIsEnough, seenBy: ["grant_quorum"] },
  { name: "an expired grant used", core: expiredGrantUsed, seenBy: ["grant_unexpired"] },
  { name: "a reservation leaked", core: reservationLeaked, seenBy: ["reservations_settled"] },
  { name: "visits forgotten on replan", core: visitsForgotten, seenBy: ["attempt_starts_once"] },
  { name: "a blind retry after a crash", core: blindRetry, seenBy: ["effects_at_most_once"] },
  {
    name: "a failure taken for nothing happened",
    core: failureTrusted,
    seenBy: ["effects_at_most_once", "effects_accounted"],
  },
  { name: "an unsure effect forgotten", core: unsureForgotten, seenBy: ["effects_accounted"] },
  { name: "a gate that outlives its scope", core: gateOutlivesScope, seenBy: ["gates_have_steps"] },
  { name: "two effects for one attempt", core: twoEffects, seenBy: ["one_effect_per_attempt"] },
  { name: "interruption without its fence", core: noFence, seenBy: ["calls_have_attempts"] },
  { name: "approval not consumed", core: approvalNotConsumed, seenBy: ["grant_consumed"] },
];

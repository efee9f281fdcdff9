import { canSettle, isHeld, located, type Arrival, type JournalEvent, type RunInput, type RunState } from "@writ/core";
import { ApprovalBook, type Entered } from "./approval-book.ts";
import type { Sending } from "./effect-ledger.ts";
import type { Premises } from "./premises.ts";
import { StartBook } from "./start-book.ts";
import { demand } from "./violation.ts";

/** Answers to work: once one was taken, the same one again says nothing. */
const ANSWERS = new Set<RunInput["type"]>([
  "start",
  "plan_proposed",
  "plan_failed",
  "gate_opened",
  "gate_failed",
  "approve",
  "deny",
  "ask_again",
  "evidence_moved",
  "tool_returned",
  "tool_failed",
  "attempt_probed",
]);

/** What must hold before each fact and after each entry, judged from the facts and apart from the engine's own bookkeeping. */
export class Invariants {
  readonly #premises: Premises;
  #approvals = new ApprovalBook();
  #starts = new StartBook();
  #noted: { readonly fact: JournalEvent; readonly entered: Entered }[] = [];

  constructor(premises: Premises) {
    this.#premises = premises;
  }

  keyOf(step: string): string | null {
    return this.#starts.keyOf(step);
  }

  beforeFact(state: RunState, fact: JournalEvent, arrival: Arrival): void {
    this.#checkNothingNew(state, fact, arrival);
    this.#checkTrip(fact);
    this.#countStart(state, fact);
    const entered = { version: state.version, at: arrival.at, actor: arrival.actor };
    if (fact.type === "step_started") this.#starts.check(state, fact, entered, this.#approvals, this.#premises);
    if (fact.type === "approval_voted" || fact.type === "approval_granted")
      this.#approvals.checkVote(state, fact, entered, this.#premises);
    this.#note(fact, entered);
    this.#noted.push({ fact, entered });
  }

  #countStart(state: RunState, fact: JournalEvent): void {
    if (fact.type !== "step_started") return;
    const { step } = located(state, fact.step) ?? {};
    if (step !== undefined && step.fallbackFor !== null) this.#premises.count("fallbacks run");
    if (state.closing !== null && state.status !== "undoing") this.#premises.count("asked again while closing");
  }

  #note(fact: JournalEvent, entered: Entered): void {
    this.#approvals.note(fact, entered);
    this.#starts.note(fact);
  }

  /** While a run is held nothing begins that nobody outside asked for; a call that was cut off is no new one (0011). */
  #checkNothingNew(state: RunState, fact: JournalEvent, arrival: Arrival): void {
    const isCutOff =
      arrival.input.type === "attempts_interrupted" &&
      fact.type === "step_started" &&
      fact.idempotency_key === this.keyOf(fact.step);
    const begins =
      (fact.type === "step_started" && !isCutOff) ||
      fact.type === "gate_wanted" ||
      (fact.type === "plan_requested" && arrival.input.type !== "start");
    if (isCutOff && isHeld(state)) this.#premises.count("asked again while held");
    if (!begins) return;
    const holds = state.hold !== null || ((state.doubts > 0 || state.reviews > 0) && fact.type !== "plan_requested");
    const isAnswer = arrival.input.type === "plan_proposed" || arrival.input.type === "plan_failed";
    demand(
      !holds || (fact.type === "plan_requested" && isAnswer),
      "held_starts_nothing",
      () => `${fact.type} while held: ${state.hold?.code ?? "doubt or review"}`,
    );
  }

  #checkTrip(fact: JournalEvent): void {
    if (!("reason" in fact) || fact.reason === null || !("code" in fact.reason) || fact.reason.code !== "loop_detected")
      return;
    const { trip } = fact.reason;
    demand(
      trip !== undefined && trip.count >= trip.threshold,
      "trip_has_reason",
      () => `${fact.type} says loop_detected and not why`,
    );
    if (fact.type === "verdict_rendered") this.#premises.count(`loop trips ${trip?.kind ?? ""}`);
  }

  afterEntry(state: RunState, facts: readonly JournalEvent[], limit: number): void {
    for (const fact of facts) {
      this.#premises.count(`fact ${fact.type}`);
      this.#count(fact);
    }
    if (canSettle(state))
      demand(
        facts.length >= Math.min(limit, 20),
        "rests_after_react",
        () => `${facts.length} facts, and more would follow`,
      );
  }

  #count(fact: JournalEvent): void {
    if (fact.type === "step_settled" && fact.reason?.code === "ledger_replay") this.#premises.count("ledger replays");
    if (fact.type === "step_queued") this.#premises.count("queued twins");
    if (fact.type === "run_held" && fact.reason.code === "budget_exhausted") this.#premises.count("budget holds");
    if (fact.type === "run_held" && fact.reason.code === "deadline") this.#premises.count("deadlines");
    if (fact.type === "step_in_doubt") this.#premises.count("doubts");
    if (fact.type === "phase_entered") this.#premises.count("undo phases");
    if (fact.type === "run_ended")
      this.#premises.count(`ended ${fact.outcome}${fact.reason === null ? "" : `, ${fact.reason.code}`}`);
    if (fact.type === "plan_requested" && fact.plan_version > 1) this.#premises.count("replans");
    if (fact.type === "approval_voided") this.#premises.count(`voided ${fact.reason.code}`);
    if (fact.type === "plan_rejected") for (const code of fact.codes) this.#premises.count(`refused ${code}`);
    if (fact.type === "run_closing" && fact.reason?.code === "session_expired")
      this.#premises.count("sessions expired");
  }

  /** A call that is under way has its attempt; otherwise its answer would mean nothing, or something else. */
  checkFlights(state: RunState, flights: readonly Sending[]): void {
    for (const { step, attempt } of flights) {
      demand(
        state.attempts.get(step)?.number === attempt,
        "calls_have_attempts",
        () => `${step}#${attempt} is under way, and the run has forgotten it`,
      );
    }
  }

  /** Whether a copy of something that was taken before must leave no fact. */
  mustBeSilent(input: RunInput, state: RunState): boolean {
    if (input.type !== "attempts_interrupted") return ANSWERS.has(input.type);
    return [...state.attempts.values()].every((attempt) => attempt.version > input.through);
  }

  /** What stood in an entry that was lost has not happened. */
  reloaded(version: number): void {
    this.#approvals = new ApprovalBook();
    this.#starts = new StartBook();
    this.#noted = this.#noted.filter(({ entered }) => entered.version <= version);
    for (const { fact, entered } of this.#noted) this.#note(fact, entered);
  }
}

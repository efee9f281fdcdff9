import {
  effectOf,
  EXECUTOR,
  FAILURE_KINDS,
  gateCall,
  isJsonObject,
  neverSent,
  type FailureKind,
  type Json,
  type Request,
  type Usage,
} from "@writ/core";
import { toolNamed, type SimulatedTool } from "./catalogue.ts";
import type { Sending } from "./effect-ledger.ts";
import type { Gatehouse } from "./gatehouse.ts";
import type { Message, Surroundings } from "./surroundings.ts";
import { goodOutput, junkOutput } from "./tool-output.ts";

/** A call that was sent, or is about to be, and has no answer yet. */
interface Flight {
  readonly sending: Sending;
  readonly tool: SimulatedTool;
  readonly sentAt: number;
  readonly timeoutMs: number;
  effect: "pending" | "done" | "never";
  /** Counts planned answers: only the last one planned is given. */
  answers: number;
}

/** The tools of the world: calls take time, fail in every way, lose answers, finish although they were stopped. */
export class Calls {
  readonly #world: Surroundings;
  readonly #gates: Gatehouse;
  #flights: Flight[] = [];

  constructor(world: Surroundings, gates: Gatehouse) {
    this.#world = world;
    this.#gates = gates;
  }

  get inFlight(): readonly Sending[] {
    return this.#flights.map((flight) => flight.sending);
  }

  invoke(step: string, number: number): void {
    const { state, random } = this.#world;
    const attempt = state.attempts.get(step);
    const tool = toolNamed(attempt?.tool ?? "");
    if (attempt?.number !== number || tool === undefined) return;
    const sending: Sending = {
      step,
      attempt: number,
      tool: attempt.tool,
      key: attempt.key,
      args: attempt.args.json(),
      occurrence: gateCall(state, step)?.occurrence ?? 0,
    };
    const flight: Flight = {
      sending,
      tool,
      sentAt: this.#world.now,
      timeoutMs: attempt.reserve.wall_clock_ms,
      effect: "pending",
      answers: 0,
    };
    this.#flights.push(flight);
    const grant = state.steps.get(step)?.grant ?? null;
    if (grant !== null && this.#isMovedUnderWay(grant)) return this.#refuseToSend(flight, grant);
    const { faults } = this.#world.scenario;
    const isBroken = faults.broken === tool.name;
    const fate = isBroken
      ? "junk"
      : random.weighted({ ok: 1, failure: faults.failure, junk: faults.junk, lost: faults.lost });
    this.#fly(flight, fate);
  }

  /** Between the answer and the sending there is a moment, too. */
  #isMovedUnderWay(grant: Request): boolean {
    const { random, scenario, isHelpful } = this.#world;
    if (!isHelpful && random.chance(scenario.faults.drift / 4)) this.#gates.drift(grant);
    return this.#gates.isMoved(grant);
  }

  /** The gateway looks once more before it sends: nothing leaves. */
  #refuseToSend(flight: Flight, grant: Request): void {
    flight.effect = "never";
    this.#world.premises.count("drift at dispatch");
    const { step, attempt } = flight.sending;
    this.#answer(flight, this.#world.random.between(0, 5), () => ({
      type: "evidence_moved",
      step,
      attempt,
      approval: grant.approval,
      field: "evidence",
    }));
  }

  #fly(flight: Flight, fate: "ok" | "failure" | "junk" | "lost"): void {
    const { random } = this.#world;
    const there = random.between(1, 40);
    const back = random.chance(0.1) ? random.between(100, 1_500) : random.between(0, 40);
    this.#world.outside(there, () => this.#happen(flight));
    if (fate === "lost") return this.#lose(flight);
    if (fate === "failure") return this.#fail(flight, random.pick(FAILURE_KINDS), there + back);
    const output = fate === "junk" ? junkOutput(random) : goodOutput(random, flight.sending);
    this.#answer(flight, there + back, (seal) => ({
      type: "tool_returned",
      step: flight.sending.step,
      attempt: flight.sending.attempt,
      output: seal.json(output),
      artifacts: random.chance(0.1) ? seal.json([{ path: "notes/a.md", sha256: "00", bytes: 3 }]) : null,
      undo:
        flight.tool.undo === null
          ? null
          : { tool: flight.tool.undo, args: seal.json(undoArgs(flight.sending.args, random.chance(0.05))) },
      usage: this.#usage(flight),
    }));
  }

  /** Nobody hears what came of it; the gateway gives up at the step's time limit. */
  #lose(flight: Flight): void {
    if (this.#world.random.chance(0.4)) flight.effect = "never";
    this.#world.premises.count("answers lost");
    this.#fail(flight, "transient_timeout", flight.timeoutMs, "as drawn");
  }

  /** A tool that says nothing happened is right; one that cannot say is believed neither way. */
  #fail(flight: Flight, kind: FailureKind, delay: number, effect: "as drawn" | "seldom" = "seldom"): void {
    const { random, premises } = this.#world;
    const isSure = effect === "seldom" && (effectOf(kind) === "no" || random.chance(0.3));
    if (isSure || (effect === "seldom" && random.chance(0.7))) flight.effect = "never";
    const happened = isSure ? "no" : "unknown";
    premises.count(`failure ${kind}`);
    premises.count(`failed call that ${isSure ? "did not happen" : "may have happened"}`);
    const jitter = String(random.below(1_000) / 1_000);
    this.#answer(flight, delay, (seal) => ({
      type: "tool_failed",
      step: flight.sending.step,
      attempt: flight.sending.attempt,
      kind,
      happened,
      error: seal.text(`simulated ${kind}`),
      usage: this.#usage(flight),
      jitter,
    }));
  }

  /** Must answer with what really happened: a call that cannot be held back finishes as it would have. */
  stop(step: string, number: number): void {
    const flight = this.#find(step, number);
    if (flight === undefined) return this.#neverSent(step, number);
    if (flight.effect !== "pending" || this.#world.random.chance(0.4)) return;
    flight.effect = "never";
    this.#world.premises.count("calls stopped in time");
    this.#fail(flight, "cancelled", 2);
  }

  /** Begun and stopped before it could be sent. */
  #neverSent(step: string, attempt: number): void {
    this.#world.premises.count("stopped before it was sent");
    this.#world.inProcess(1, () =>
      this.#world.deliver({ actor: EXECUTOR, make: (seal) => neverSent({ step, attempt }, seal) }),
    );
  }

  probe(step: string, number: number): void {
    const { state, random, ledger, isHelpful } = this.#world;
    const attempt = state.attempts.get(step);
    if (attempt?.number !== number) return;
    const { key } = attempt;
    this.#world.inProcess(random.between(1, 50), () => {
      const known = ledger.happened(key) ? "yes" : "no";
      const happened = !isHelpful && random.chance(0.2) ? "unknown" : known;
      this.#world.deliver({
        actor: EXECUTOR,
        make: () => ({ type: "attempt_probed", step, attempt: number, happened }),
      });
    });
  }

  /** The process died: a request on its way arrives or does not, and nobody hears the answer. */
  crash(): void {
    for (const flight of this.#flights) {
      this.#world.premises.count(flight.effect === "done" ? "crash after an effect" : "crash before an effect");
      if (flight.effect === "pending" && this.#world.random.chance(0.5)) this.#happen(flight);
      else if (flight.effect === "pending") flight.effect = "never";
    }
    this.#flights = [];
  }

  #happen(flight: Flight): void {
    if (flight.effect !== "pending") return;
    flight.effect = "done";
    this.#world.ledger.apply(flight.sending);
  }

  #answer(flight: Flight, delay: number, make: Message["make"]): void {
    flight.answers += 1;
    const answer = flight.answers;
    this.#world.inProcess(delay, () => {
      if (flight.answers !== answer) return;
      this.#flights = this.#flights.filter((each) => each !== flight);
      this.#world.deliver({ actor: EXECUTOR, make });
    });
  }

  #find(step: string, attempt: number): Flight | undefined {
    return this.#flights.find(({ sending }) => sending.step === step && sending.attempt === attempt);
  }

  #usage(flight: Flight): Usage {
    const { random, scenario, now, premises } = this.#world;
    const isOver = random.chance(scenario.faults.overrun);
    if (isOver) premises.count("usage over its reserve");
    return {
      tokens: random.between(0, flight.tool.tokens) + (isOver ? 60 : 0),
      cost_millicents: 0,
      wall_clock_ms: Math.min(now - flight.sentAt, flight.timeoutMs) + (isOver ? flight.timeoutMs : 0),
    };
  }
}

function undoArgs(args: Json, isSpoiled: boolean): Json {
  return { target: isSpoiled || !isJsonObject(args) ? 0 : (args["target"] ?? "") };
}

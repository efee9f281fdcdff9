import {
  digestOf,
  epochMs,
  EXECUTOR,
  mintId,
  preparePlan,
  type Effect,
  type JournalEvent,
  type JsonObject,
  type RunState,
} from "@writ/core";
import { testHasher } from "../build/hasher.ts";
import { Agenda } from "./agenda.ts";
import { Calls } from "./calls.ts";
import type { CoreFunctions } from "./core-functions.ts";
import { EffectLedger } from "./effect-ledger.ts";
import { Gatehouse } from "./gatehouse.ts";
import { Invariants } from "./invariants.ts";
import { People } from "./people.ts";
import { ScriptedPlanner } from "./planner.ts";
import { Premises } from "./premises.ts";
import { Random } from "./random.ts";
import type { Recording } from "./recording.ts";
import { drawScenario, STARTED_AT, type Scenario } from "./scenario.ts";
import { Shell, type Outside } from "./shell.ts";
import type { Message, Surroundings } from "./surroundings.ts";
import { demand } from "./violation.ts";

/** Inputs within which a run must have ended; one that takes back twenty steps behind gates needs most of them. */
const BOUND = 600;
/** Inputs after which people do what ends it. */
const HELP_AFTER = 100;

/** One run in a world that a seed decides: clock, order, tools, people, planner, crashes. */
export class World implements Surroundings, Outside {
  readonly random: Random;
  readonly scenario: Scenario;
  readonly ledger = new EffectLedger();
  readonly premises = new Premises();
  readonly invariants = new Invariants(this.premises);
  readonly trace: (line: string) => void;
  readonly #core: CoreFunctions;
  readonly #shell: Shell;
  readonly #agenda = new Agenda(STARTED_AT);
  readonly #gates = new Gatehouse(this);
  readonly #calls = new Calls(this, this.#gates);
  readonly #people = new People(this, this.#gates);
  readonly #planner: ScriptedPlanner;
  /** Messages that had an effect, for the copies that come late. */
  readonly #heard: Message[] = [];
  #process = 0;
  #inputs = 0;
  #wakeLate = 0;

  constructor(seed: number, core: CoreFunctions, trace: (line: string) => void) {
    this.random = new Random(seed);
    this.scenario = drawScenario(this.random.fork());
    this.trace = trace;
    this.#core = core;
    this.#planner = new ScriptedPlanner(this.random.fork(), this.scenario);
    this.#shell = new Shell(mintId("run", epochMs(STARTED_AT), this.random.bytes(10)), core, this);
  }

  get state(): RunState {
    return this.#shell.state;
  }

  get recording(): Recording {
    return this.#shell.recording;
  }

  get now(): number {
    return this.#agenda.now;
  }

  get inputs(): number {
    return this.#inputs;
  }

  get isHelpful(): boolean {
    return this.#inputs > HELP_AFTER;
  }

  get mayCrash(): boolean {
    return this.#inputs < BOUND / 2;
  }

  keyOf(step: string): string | null {
    return this.invariants.keyOf(step);
  }

  inProcess(delay: number, work: () => void): void {
    this.#agenda.plan({ at: this.now + delay, process: this.#process, happen: work });
  }

  outside(delay: number, work: () => void): void {
    this.#agenda.plan({ at: this.now + delay, process: null, happen: work });
  }

  deliver(message: Message): readonly JournalEvent[] {
    this.#inputs += 1;
    return this.#shell.deliver(message);
  }

  /** From the start to the end, and a little beyond. @throws Violation */
  live(): void {
    this.#start();
    while (this.state.status !== "ended") {
      demand(
        this.#inputs < BOUND,
        "ends_within_bound",
        () => `${BOUND} inputs and the run is still ${this.state.status}`,
      );
      this.#goOn();
    }
    const { length } = this.recording.stored;
    for (const message of this.#heard.slice(-8)) this.deliver(message);
    for (let command = 0; command < 4; command += 1) this.#people.command();
    demand(this.recording.stored.length === length, "ended_is_ended", () => "an input after the end left an entry");
  }

  #start(): void {
    const { plan, settings, inputs, rules } = this.scenario;
    const prepared = plan === null ? null : this.#prepared(plan, 1);
    const secret = this.random.bytes(32);
    const pin = digestOf(testHasher, { type: "writ/pin/v1" });
    const pins = {
      policy: rules.policyHash,
      tools: pin,
      evaluators: pin,
      models: pin,
      sandbox: rules.sandboxHash,
      runtime: "writ/0.1.0",
    };
    const message: Message = {
      actor: { kind: "user", id: "usr_ada" },
      make: (seal) => ({
        type: "start",
        goal: seal.json({ text: "simulate" }),
        key_secret: seal.bytes(secret),
        inputs: seal.json(inputs),
        plan: prepared === null ? null : seal.json(prepared),
        settings,
        pins,
      }),
    };
    while (this.state.status === "new") this.deliver(message);
    if (this.random.chance(0.1)) this.outside(this.random.between(10, 1_500), () => this.#people.cancel());
  }

  /** The next thing happens: what was planned, or a timer, or somebody at last does something. */
  #goOn(): void {
    const due = this.state.timers.earliest();
    const { next } = this.#agenda;
    const wakeAt = due === null ? Number.POSITIVE_INFINITY : Math.max(this.now, due.at + this.#wakeLate);
    if (next !== undefined && next.at < wakeAt) return this.#agenda.take()?.happen();
    if (next === undefined && this.#somebodyHelps(due !== null)) return;
    demand(due !== null, "awaits_something", () => `the run is ${this.state.status}, and nothing is awaited`);
    this.#agenda.now = Math.max(this.now, wakeAt);
    this.#wakeLate = this.random.chance(this.scenario.faults.lateTimers) ? this.random.between(1, 3_000) : 0;
    this.deliver({ actor: EXECUTOR, make: () => ({ type: "time_passed" }) });
  }

  #somebodyHelps(hasTimer: boolean): boolean {
    const { work } = this.state;
    demand(
      work.size === 0,
      "work_is_answered",
      () => `nothing is under way, and the run waits for ${[...work.keys()].join(" ")}`,
    );
    const isAbsent = this.scenario.temper === "absent" || this.random.chance(0.3);
    if (!this.isHelpful && hasTimer && isAbsent) return false;
    this.#agenda.now += this.random.between(1, 2_000);
    return this.#people.help();
  }

  /** What else an entry sets in motion: people hear of requests, copies come late, operators meddle. */
  entered(message: Message, facts: readonly JournalEvent[]): void {
    const { random, scenario } = this;
    this.#heard.push(message);
    this.invariants.checkFlights(this.state, this.#calls.inFlight);
    this.#hear(facts);
    if (this.#core.canSettle(this.state)) this.#proceed();
    if (this.isHelpful || this.state.status === "ended") return;
    if (random.chance(scenario.faults.copies)) this.#copyLate(random.pick(this.#heard));
    if (random.chance(scenario.faults.operator)) this.outside(random.between(0, 200), () => this.#people.command());
  }

  #hear(facts: readonly JournalEvent[]): void {
    for (const fact of facts) {
      const gate = fact.type === "approval_requested" ? this.state.gates.get(fact.step) : undefined;
      if (gate?.approver === "person" && gate.request !== null) this.#people.hear(gate.request);
    }
  }

  #proceed(): void {
    this.premises.count("full entries");
    this.inProcess(0, () => this.deliver({ actor: EXECUTOR, make: () => ({ type: "proceed" }) }));
  }

  #copyLate(message: Message): void {
    this.outside(this.random.pick([0, 1, 50, 2_500]), () => {
      const input = message.make(this.#shell.sealer(), this.state);
      const isAnswer = this.invariants.mustBeSilent(input, this.state);
      this.premises.count("late copies");
      const facts = this.deliver(message);
      demand(!isAnswer || facts.length === 0, "late_copies_say_nothing", () =>
        facts.map((fact) => fact.type).join(" "),
      );
    });
  }

  crashed(): void {
    this.#calls.crash();
    this.#agenda.forgetProcess(this.#process);
    this.#process += 1;
    this.#agenda.now += this.random.between(10, 3_000);
    if (this.#core.canSettle(this.state)) this.#proceed();
  }

  dispatch(effect: Effect): void {
    switch (effect.type) {
      case "invoke_tool":
        return this.#calls.invoke(effect.step, effect.attempt);
      case "stop_attempt":
        return this.#calls.stop(effect.step, effect.attempt);
      case "probe_attempt":
        return this.#calls.probe(effect.step, effect.attempt);
      case "open_gate":
        return this.#gates.open(effect.step, effect.round);
      case "approve_by_policy":
        return this.#gates.grantByPolicy(effect.step, effect.approval);
      case "propose_plan":
        return this.#propose(effect.plan_version);
    }
  }

  #propose(version: number): void {
    const usage = { tokens: this.random.below(30), cost_millicents: 0, wall_clock_ms: 20 };
    const about = { plan_version: version, usage } as const;
    this.inProcess(this.random.between(5, 400), () => {
      const answer = this.#planner.propose(version);
      const plan = answer.kind === "plan" ? this.#prepared(answer.plan, version) : null;
      const code = answer.kind === "failed" ? answer.code : "";
      this.deliver({
        actor: EXECUTOR,
        make: (seal) =>
          plan === null
            ? { type: "plan_failed", ...about, code, error: seal.json([{ code, message: "no plan" }]), answers: [] }
            : { type: "plan_proposed", ...about, plan: seal.json(plan), answers: [seal.text("{}")] },
      });
    });
  }

  #prepared(plan: JsonObject, planVersion: number): JsonObject {
    const planId = mintId("plan", epochMs(this.now), this.random.bytes(10));
    return preparePlan(testHasher, plan, { planId, planVersion, supersedes: this.state.lineage.at(-1) ?? null });
  }
}

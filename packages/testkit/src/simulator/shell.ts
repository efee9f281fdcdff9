import {
  canonicalJson,
  EntrySealer,
  EXECUTOR,
  initialState,
  type Effect,
  type JournalEvent,
  type RunInput,
  type RunState,
} from "@writ/core";
import { testHasher } from "../build/hasher.ts";
import type { CoreFunctions } from "./core-functions.ts";
import { drive } from "./drive.ts";
import { dumpState } from "./dump.ts";
import type { Invariants } from "./invariants.ts";
import type { Premises } from "./premises.ts";
import type { Random } from "./random.ts";
import { Recording } from "./recording.ts";
import type { Scenario } from "./scenario.ts";
import { checkState } from "./state-invariants.ts";
import type { Message } from "./surroundings.ts";
import { inputLine, factLine } from "./trace.ts";
import { demand } from "./violation.ts";

/** What a shell needs of the world it runs in. */
export interface Outside {
  readonly random: Random;
  readonly scenario: Scenario;
  readonly premises: Premises;
  readonly invariants: Invariants;
  readonly now: number;
  /** Whether the process may die at this input. */
  readonly mayCrash: boolean;
  trace(line: string): void;
  dispatch(effect: Effect): void;
  /** Called after each durable entry whose work was handed out. */
  entered(message: Message, facts: readonly JournalEvent[]): void;
  /** The process is gone, with all it had planned. */
  crashed(): void;
}

/** One input in so many is looked at closely. */
const CLOSE_LOOK = 1 / 10;

/** The engine of a simulated run: react, append, dispatch; and dying at either side of an append. */
export class Shell {
  readonly recording: Recording;
  state: RunState;
  readonly #core: CoreFunctions;
  readonly #outside: Outside;
  #salts = 0;
  #dispatched: ReadonlySet<string> = new Set();

  constructor(run: string, core: CoreFunctions, outside: Outside) {
    this.recording = new Recording(run, outside.scenario.rules);
    this.state = initialState(run, outside.scenario.rules);
    this.#core = core;
    this.#outside = outside;
  }

  deliver(message: Message): readonly JournalEvent[] {
    const { scenario, random, premises, invariants } = this.#outside;
    const isDying = this.#outside.mayCrash && random.chance(this.#risk());
    const isLost = isDying && random.chance(0.5);
    const before = isLost ? dumpState(this.state) : "";
    const sealer = this.sealer();
    const input = message.make(sealer, this.state);
    const at = Math.max(this.#outside.now, this.state.now);
    const isClose = random.chance(CLOSE_LOOK);
    if (isClose) premises.count("close looks");
    const arrival = { at, actor: message.actor, input, seal: sealer };
    const facts = drive(this.#core, this.state, arrival, { limit: scenario.entryLimit, isClose, watcher: invariants });
    this.#outside.trace(`${at} ${inputLine(input)} -> ${facts.map(factLine).join(", ") || "nothing"}`);
    if ("plan" in input && input.plan !== null) this.#outside.trace(`  plan ${canonicalJson(input.plan.json())}`);
    if (facts.length === 0) return facts;
    if (isLost) this.#die(before);
    else this.#append(message, input, facts, sealer, isDying);
    return facts;
  }

  /** Dying while calls answer a run that closes is rare and matters: it is made likely. */
  #risk(): number {
    const { crash } = this.#outside.scenario.faults;
    return this.state.closing !== null && this.state.attempts.size > 0 ? crash * 5 : crash;
  }

  sealer(): EntrySealer {
    return new EntrySealer(testHasher, () => this.#salt());
  }

  #append(
    message: Message,
    input: RunInput,
    facts: readonly JournalEvent[],
    sealer: EntrySealer,
    isDying: boolean,
  ): void {
    const { premises, invariants, scenario } = this.#outside;
    const { version, now: at, run } = this.state;
    this.recording.append(this.state, { run, version, at, actor: message.actor, input, facts }, sealer);
    invariants.afterEntry(this.state, facts, scenario.entryLimit);
    checkState(this.state, this.#core, sealer, premises);
    if (isDying) return this.#die(dumpState(this.state));
    this.#dispatchFresh();
    this.#outside.entered(message, facts);
  }

  /** A new process folds what is durable, and asks what became of open attempts before anything else. */
  #die(lost: string): void {
    const { premises, invariants } = this.#outside;
    premises.count(this.state.attempts.size > 0 ? "crashes with open attempts" : "crashes");
    this.state = this.recording.load(this.#core);
    demand(
      dumpState(this.state) === lost,
      "loaded_equals_lost",
      () => "the fold from zero is another than what was lost",
    );
    this.#outside.crashed();
    invariants.reloaded(this.recording.stored.length);
    if (this.state.version === 0) return;
    const through = this.state.version;
    this.#dispatched = new Set(
      [...this.state.work].filter(([, effect]) => isSending(effect)).map(([key, effect]) => `${effect.type} ${key}`),
    );
    const facts = this.deliver({ actor: EXECUTOR, make: () => ({ type: "attempts_interrupted", through }) });
    if (facts.length === 0) this.#dispatchFresh();
  }

  #dispatchFresh(): void {
    const live = new Map([...this.state.work].map(([key, effect]) => [`${effect.type} ${key}`, effect] as const));
    const fresh = [...live].filter(([handle]) => !this.#dispatched.has(handle));
    this.#dispatched = new Set(live.keys());
    for (const [, effect] of fresh) this.#outside.dispatch(effect);
  }

  #salt(): Uint8Array {
    this.#salts += 1;
    const salt = new Uint8Array(32);
    new DataView(salt.buffer).setUint32(0, this.#salts);
    return salt;
  }
}

/** Work that may have happened: a new process never sends it before it was answered for. */
function isSending(effect: Effect): boolean {
  return effect.type === "invoke_tool" || effect.type === "stop_attempt";
}

import {
  beginEntry,
  canSettle,
  EntryReader,
  EntrySealer,
  evolve,
  EXECUTOR,
  initialState,
  InvariantError,
  OrchestratorError,
  react,
  ReadModels,
  writeEntry,
  type Actor,
  type Effect,
  type EffectKey,
  type EntryDraft,
  type JournalEvent,
  type Rules,
  type RunInput,
  type RunId,
  type RunState,
  type Sealer,
} from "@writ/core";
import type { Clock } from "../ports/clock.ts";
import type { Entropy } from "../ports/entropy.ts";
import type { Store } from "../ports/store.ts";
import type { Secrets } from "../gateway/secrets.ts";
import { maskingSealer } from "./masking-sealer.ts";

/** Builds an input once its salts are at hand. */
export type MakeInput = (seal: Sealer, state: RunState) => RunInput;

/** What became of an input. No facts: it no longer applied, and nothing was written. */
export interface Delivered {
  readonly facts: readonly JournalEvent[];
  readonly version: number;
}

export interface ActorPorts {
  readonly store: Store;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly secrets: Secrets;
  /** Called for each piece of work once the entry that asks for it is durable. */
  readonly dispatch: (actor: RunActor, effect: Effect) => void;
  /** Called when the run went on by itself, or could not; nobody awaits that. */
  readonly onProceeded: (actor: RunActor) => void;
  /** Called after each durable entry. */
  readonly onEntry: (actor: RunActor, entry: DurableEntry) => void;
}

export interface DurableEntry {
  readonly run: RunId;
  readonly version: number;
  readonly seq: number;
  readonly at: number;
  readonly actor: Actor;
  readonly facts: readonly JournalEvent[];
}

const SALT_BYTES = 32;

/**
 * One run in memory: its folded state, and the order of its entries. What one
 * input causes is folded at once and appended; nothing is dispatched before the
 * entry that asks for it is durable.
 */
export class RunActor {
  readonly run: RunId;
  readonly state: RunState;
  readonly #ports: ActorPorts;
  readonly #models = new ReadModels();
  /** Work that was handed out: a new key is dispatched, one that vanished is forgotten. */
  #dispatched: ReadonlySet<string> = new Set();
  #pending = 0;
  #underWay = 0;
  #failure: Error | null = null;

  constructor(run: RunId, rules: Rules, ports: ActorPorts) {
    this.run = run;
    this.state = initialState(run, rules);
    this.#ports = ports;
  }

  /** Folds what the journal holds; attempts that were open are answered for before anything is dispatched. */
  async load(): Promise<void> {
    const reader = new EntryReader(this.state.rules.hash);
    for (const stored of await this.#ports.store.journal.read(this.run)) {
      const entry = reader.read(stored);
      beginEntry(this.state, entry.at, entry.actor);
      for (const fact of entry.facts) evolve(this.state, fact);
      this.#models.observe(this.state, entry);
    }
    if (this.state.version === 0) return;
    const through = this.state.version;
    this.#dispatched = new Set(
      [...this.state.work].filter(([, effect]) => isSending(effect)).map(([key, effect]) => handleOf(key, effect)),
    );
    const interrupted = await this.deliver(() => ({ type: "attempts_interrupted", through }), EXECUTOR);
    if (interrupted.facts.length === 0) this.#hand();
  }

  /** Why nothing is taken any more; null while all is well. */
  get failure(): Error | null {
    return this.#failure;
  }

  /** Nothing is being written, nothing is under way, nothing follows: only a person or a clock can move the run. */
  get isResting(): boolean {
    return (
      this.#failure !== null ||
      (this.#pending === 0 && this.#underWay === 0 && this.state.work.size === 0 && !canSettle(this.state))
    );
  }

  /**
   * Folds one input and appends its entry.
   *
   * @param isWanted whether facts may be written at all; null writes what follows
   * @returns once the entry is durable
   * @throws OrchestratorError when it cannot be made durable, or is not wanted; the actor is of no use after that
   */
  async deliver(
    make: MakeInput,
    actor: Actor,
    isWanted: ((facts: readonly JournalEvent[]) => boolean) | null = null,
  ): Promise<Delivered> {
    if (this.#failure !== null) throw this.#failure;
    const prepared = this.#prepare(make, actor);
    if (prepared === null) return { facts: [], version: this.state.version };
    if (isWanted?.(prepared.facts) === false) {
      this.#failure = new OrchestratorError("plan_refused", "what would follow is not wanted, and nothing was written");
      throw this.#failure;
    }
    const { draft, facts, fresh } = prepared;
    this.#pending += 1;
    try {
      const { seq } = await this.#ports.store.journal.append(draft);
      this.#pending -= 1;
      for (const effect of fresh) this.#ports.dispatch(this, effect);
      this.#ports.onEntry(this, { run: this.run, version: draft.version, seq, at: draft.atMs, actor, facts });
      if (canSettle(this.state) && this.#pending === 0) void this.#proceed();
      return { facts, version: draft.version };
    } catch (error) {
      this.#pending -= 1;
      this.#failure = error instanceof Error ? error : new InvariantError("an append failed with no error", { error });
      throw error;
    }
  }

  /** Takes nothing any more: what is under way is answered for when the run is loaded again. */
  letGo(): void {
    this.#failure ??= new OrchestratorError("owner_gone", "this process is letting go of the workspace; try again");
  }

  /** Marks work as being done, so that the run does not count as resting meanwhile. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    this.#underWay += 1;
    try {
      return await work();
    } finally {
      this.#underWay -= 1;
    }
  }

  async #proceed(): Promise<void> {
    try {
      await this.deliver(() => ({ type: "proceed" }), EXECUTOR);
    } catch (error) {
      if (!(error instanceof OrchestratorError)) throw error;
      this.#failure = error;
    }
    this.#ports.onProceeded(this);
  }

  #prepare(
    make: MakeInput,
    actor: Actor,
  ): { readonly draft: EntryDraft; readonly facts: readonly JournalEvent[]; readonly fresh: readonly Effect[] } | null {
    const { store, clock, entropy, secrets } = this.#ports;
    const sealer = new EntrySealer(this.state.rules.hash, () => entropy.bytes(SALT_BYTES));
    const seal = maskingSealer(sealer, secrets);
    const at = Math.max(clock.now(), this.state.now);
    const input = make(seal, this.state);
    try {
      const facts = react(this.state, { at, actor, input, seal });
      if (facts.length === 0) return null;
      const { version } = this.state;
      const written = writeEntry({ log: store.log.id, run: this.run, version, at, actor, input, facts }, sealer);
      const derived = this.#models.observe(this.state, { run: this.run, at, actor, facts });
      return { draft: { run: this.run, version, atMs: at, ...written, ...derived }, facts, fresh: this.#fresh() };
    } catch (error) {
      // Folded half, or not written: what is in memory is not what the journal says.
      this.#failure = error instanceof Error ? error : new InvariantError("a fold failed with no error", { error });
      throw error;
    }
  }

  #fresh(): readonly Effect[] {
    const fresh: Effect[] = [];
    const live = new Set<string>();
    for (const [key, effect] of this.state.work) {
      const handle = handleOf(key, effect);
      live.add(handle);
      if (!this.#dispatched.has(handle)) fresh.push(effect);
    }
    this.#dispatched = live;
    return fresh;
  }

  #hand(): void {
    for (const effect of this.#fresh()) this.#ports.dispatch(this, effect);
    if (canSettle(this.state)) void this.#proceed();
  }
}

/** A stop or a probe of an attempt is other work than its call, under the same key. */
function handleOf(key: EffectKey, effect: Effect): string {
  return `${effect.type} ${key}`;
}

/** Work that may have happened: after a load it is never sent again before it was answered for. */
function isSending(effect: Effect): boolean {
  return effect.type === "invoke_tool" || effect.type === "stop_attempt";
}

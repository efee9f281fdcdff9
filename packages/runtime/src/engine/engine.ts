import {
  durationMs,
  type DurationMs,
  EXECUTOR,
  isJsonObject,
  OrchestratorError,
  parseId,
  type Actor,
  type Effect,
  type JournalEvent,
  type JsonObject,
  type Rules,
  type RunId,
  type RunState,
  type Sealer,
  type StartInput,
} from "@writ/core";
import type { Secrets } from "../gateway/secrets.ts";
import type { ToolGateway } from "../gateway/tool-gateway.ts";
import type { Clock } from "../ports/clock.ts";
import type { Entropy } from "../ports/entropy.ts";
import type { Planner } from "../ports/planner.ts";
import type { Store } from "../ports/store.ts";
import { perform, type Hands } from "./dispatch.ts";
import { RunActor, type Delivered, type DurableEntry, type MakeInput } from "./run-actor.ts";
import { Wakes } from "./wakes.ts";

export interface EnginePorts {
  readonly store: Store;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly secrets: Secrets;
  readonly gateway: ToolGateway;
  readonly planner: Planner;
  /** The rules of today, for runs that start. */
  readonly rules: Rules;
  /** The rules a run was started under, from its pins. @throws OrchestratorError `rules_unknown` */
  readonly rulesOf: (run: RunId) => Promise<Rules>;
}

export interface Watcher {
  /** After each entry of any run, once it is durable. */
  onEntry?(entry: DurableEntry, state: RunState): void;
}

const RECOVERY_INTERVAL = durationMs(60_000);

/**
 * The one engine: runs that can move are in memory and driven; a run that waits
 * for a person or a clock is not, and costs nothing but its rows.
 */
export class Engine {
  readonly #ports: EnginePorts;
  readonly #actors = new Map<RunId, Promise<RunActor>>();
  readonly #watchers = new Set<Watcher>();
  readonly #hands: Hands;
  readonly #wakes: Wakes;
  readonly #resting = new Map<RunId, (() => void)[]>();
  #stopRecovery: () => void = () => undefined;
  #failure: OrchestratorError | null = null;
  #isStopping = false;

  constructor(ports: EnginePorts) {
    this.#ports = ports;
    this.#hands = { ...ports, stops: new Map() };
    this.#wakes = new Wakes(
      ports.clock,
      (run) => void this.#guard(this.deliver(run, () => ({ type: "time_passed" }), EXECUTOR)),
      () => void this.#guard(this.#lookAhead()),
    );
  }

  /** Wakes what the journal says is not finished, now and every minute. Needs nothing but the journal. */
  async recover(): Promise<readonly RunId[]> {
    const { store } = this.#ports;
    await this.#lookAhead();
    const moving = await store.views.runs({ statuses: ["in_progress"], before: null, limit: 10_000 });
    const woken: RunId[] = [];
    for (const { run_id } of moving) {
      const id = parseId("run", run_id);
      if (!id.ok || this.#actors.has(id.value)) continue;
      woken.push(id.value);
      await this.#guard(this.#actor(id.value));
    }
    this.#stopRecovery();
    this.#stopRecovery = this.#ports.clock.after(RECOVERY_INTERVAL, () => {
      if (!this.#isStopping) void this.#guard(this.recover());
    });
    return woken;
  }

  watch(watcher: Watcher): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  /** A plan as it will be sealed: whoever hashes it must do so without the secrets that sealing takes out. */
  masked(plan: JsonObject): JsonObject {
    const value = this.#ports.secrets.json(plan);
    return isJsonObject(value) ? value : plan;
  }

  /**
   * Begins a run whose first entry is durable when this resolves.
   *
   * @throws OrchestratorError `plan_refused` where the plan it comes with is; then nothing was written
   */
  async start(run: RunId, make: (seal: Sealer) => StartInput, actor: Actor): Promise<Delivered> {
    const { rules } = this.#ports;
    const made = new RunActor(run, rules, this.#actorPorts());
    this.#actors.set(run, Promise.resolve(made));
    const isTaken = (facts: readonly JournalEvent[]): boolean => facts.every(({ type }) => type !== "plan_rejected");
    return this.#delivered(made, made.deliver(make, actor, isTaken));
  }

  /** Hands one input to a run, loading it if need be. */
  async deliver(run: RunId, make: MakeInput, actor: Actor): Promise<Delivered> {
    const made = await this.#actor(run);
    return this.#delivered(made, made.deliver(make, actor));
  }

  /** The folded state of a run, loaded if need be; the caller must not keep it beyond the current turn. */
  async state(run: RunId): Promise<RunState> {
    const actor = await this.#actor(run);
    const { state } = actor;
    this.#release(actor);
    return state;
  }

  /** Resolves when only a person or a clock can move the run. */
  async resting(run: RunId): Promise<void> {
    const actor = await this.#actor(run);
    if (actor.isResting) return this.#release(actor);
    return new Promise((resolve) => {
      this.#resting.set(run, [...(this.#resting.get(run) ?? []), resolve]);
    });
  }

  /** Resolves when no run moves, or when patience is at its end. */
  async idle(patience: DurationMs | null = null): Promise<void> {
    if (patience === null) return this.#untilIdle();
    const { clock } = this.#ports;
    await new Promise<void>((resolve, reject) => {
      const stop = clock.after(patience, resolve);
      this.#untilIdle().finally(stop).then(resolve, reject);
    });
  }

  async #untilIdle(): Promise<void> {
    for (let runs = [...this.#actors.keys()]; runs.length > 0; runs = [...this.#actors.keys()]) {
      await Promise.all(runs.map((run) => this.resting(run)));
    }
  }

  /** Why nothing is accepted any more; null while all is well. */
  get failure(): OrchestratorError | null {
    return this.#failure;
  }

  /** Lets go of every run and aborts what it called: that counts as interrupted, and is answered for at the next start. */
  stop(): void {
    this.#isStopping = true;
    for (const actor of this.#actors.values()) void this.#guard(actor.then((loaded) => loaded.letGo()));
    this.#stopRecovery();
    this.#wakes.clear();
    for (const controller of this.#hands.stops.values()) controller.abort();
  }

  /** Takes the next instants from the rows of the runs that are not over. */
  async #lookAhead(): Promise<void> {
    const unfinished = await this.#ports.store.views.unfinished();
    if (this.#isStopping) return;
    for (const { run, wakeAt } of unfinished) if (wakeAt !== null) this.#wakes.set(run, wakeAt);
  }

  async #delivered(actor: RunActor, delivering: Promise<Delivered>): Promise<Delivered> {
    try {
      return await delivering;
    } catch (error) {
      if (error instanceof OrchestratorError) this.#fail(actor, error);
      throw error;
    } finally {
      this.#release(actor);
    }
  }

  #fail(actor: RunActor, error: OrchestratorError): void {
    this.#actors.delete(actor.run);
    if (error.code === "audit_unavailable") this.#failure = error;
    for (const resolve of this.#resting.get(actor.run) ?? []) resolve();
    this.#resting.delete(actor.run);
  }

  async #actor(run: RunId): Promise<RunActor> {
    const known = this.#actors.get(run);
    if (known !== undefined) return known;
    const loading = this.#load(run);
    this.#actors.set(run, loading);
    try {
      return await loading;
    } catch (error) {
      this.#actors.delete(run);
      throw error;
    }
  }

  async #load(run: RunId): Promise<RunActor> {
    const actor = new RunActor(run, await this.#ports.rulesOf(run), this.#actorPorts());
    await actor.load();
    if (actor.state.version === 0)
      throw new OrchestratorError("run_not_found", `there is no run ${run}; see them with: writ list`);
    return actor;
  }

  #actorPorts() {
    const { store, clock, entropy, secrets } = this.#ports;
    return {
      store,
      clock,
      entropy,
      secrets,
      dispatch: (actor: RunActor, effect: Effect): void => {
        if (this.#isStopping) return;
        void this.#guard(actor.during(() => perform(this.#hands, actor, effect)).finally(() => this.#release(actor)));
      },
      onProceeded: (actor: RunActor): void => {
        if (actor.failure instanceof OrchestratorError) this.#fail(actor, actor.failure);
        else this.#release(actor);
      },
      onEntry: (actor: RunActor, entry: DurableEntry): void => {
        const earliest = actor.state.timers.earliest();
        if (earliest === null || actor.state.status === "ended") this.#wakes.delete(actor.run);
        else this.#wakes.set(actor.run, earliest.at);
        for (const watcher of this.#watchers) watcher.onEntry?.(entry, actor.state);
      },
    };
  }

  /** Lets a run that rests leave memory, and tells those who waited for it. */
  #release(actor: RunActor): void {
    if (!actor.isResting) return;
    this.#actors.delete(actor.run);
    for (const resolve of this.#resting.get(actor.run) ?? []) resolve();
    this.#resting.delete(actor.run);
  }

  /** An error with a code is remembered where it matters; a bug ends the process. */
  async #guard(work: Promise<unknown>): Promise<void> {
    try {
      await work;
    } catch (error) {
      if (!(error instanceof OrchestratorError)) throw error;
      if (error.code === "audit_unavailable") this.#failure = error;
    }
  }
}

import {
  checkpointText,
  durationMs,
  epochMs,
  frontierRoot,
  OrchestratorError,
  parseCheckpoint,
  rollbackOf,
  type VerifierPlatform,
  writeNote,
} from "@writ/core";
import type { Clock } from "../ports/clock.ts";
import type { HeadMemory, Signer } from "../ports/signer.ts";
import type { Store } from "../ports/store.ts";
import { rootAt } from "./tree-parts.ts";

/** The oldest unsigned entry is signed after this, whatever happens. */
const PATIENCE = durationMs(1_000);

/** Heads are signed at most ten times a second; who asks in between shares the next one. */
const INTERVAL_MS = 100;

/** A signed head as a note, and how many entries it covers. */
export interface SignedNow {
  readonly size: number;
  readonly note: string;
}

/**
 * Signs the newest durable head: at once when somebody awaits it, else within a
 * second. Never awaited by a step. Order: commit, sign, remember outside, row.
 */
export class HeadSigner {
  readonly #store: Store;
  readonly #platform: VerifierPlatform;
  #signer: Signer;
  readonly #memory: HeadMemory;
  readonly #clock: Clock;
  #signed = 0;
  #work: Promise<void> = Promise.resolve();
  #stopTimer: (() => void) | null = null;
  /** The signing that has not begun. */
  #asked: Promise<void> | null = null;
  #lastAt = Number.NEGATIVE_INFINITY;
  #failure: unknown = null;

  constructor(store: Store, platform: VerifierPlatform, signer: Signer, memory: HeadMemory, clock: Clock) {
    this.#store = store;
    this.#platform = platform;
    this.#signer = signer;
    this.#memory = memory;
    this.#clock = clock;
  }

  /** Entries were added: they are signed soon. */
  noticed(): void {
    this.#stopTimer ??= this.#clock.after(PATIENCE, () => {
      this.#stopTimer = null;
      void this.signed();
    });
  }

  /** Resolves once everything durable by now is under a signed head; a signer that fails stops nothing, and `failure` says so. */
  signed(): Promise<void> {
    this.#asked ??= this.#next(async () => {
      await this.#turn();
      this.#asked = null;
      await this.#sign();
    });
    return this.#asked;
  }

  /** Resolves when the last signing is long enough ago. */
  #turn(): Promise<void> {
    const wait = this.#lastAt + INTERVAL_MS - this.#clock.now();
    if (wait <= 0) return Promise.resolve();
    return new Promise((resolve) => this.#clock.after(durationMs(Math.min(wait, INTERVAL_MS)), resolve));
  }

  /** Why the newest head is not signed; null while all is well. */
  get failure(): unknown {
    return this.#failure;
  }

  /**
   * A head signed for this moment, of everything durable by now.
   *
   * @throws OrchestratorError `log_rolled_back`, `log_forked`, and whatever signing meets
   */
  checkpoint(): Promise<SignedNow> {
    return this.#next(async () => await this.#signHead(await this.#store.audit.head()));
  }

  /** The key in force. */
  get key(): Signer["key"] {
    return this.#signer.key;
  }

  /** Signs something else with it, such as the manifest of a bundle. */
  sign(text: string): Uint8Array {
    return this.#signer.sign(text);
  }

  /** Signs what is there with the old key, lets `act` change the key, and signs on with the new one; no head is signed meanwhile. */
  rotate(act: (old: Signer) => Promise<Signer>): Promise<SignedNow> {
    return this.#next(async () => {
      await this.#signHead(await this.#store.audit.head());
      this.#signer = await act(this.#signer);
      return await this.#signHead(await this.#store.audit.head());
    });
  }

  #next<T>(act: () => Promise<T>): Promise<T> {
    const done = this.#work.then(act);
    this.#work = done.then(
      () => undefined,
      () => undefined,
    );
    return done;
  }

  async #sign(): Promise<void> {
    try {
      const head = await this.#store.audit.head();
      if (head.size > 0 && head.size !== this.#signed) await this.#signHead(head);
      this.#failure = null;
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      this.#failure =
        error instanceof OrchestratorError
          ? error
          : new OrchestratorError("head_unsigned", "the newest head could not be signed; see why with: writ doctor", {
              cause: error,
            });
    }
  }

  async #signHead({ size, frontier }: Awaited<ReturnType<Store["audit"]["head"]>>): Promise<SignedNow> {
    await this.#assertGrown(size);
    const text = checkpointText(
      this.#store.log.origin,
      { size, root: frontierRoot(this.#platform, frontier) },
      epochMs(this.#clock.now()),
    );
    const note = writeNote(text, this.#signer.key, this.#signer.sign(text));
    await this.#memory.remember(note);
    await this.#store.audit.putSignedHead(size, note);
    this.#signed = size;
    this.#lastAt = this.#clock.now();
    return { size, note };
  }

  /** Only what the remembered head became by appending is signed. */
  async #assertGrown(size: number): Promise<void> {
    const seen = parseCheckpoint(this.#platform, await this.#memory.recall());
    if (seen === undefined) return;
    const then = seen.size > size ? undefined : await rootAt(this.#store.audit, this.#platform, seen.size);
    const refusal = rollbackOf(seen, size, then);
    if (refusal !== undefined) throw refusal;
  }

  /** Signs what is left and lets the timer go. */
  async close(): Promise<void> {
    this.#stopTimer?.();
    this.#stopTimer = null;
    await this.signed();
  }
}

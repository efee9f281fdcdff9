import { checkpointText, durationMs, epochMs, frontierRoot, OrchestratorError, writeNote, type Hasher } from "@writ/core";
import type { Clock } from "../ports/clock.ts";
import type { HeadMemory, Signer } from "../ports/signer.ts";
import type { Store } from "../ports/store.ts";

/** The oldest unsigned entry is signed after this, whatever happens. */
const PATIENCE = durationMs(1_000);

/**
 * Signs the newest durable head: at once when somebody awaits it, else within a
 * second. Never awaited by a step. Order: commit, sign, remember outside, row.
 */
export class HeadSigner {
  readonly #store: Store;
  readonly #hash: Hasher;
  readonly #signer: Signer;
  readonly #memory: HeadMemory;
  readonly #clock: Clock;
  #signed = 0;
  #work: Promise<void> = Promise.resolve();
  #stopTimer: (() => void) | null = null;
  #failure: unknown = null;

  constructor(store: Store, hash: Hasher, signer: Signer, memory: HeadMemory, clock: Clock) {
    this.#store = store;
    this.#hash = hash;
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
    this.#work = this.#work.then(() => this.#sign());
    return this.#work;
  }

  /** Why the newest head is not signed; null while all is well. */
  get failure(): unknown {
    return this.#failure;
  }

  async #sign(): Promise<void> {
    try {
      const { size, frontier } = await this.#store.audit.head();
      if (size === 0 || size === this.#signed) return;
      const text = checkpointText(this.#store.log.origin, { size, root: frontierRoot(this.#hash, frontier) }, epochMs(this.#clock.now()));
      const note = writeNote(text, this.#signer.key, this.#signer.sign(text));
      await this.#memory.remember(note);
      await this.#store.audit.putSignedHead(size, note);
      this.#signed = size;
      this.#failure = null;
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      this.#failure = error instanceof OrchestratorError ? error : new OrchestratorError("head_unsigned", "the newest head could not be signed; see why with: writ doctor", { cause: error });
    }
  }

  /** Signs what is left and lets the timer go. */
  async close(): Promise<void> {
    this.#stopTimer?.();
    this.#stopTimer = null;
    await this.signed();
  }
}

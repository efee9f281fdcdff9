import {
  type Actor,
  type BundleContent,
  bundleFiles,
  closeBundle,
  epochMs,
  type JsonObject,
  manifestFor,
  type ReplayedRun,
  reportMarkdown,
  reportOf,
  rotationText,
  type RunId,
  toBase64,
  type VerifierPlatform,
} from "@writ/core";
import type { HeadSigner, SignedNow } from "../engine/head-signer.ts";
import type { Clock } from "../ports/clock.ts";
import type { BundleFolder, KeyRing, RunCopies } from "../ports/custody.ts";
import type { Store } from "../ports/store.ts";
import { eraseRun, renewCopies, type Erased, type ErasureRequest } from "./erase-run.ts";
import { storedContent, type Wanted } from "./bundle-content.ts";
import { consistencyProof, headOf } from "./log-proofs.ts";
import { RUNTIME } from "./pins.ts";
import { replayedRuns, type ReadRun } from "./replayed-runs.ts";

export interface CustodyPorts {
  readonly store: Store;
  readonly platform: VerifierPlatform;
  readonly clock: Clock;
  readonly signer: HeadSigner;
  readonly keys: KeyRing;
  readonly bundles: BundleFolder;
  readonly history: ReadRun;
  readonly copies: RunCopies;
}

export interface ExportRequest extends Wanted {
  /** Absolute path of a folder that does not exist or is empty. */
  readonly folder: string;
  /** A signed head the receiver holds; null for none. */
  readonly since: string | null;
}

export interface Exported {
  readonly size: number;
  readonly entries: number;
  readonly payloads: number;
  readonly documents: number;
  readonly key: string;
  readonly checkpoint: string;
  readonly replay: readonly ReplayedRun[];
}

/**
 * What is done to the log as a whole, by the process that owns it: signing a
 * head, handing out a bundle, erasing, changing the key. One thing at a time,
 * so that a bundle never misses a payload that is erased beside it.
 */
export class Custody {
  readonly #ports: CustodyPorts;
  #work: Promise<unknown> = Promise.resolve();

  constructor(ports: CustodyPorts) {
    this.#ports = ports;
  }

  /** A head signed now. */
  checkpoint(): Promise<SignedNow> {
    return this.#ports.signer.checkpoint();
  }

  /**
   * Writes a bundle of the whole log or of one run, under a head that is signed for it.
   *
   * @throws OrchestratorError `folder_not_empty`, `input_malformed`, `log_rolled_back`, `log_corrupt`, `run_not_found`
   */
  export(request: ExportRequest): Promise<Exported> {
    return this.#alone(async () => {
      const { store, platform, clock, signer, bundles, history } = this.#ports;
      const { size, note } = await signer.checkpoint();
      const { stored, ...content } = await storedContent(store, platform, request, size);
      const replay = await replayedRuns(stored, history);
      const since = request.since === null ? null : headOf(platform, request.since);
      const bundle: BundleContent = {
        ...content,
        checkpoint: note,
        consistency: since === null ? null : await consistencyProof(store, platform, since, headOf(platform, note)),
        replay: { by: RUNTIME, runs: replay },
        report: request.payloads === "withheld" ? null : await this.#report(request.run),
        createdAt: clock.now(),
        by: RUNTIME,
      };
      const files = bundleFiles(bundle);
      const { key } = signer;
      const manifest = manifestFor(platform, bundle, files, key);
      await bundles.write(request.folder, closeBundle(files, manifest, key, signer.sign(manifest)));
      const payloads = bundle.payloads === "withheld" ? 0 : bundle.payloads.length;
      return {
        size,
        entries: stored.length,
        payloads,
        documents: content.documents.length,
        key: key.text,
        checkpoint: note,
        replay,
      };
    });
  }

  /**
   * Erases what a run holds of people, models, tools and files; its facts and every proof stay.
   *
   * @throws OrchestratorError `run_busy` while the run has not ended, `payload_not_found` where nothing is left to erase
   */
  redact(request: ErasureRequest): Promise<Erased> {
    return this.#alone(async () => {
      const erased = await eraseRun(this.#ports, request);
      await this.#ports.signer.signed();
      return erased;
    });
  }

  /** What lies beside the log of an erased run, as it should be. @throws OrchestratorError `workspace_read_only`, `disk_full`, `file_io` */
  renewCopies(run: RunId): Promise<void> {
    return this.#alone(() => renewCopies(this.#ports, run));
  }

  /**
   * Puts a new key in the place of the one the log signs with. The entry that
   * says so is signed by both; the new key's file is there before it, and takes
   * its place after it, so that a crash in between leaves one key that fits.
   */
  rotate(
    reason: string,
    actor: Actor,
  ): Promise<{ readonly seq: number; readonly key: string; readonly head: SignedNow }> {
    return this.#alone(async () => {
      const { store, clock, signer, keys } = this.#ports;
      let seq = -1;
      const head = await signer.rotate(async (old) => {
        const next = await keys.next();
        const appended = await store.audit.appendPlaced((at) => {
          const text = rotationText(store.log.origin, at, old.key.text, next.key.text);
          const signatures = { old_signature: toBase64(old.sign(text)), new_signature: toBase64(next.sign(text)) };
          return {
            atMs: epochMs(clock.now()),
            actor: plain(actor),
            facts: [{ type: "key_rotated", reason, old_key: old.key.text, new_key: next.key.text, ...signatures }],
          };
        });
        ({ seq } = appended);
        await keys.adopt();
        return next;
      });
      return { seq, key: signer.key.text, head };
    });
  }

  /** One run as people read it. */
  async #report(run: RunId | null): Promise<string | null> {
    return run === null ? null : reportMarkdown(reportOf(await this.#ports.history(run)));
  }

  #alone<T>(act: () => Promise<T>): Promise<T> {
    const done = this.#work.then(act);
    this.#work = done.catch(() => undefined);
    return done;
  }
}

function plain(actor: Actor): JsonObject {
  return { ...actor };
}

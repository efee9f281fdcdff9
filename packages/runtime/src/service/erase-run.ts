import {
  type Actor,
  birthsOf,
  isJsonArray,
  isJsonObject,
  OrchestratorError,
  parseStrict,
  type RunId,
} from "@writ/core";
import type { Clock } from "../ports/clock.ts";
import type { RunCopies } from "../ports/custody.ts";
import type { Store } from "../ports/store.ts";

export const REDACTION_REASONS = ["erasure_request", "retention", "secret_leaked", "other"] as const;
export type RedactionReason = (typeof REDACTION_REASONS)[number];

export interface ErasurePorts {
  readonly store: Store;
  readonly clock: Clock;
  readonly copies: RunCopies;
}

/** What of a run is to be erased, and why, and at whose word. */
export interface ErasureRequest {
  readonly run: RunId;
  readonly reason: RedactionReason;
  readonly actor: Actor;
}

export interface Erased {
  /** Position of the entry that says so. */
  readonly seq: number;
  readonly payloads: number;
}

/**
 * Erases what a run holds of people, models, tools and files; its facts and every proof stay.
 *
 * The copies beside the log go first: wherever it is interrupted, none of them holds what the log has erased.
 *
 * @throws OrchestratorError `run_busy` while the run has not ended, `payload_not_found` where nothing is left to erase
 * in the log; the copies are drawn anew even then
 */
export async function eraseRun(ports: ErasurePorts, { run, reason, actor }: ErasureRequest): Promise<Erased> {
  const { store, clock, copies } = ports;
  const view = await store.views.run(run);
  if (view === null) throw new OrchestratorError("run_not_found", `there is no run ${run}; see them with: writ list`);
  if (view.ended_at_ms === null)
    throw new OrchestratorError(
      "run_busy",
      `${run} has not ended, and what it may still need is not erased; end it with: writ cancel ${run}`,
    );
  const stored = await store.journal.read(run);
  const payloads = stored.flatMap(({ seq, bytes, payloads: born }) => {
    const commits = born.length === 0 ? [] : birthsOf(bytes);
    return born.flatMap(({ n, salt }) => (salt === null ? [] : [{ seq, commit: commits[n] ?? "" }]));
  });
  try {
    await copies.withdraw(run, stored.flatMap(keysIn));
    if (payloads.length > 0) {
      const { seq } = await store.audit.redact({ atMs: clock.now(), actor: { ...actor }, reason, payloads });
      return { seq, payloads: payloads.length };
    }
  } finally {
    await copies.draw(run);
  }
  throw new OrchestratorError(
    "payload_not_found",
    `everything of ${run} that can be erased was erased before; see what it did with: writ show ${run}`,
  );
}

/** Draws the copies of an erased run anew. @throws OrchestratorError `workspace_read_only`, `disk_full`, `file_io` */
export async function renewCopies({ store, copies }: Omit<ErasurePorts, "clock">, run: RunId): Promise<void> {
  await copies.withdraw(run, await keysOfRun(store, run));
  await copies.draw(run);
}

/** Idempotency keys of a run's calls, also where its entries cannot be folded. */
export async function keysOfRun(store: Store, run: RunId): Promise<readonly string[]> {
  return (await store.journal.read(run)).flatMap(keysIn);
}

function keysIn({ bytes }: { readonly bytes: string }): readonly string[] {
  const entry = parseStrict(bytes);
  const facts = isJsonObject(entry) ? entry["facts"] : null;
  return (isJsonArray(facts) ? facts : []).flatMap((fact) => {
    const key = isJsonObject(fact) && fact["type"] === "step_started" ? fact["idempotency_key"] : null;
    return typeof key === "string" ? [key] : [];
  });
}

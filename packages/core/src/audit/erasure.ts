import type { Commit } from "../base/digest.ts";
import { OrchestratorError } from "../base/error.ts";
import type { JsonObject } from "../base/json.ts";
import type { ApprovalView, RunView } from "../journal/stored-entry.ts";
import { birthsOf, type LogFacts } from "./log-entry.ts";

/** Payloads named in one entry; each takes about 90 of its 65,536 bytes. */
const ERASED_PER_ENTRY = 500;

/** What is to be erased, by whom and why. */
export interface Erasure {
  readonly atMs: number;
  readonly actor: JsonObject;
  readonly reason: string;
  readonly payloads: readonly PayloadPlace[];
}

export interface PayloadPlace {
  /** Of the entry it was born in. */
  readonly seq: number;
  readonly commit: Commit;
}

/** One entry of an erasure and the payloads it authorises to delete. */
export interface ErasurePart<Found> {
  readonly entry: LogFacts;
  readonly payloads: readonly Found[];
}

/** Where a store keeps what an erasure names. */
export interface ErasureSource<Found> {
  /** Bytes of an entry. */
  entryAt(seq: number): string | undefined;
  /** The payload born as number `n` of the entry, unless it was erased before. */
  payloadAt(seq: number, n: number): Found | undefined;
}

/**
 * The entries that an erasure appends: one, or as many as its payloads need.
 *
 * @returns OrchestratorError `payload_not_found` for one the log does not have, or has no more
 */
export function erasureParts<Found>(
  { atMs, actor, reason, payloads }: Erasure,
  source: ErasureSource<Found>,
): readonly ErasurePart<Found>[] | OrchestratorError {
  const named = [...new Map(payloads.map(({ seq, commit }) => [`${seq} ${commit}`, { seq, commit }])).values()];
  if (named.length === 0) return new OrchestratorError("payload_not_found", "name at least one payload to erase");
  const births = new Map(
    [...new Set(named.map(({ seq }) => seq))].map((seq) => [seq, birthsOf(source.entryAt(seq) ?? "")]),
  );
  const found: Found[] = [];
  for (const place of named) {
    const payload = source.payloadAt(place.seq, births.get(place.seq)?.indexOf(place.commit) ?? -1);
    if (payload === undefined) {
      const message = "the log has no such payload, or it was erased before";
      return new OrchestratorError("payload_not_found", message, { details: { ...place } });
    }
    found.push(payload);
  }
  const starts = Array.from(
    { length: Math.ceil(named.length / ERASED_PER_ENTRY) },
    (_, part) => part * ERASED_PER_ENTRY,
  );
  return starts.map((start) => {
    const part = named.slice(start, start + ERASED_PER_ENTRY);
    const fact = { type: "payload_redacted", reason, payloads: part };
    return { entry: { atMs, actor, facts: [fact] }, payloads: found.slice(start, start + ERASED_PER_ENTRY) };
  });
}

/**
 * What a list may still show of a run one of whose payloads was erased, whichever:
 * which member came from which is known to the fold alone.
 */
export function erasedRun(view: RunView): RunView {
  return { ...view, goal: null, plan_hash: null, reason: null };
}

/** The same of an approval. */
export function erasedApproval(view: ApprovalView): ApprovalView {
  return { ...view, title: null, reason: null };
}

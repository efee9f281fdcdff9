import type { Commit } from "../base/digest.ts";
import { OrchestratorError } from "../base/error.ts";
import type { JsonObject } from "../base/json.ts";
import type { ApprovalView, RunView } from "../journal/stored-entry.ts";
import type { LogFacts } from "./log-entry.ts";

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

/**
 * The entries that an erasure appends: one, or as many as its payloads need.
 *
 * @param find where a store keeps a payload that is not erased yet
 * @returns OrchestratorError `payload_not_found` for one it does not have, or has no more
 */
export function erasureParts<Found>(
  erasure: Erasure,
  find: (place: PayloadPlace) => Found | undefined,
): readonly ErasurePart<Found>[] | OrchestratorError {
  const { atMs, actor, reason, payloads } = erasure;
  const named = [...new Map(payloads.map(({ seq, commit }) => [`${seq} ${commit}`, { seq, commit }])).values()];
  if (named.length === 0) return new OrchestratorError("payload_not_found", "name at least one payload to erase");
  const found: Found[] = [];
  for (const place of named) {
    const payload = find(place);
    if (payload === undefined) {
      return new OrchestratorError("payload_not_found", "the log has no such payload, or it was erased before", {
        details: { ...place },
      });
    }
    found.push(payload);
  }
  const parts: ErasurePart<Found>[] = [];
  for (let start = 0; start < named.length; start += ERASED_PER_ENTRY) {
    const end = start + ERASED_PER_ENTRY;
    const fact = { type: "payload_redacted", reason, payloads: named.slice(start, end) };
    parts.push({ entry: { atMs, actor, facts: [fact] }, payloads: found.slice(start, end) });
  }
  return parts;
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

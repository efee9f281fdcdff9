import { isDigest, type Digest } from "../base/digest.ts";
import { isJsonObject, type Json, type JsonObject } from "../base/json.ts";
import type { StoredEntry } from "../journal/stored-entry.ts";
import type { PayloadFrame } from "./frame.ts";
import { birthsOf } from "./log-entry.ts";
import { isOfReceipt } from "./receipt.ts";
import { items, member, readStored, walk } from "./stored-json.ts";

const KEY_FACTS = new Set<Json | undefined>(["log_started", "key_rotated", "log_ended"]);

/**
 * Whether an entry about the log itself belongs into the export of one run: it
 * names a key of the log or its end, or a payload or document of the run's.
 *
 * @param seqs positions of the run's entries
 * @param documents digests of the documents that are exported
 */
export function concernsRun(text: string, seqs: ReadonlySet<number>, documents: ReadonlySet<string>): boolean {
  return factsOf(text).some((fact) => {
    const erases = items(fact["payloads"]).some((payload) => seqs.has(Number(member(payload, "seq"))));
    const drops = items(fact["documents"]).some((digest) => documents.has(String(digest)));
    return KEY_FACTS.has(fact["type"]) || erases || drops;
  });
}

/** Whether an entry belongs into the receipt of a binding. */
export function belongsToReceipt(text: string, bindingHash: Digest): boolean {
  return isOfReceipt(factsOf(text), member(readStored(text), "kind") === "log", bindingHash);
}

/** The frames of the payloads born in these entries that were not erased. */
export function payloadFrames(entries: readonly StoredEntry[]): readonly PayloadFrame[] {
  return entries.flatMap(({ seq, bytes: text, payloads }) => {
    const commits = payloads.length === 0 ? [] : birthsOf(text);
    return payloads.flatMap(({ n, salt, bytes }) =>
      salt === null || bytes === null ? [] : [{ seq, n, commit: commits[n] ?? "", salt, bytes }],
    );
  });
}

/** The documents that an entry names, in the order they stand; what it drops is not among them. */
export function documentsNamedBy(text: string): readonly Digest[] {
  return digestsIn(factsOf(text).filter(({ type }) => type !== "document_dropped"));
}

/** The documents that a document names. */
export function documentsNamedIn(document: string): readonly Digest[] {
  return digestsIn(readStored(document) ?? null);
}

function digestsIn(value: Json): readonly Digest[] {
  const digests = new Set<Digest>();
  walk(value, "", "", (part, _, name) => {
    if (isDigest(part) && name !== "binding_hash" && name !== "chain") digests.add(part);
    return false;
  });
  return [...digests];
}

function factsOf(text: string): readonly JsonObject[] {
  return items(member(readStored(text), "facts")).filter(isJsonObject);
}

import { commitmentPreimage, isDigest } from "../base/digest.ts";
import { hasOnlyIntegers, isJsonObject, type Json } from "../base/json.ts";
import type { Place } from "./finding.ts";
import { readFrames, type Frame } from "./frame.ts";
import type { Audit } from "./platform.ts";
import { HASH, hasExactly, isCount, items, member, readStored, walk } from "./stored-json.ts";
import type { Entry } from "./verify-entries.ts";

/** Where a payload was born, and what it must be. */
interface Birth {
  readonly place: Place & { readonly seq: number };
  readonly n: number;
  readonly run: string;
  readonly as: string;
  readonly size: number;
}

/** What of the erasable values is there, checked. */
export interface Payloads {
  /** By commitment. */
  readonly payloads: ReadonlyMap<string, Uint8Array>;
  /** By digest; null where it is missing or no JSON. */
  readonly documents: ReadonlyMap<string, Json>;
  readonly redacted: number;
  readonly withheld: number;
}

const MAX_BYTES: Readonly<Record<string, number>> = { json: 2 ** 24, text: 2 ** 24, bytes: 2 ** 26 };
const REASON = /^(erasure_request|retention|secret_leaked|other)$/;

/** Step 7: every payload and document is there or accounted for, and is what the entries say. */
export function checkPayloads(
  audit: Audit,
  blobs: Uint8Array,
  entries: readonly Entry[],
  options: { readonly isWhole: boolean; readonly isWithheld: boolean; readonly mustBeThere: boolean | undefined },
): Payloads {
  const births = collectBirths(audit, entries);
  const redacted = collectRedactions(audit, entries, births, options.isWhole);
  const frames = readFrames(blobs, (at) => audit.say("blob_malformed", { detail: `byte ${at}` }, "blobs"));
  const payloads = new Map<string, Uint8Array>();
  let withheld = 0;
  for (const [commit, birth] of births) {
    const key = `${birth.place.seq} ${birth.n}`;
    const frame = frames.get(key);
    const isGone = frame === undefined && !redacted.has(commit);
    const wrong = frame && (redacted.has(commit) ? "payload_resurrected" : wrongPayload(audit, frame, commit, birth));
    if (isGone && options.isWithheld) withheld += 1;
    if (isGone && (!options.isWithheld || options.mustBeThere)) audit.say("payload_missing", birth.place, "blobs");
    if (wrong !== undefined) audit.say(wrong, birth.place, "blobs");
    else if (frame !== undefined) payloads.set(commit, frame.bytes);
    frames.delete(key);
  }
  const documents = collectDocuments(audit, entries, frames);
  for (const key of frames.keys()) {
    audit.say(isDigest(key) ? "document_unreferenced" : "payload_unreferenced", { detail: key }, "blobs");
  }
  return { payloads, documents, redacted: redacted.size, withheld };
}

function wrongPayload(audit: Audit, { commit: said, salt, bytes }: Frame, commit: string, { as, size }: Birth) {
  const hashed = audit.sha256Hex(commitmentPreimage(audit.fromHex(salt), bytes));
  const text = as === "bytes" ? "" : audit.utf8(bytes);
  const isFormed = as === "json" ? readStored(text) !== undefined : text !== undefined;
  if (said !== commit || hashed !== commit) return "payload_commitment";
  return isFormed && bytes.length === size ? undefined : "payload_malformed";
}

/** Births by commitment; a reference names one of its own run, no later than itself. */
function collectBirths(audit: Audit, entries: readonly Entry[]): ReadonlyMap<string, Birth> {
  const births = new Map<string, Birth>();
  for (const { seq, line, run = "", input = {}, facts } of entries) {
    const handles: { readonly commit: string; readonly place: Birth["place"]; readonly isBirth: boolean }[] = [];
    const see = (value: Json, field: string): boolean => {
      if (!isJsonObject(value) || !Object.keys(value).some((name) => name.startsWith("$"))) return false;
      const { $as, $bytes: size, $commit } = value;
      const [as, commit, place] = [String($as), String($commit), { seq, line, field }];
      const isBirth = hasExactly(value, "$as,$bytes,$commit") && isCount(size) && size <= (MAX_BYTES[as] ?? -1);
      const isHandle = HASH.test(commit) && run !== "" && (isBirth || hasExactly(value, "$commit"));
      const n = handles.filter((handle) => handle.isBirth).length;
      if (!isHandle || (isBirth && births.has(commit))) audit.say("payload_reference", place);
      else if (isBirth) births.set(commit, { place, n, run, as, size });
      if (isHandle) handles.push({ commit, place, isBirth });
      return true;
    };
    walk(input, "/input", "", see);
    walk(facts, "/facts", "", see);
    for (const { commit, place } of handles) if (births.get(commit)?.run !== run) audit.say("payload_reference", place);
  }
  return births;
}

/** Commitments that an entry of the log names as erased, once their run has ended. */
function collectRedactions(
  audit: Audit,
  entries: readonly Entry[],
  births: ReadonlyMap<string, Birth>,
  isWhole: boolean,
) {
  const redacted = new Set<string>();
  const ended = new Set<string>();
  for (const { seq, line, run = "", facts } of entries) {
    for (const [index, { type, reason, payloads }] of facts.entries()) {
      if (type === "run_ended") ended.add(run);
      if (type !== "payload_redacted" || run !== "") continue;
      for (const [at, item] of items(payloads).entries()) {
        const commit = String(member(item, "commit"));
        const birth = births.get(commit);
        const isElsewhere = !isWhole && !entries.some((entry) => entry.seq === member(item, "seq"));
        const isAt = birth !== undefined && birth.place.seq === member(item, "seq");
        const isHeld = isAt && ended.has(birth.run) && REASON.test(String(reason));
        if (isHeld) redacted.add(commit);
        else if (!isElsewhere) audit.say("redaction_invalid", { seq, line, field: `/facts/${index}/payloads/${at}` });
      }
    }
  }
  return redacted;
}

/** Documents are what digests in facts and in documents name: each there, and itself. */
function collectDocuments(
  audit: Audit,
  entries: readonly Entry[],
  frames: Map<string, Frame>,
): ReadonlyMap<string, Json> {
  const documents = new Map<string, Json>();
  const need = (value: Json, place: Place): void =>
    walk(value, place.field ?? "", "", (digest, field, name) => {
      if (!isDigest(digest) || name === "binding_hash" || name === "chain" || documents.has(digest)) return false;
      const bytes = frames.get(digest)?.bytes;
      const value = readStored(bytes && audit.utf8(bytes)) ?? null;
      const isItself = bytes !== undefined && digest === `sha256:${audit.sha256Hex(bytes)}` && isJsonObject(value);
      const at = { ...place, field: (place.detail && place.field) ?? field, detail: digest };
      if (bytes === undefined) audit.say("document_missing", at, "blobs");
      else if (!isItself || !hasOnlyIntegers(value)) audit.say("document_digest", at, "blobs");
      documents.set(digest, value);
      frames.delete(digest);
      need(value, at);
      return false;
    });
  for (const { seq, line, facts } of entries) {
    const naming = facts.filter(({ type }) => type !== "document_dropped");
    for (const fact of naming) need(fact, { seq, line, field: `/facts/${facts.indexOf(fact)}` });
  }
  return documents;
}

import { commitmentPreimage, isDigest } from "../base/digest.ts";
import { hasOnlyIntegers, isJsonObject, type Json } from "../base/json.ts";
import type { Place } from "./finding.ts";
import { readFrames, type Frame } from "./frame.ts";
import type { Audit } from "./platform.ts";
import { hasExactly, isCount, items, member, readStored, walk } from "./stored-json.ts";
import type { Entry } from "./verify-entries.ts";

/** Where a payload was born, and what it must be. */
interface Birth {
  readonly place: Place & { readonly seq: number };
  readonly n: number;
  readonly run: string;
  readonly commit: string;
  readonly as: string;
  readonly size: number;
}

/** What of the erasable values is there, checked. */
export interface Payloads {
  /** By commitment. */
  readonly bytes: ReadonlyMap<string, Uint8Array>;
  /** By digest; null where it is missing or no JSON. */
  readonly documents: ReadonlyMap<string, Json>;
  readonly redacted: number;
  readonly withheld: number;
}

const MAX_BYTES = new Map([
  ["json", 2 ** 24],
  ["text", 2 ** 24],
  ["bytes", 2 ** 26],
]);
const REASON = /^(erasure_request|retention|secret_leaked|other)$/;

/** Step 7: every payload and document is there or accounted for, and is what the entries say. */
export function checkPayloads(
  audit: Audit,
  blobs: Uint8Array,
  entries: readonly Entry[],
  options: { readonly isWhole: boolean; readonly isWithheld: boolean; readonly mustBeThere: boolean },
): Payloads {
  const births = collectBirths(audit, entries);
  const redacted = collectRedactions(audit, entries, births, options.isWhole);
  const frames = collectFrames(audit, blobs);
  const bytes = new Map<string, Uint8Array>();
  let withheld = 0;
  for (const birth of births.values()) {
    const key = `${birth.place.seq} ${birth.n}`;
    const frame = frames.get(key);
    const isWithheld = frame === undefined && options.isWithheld && !redacted.has(birth.commit);
    if (isWithheld) withheld += 1;
    if (frame === undefined && (redacted.has(birth.commit) || (isWithheld && !options.mustBeThere))) continue;
    const code =
      frame === undefined
        ? "payload_missing"
        : redacted.has(birth.commit)
          ? "payload_resurrected"
          : wrongPayload(audit, frame, birth);
    if (code !== undefined) audit.say(code, birth.place, "blobs");
    else if (frame !== undefined) bytes.set(birth.commit, frame.bytes);
    frames.delete(key);
  }
  const documents = collectDocuments(audit, entries, frames);
  for (const key of frames.keys()) {
    audit.say(isDigest(key) ? "document_unreferenced" : "payload_unreferenced", { detail: key }, "blobs");
  }
  return { bytes, documents, redacted: redacted.size, withheld };
}

function wrongPayload(audit: Audit, frame: Frame, { commit, as, size }: Birth) {
  const hashed = audit.sha256Hex(commitmentPreimage(audit.fromHex(frame.salt), frame.bytes));
  if (frame.commit !== commit || hashed !== commit) return "payload_commitment";
  const text = as === "bytes" ? "" : audit.utf8(frame.bytes);
  const isFormed = as === "json" ? readStored(text) !== undefined : text !== undefined;
  return isFormed && frame.bytes.length === size ? undefined : "payload_malformed";
}

/** Births and references of the entries; a reference names a birth of its own run, no later than itself. */
function collectBirths(audit: Audit, entries: readonly Entry[]): ReadonlyMap<string, Birth> {
  const births = new Map<string, Birth>();
  for (const { seq, line, run, input, facts } of entries) {
    const references = new Map<string, string>();
    let n = 0;
    const see = (value: Json, field: string): boolean => {
      if (!isJsonObject(value) || !Object.keys(value).some((name) => name.startsWith("$"))) return false;
      const { $as: as, $bytes: size, $commit } = value;
      const commit = String($commit);
      const isBirth =
        hasExactly(value, "$as,$bytes,$commit") && isCount(size) && size <= (MAX_BYTES.get(String(as)) ?? -1);
      const isHandle = /^[0-9a-f]{64}$/.test(commit) && (isBirth || hasExactly(value, "$commit"));
      if (!isHandle || run === undefined || (isBirth && births.has(commit)))
        audit.say("payload_reference", { seq, line, field });
      else if (isBirth) births.set(commit, { place: { seq, line, field }, n: n++, run, commit, as: String(as), size });
      else references.set(field, commit);
      return true;
    };
    if (input !== undefined) walk(input, "/input", "", see);
    walk(facts, "/facts", "", see);
    for (const [field, commit] of references) {
      if (births.get(commit)?.run !== run) audit.say("payload_reference", { seq, line, field });
    }
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
  const ended = new Set<string | undefined>();
  for (const { seq, line, run, facts } of entries) {
    for (const [index, fact] of facts.entries()) {
      if (fact["type"] === "run_ended") ended.add(run);
      if (fact["type"] !== "payload_redacted" || run !== undefined) continue;
      const wrong = items(fact["payloads"]).findIndex((item) => {
        const birth = births.get(String(member(item, "commit")));
        const isElsewhere = !isWhole && !entries.some((entry) => entry.seq === member(item, "seq"));
        const isAt = birth !== undefined && birth.place.seq === member(item, "seq") && birth.place.seq < seq;
        return isAt && ended.has(birth.run) ? !redacted.add(birth.commit) : !isElsewhere;
      });
      const field = `/facts/${index}/payloads/${wrong}`;
      if (wrong !== -1 || !REASON.test(String(fact["reason"]))) audit.say("redaction_invalid", { seq, line, field });
    }
  }
  return redacted;
}

/** The frames of `blobs` by key; each once, in their order. */
function collectFrames(audit: Audit, blobs: Uint8Array): Map<string, Frame> {
  const frames = new Map<string, Frame>();
  let before = "";
  for (const frame of readFrames(blobs)) {
    if (frame.order <= before) audit.say("blob_malformed", { detail: `at byte ${frame.at}` }, "blobs");
    if (frame.key !== "") frames.set(frame.key, frame);
    before = frame.order;
  }
  return frames;
}

/** Documents are what digests in facts and in documents name: each there, and itself. */
function collectDocuments(
  audit: Audit,
  entries: readonly Entry[],
  frames: Map<string, Frame>,
): ReadonlyMap<string, Json> {
  const documents = new Map<string, Json>();
  const need = (value: Json, top: string, place: Place): void =>
    walk(value, top, "", (part, field, name) => {
      if (!isDigest(part) || name === "binding_hash" || name === "chain" || documents.has(part)) return false;
      const frame = frames.get(part);
      const document = readStored(frame && audit.utf8(frame.bytes));
      const isItself = frame !== undefined && part === `sha256:${audit.sha256Hex(frame.bytes)}`;
      const at = { ...place, ...(top === "" ? {} : { field }), detail: part };
      if (frame === undefined) audit.say("document_missing", at, "blobs");
      else if (!isItself || document === undefined || !hasOnlyIntegers(document))
        audit.say("document_digest", at, "blobs");
      documents.set(part, document ?? null);
      frames.delete(part);
      need(document ?? null, "", at);
      return false;
    });
  for (const { seq, line, facts } of entries) {
    for (const [index, fact] of facts.entries()) {
      if (fact["type"] !== "document_dropped") need(fact, `/facts/${index}`, { seq, line });
    }
  }
  return documents;
}

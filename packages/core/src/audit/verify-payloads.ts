import { isDigest } from "../base/digest.ts";
import { hasOnlyIntegers, isJsonObject, type Json } from "../base/json.ts";
import type { Place } from "./finding.ts";
import { readFrames, type Frame } from "./frame.ts";
import type { Audit } from "./platform.ts";
import { HASH, hasExactly, isCount, items, matches, member, readStored, walk } from "./stored-json.ts";
import type { Entry } from "./verify-entries.ts";

/** Where a payload was born, and what it must be. */
interface Birth {
  readonly place: Place;
  /** Of its frame: `<seq> <n>`. */
  readonly key: string;
  readonly run: string;
  readonly as: Json | undefined;
  readonly size: Json | undefined;
}

/** What of the erasable values is there, checked. */
export interface Payloads {
  /** By commitment. */
  readonly payloads: ReadonlyMap<string, Uint8Array>;
  /** By digest; null where it is missing or no JSON. */
  readonly documents: ReadonlyMap<string, Json>;
  readonly counts: Readonly<
    Record<"payloads_verified" | "payloads_redacted" | "payloads_withheld" | "documents", number>
  >;
}

/** What the manifest and the reader say of payloads that are not there. */
export interface PayloadRules {
  /** Whether every entry of the log is there. */
  readonly isWhole: boolean;
  readonly isWithheld: boolean;
  readonly mustBeThere: boolean | undefined;
}

const MAX_BYTES: Readonly<Record<string, number>> = { json: 2 ** 24, text: 2 ** 24, bytes: 2 ** 26 };
const REASON = /^(erasure_request|retention|secret_leaked|other)$/;

/** Step 7: every payload and document is there or accounted for, and is what the entries say. */
export function checkPayloads(
  audit: Audit,
  blobs: Uint8Array,
  entries: readonly Entry[],
  rules: PayloadRules,
): Payloads {
  const frames = readFrames(blobs, (at) => audit.say("blob_malformed", { detail: `byte ${at}` }, "blobs"));
  const documents = new Map<string, Json>();
  const { births, redacted } = checkValues(audit, entries, rules.isWhole, frames, documents);
  const payloads = new Map<string, Uint8Array>();
  const gone = [...births].filter(([commit, { key }]) => !frames.has(key) && !redacted.has(commit));
  if (!rules.isWithheld || rules.mustBeThere)
    for (const [, { place }] of gone) audit.say("payload_missing", place, "blobs");
  for (const [commit, birth] of births) {
    const frame = frames.get(birth.key);
    const wrong = frame && (redacted.has(commit) ? "payload_resurrected" : wrongPayload(audit, frame, commit, birth));
    if (wrong !== undefined) audit.say(wrong, birth.place, "blobs");
    else if (frame !== undefined) payloads.set(commit, frame.bytes);
    frames.delete(birth.key);
  }
  for (const key of frames.keys())
    audit.say(isDigest(key) ? "document_unreferenced" : "payload_unreferenced", { detail: key }, "blobs");
  const withheld = rules.isWithheld ? gone.length : 0;
  const counts = { payloads_verified: payloads.size, payloads_redacted: redacted.size, payloads_withheld: withheld };
  return { payloads, documents, counts: { ...counts, documents: documents.size } };
}

function wrongPayload(audit: Audit, { commit: said, salt, bytes }: Frame, commit: string, { as, size }: Birth) {
  const salted = audit.fromHex(salt + bytes.length.toString(16).padStart(16, "0"));
  const isCommitted = said === commit && audit.sha256Hex(audit.concat("writ/commit/v1\0", salted, bytes)) === commit;
  const text = as === "bytes" ? "" : audit.utf8(bytes);
  const isFormed = bytes.length === size && (as === "json" ? readStored(text) : text) !== undefined;
  return isCommitted ? (isFormed ? undefined : "payload_malformed") : "payload_commitment";
}

/**
 * What the entries hold and name: payloads by commitment, each born once and named in its own run no earlier;
 * those an entry of the log names as erased, once their run has ended; documents, each there and itself.
 */
function checkValues(
  audit: Audit,
  entries: readonly Entry[],
  isWhole: boolean,
  frames: Map<string, Frame>,
  documents: Map<string, Json>,
) {
  const [births, redacted, ended] = [new Map<string, Birth>(), new Set<string>(), new Set<string>()];
  const need = (digest: Json, name: string, place: Place): boolean => {
    if (!isDigest(digest) || name === "binding_hash" || name === "chain" || documents.has(digest)) return false;
    const bytes = frames.get(digest)?.bytes;
    const document = readStored(audit.utf8(bytes)) ?? null;
    const isItself = bytes && digest === `sha256:${audit.sha256Hex(bytes)}` && isJsonObject(document);
    if (bytes === undefined) audit.say("document_missing", { ...place, detail: digest }, "blobs");
    else if (!isItself || !hasOnlyIntegers(document))
      audit.say("document_digest", { ...place, detail: digest }, "blobs");
    documents.set(digest, document);
    frames.delete(digest);
    walk(document, "", "", (value, _, at) => need(value, at, place));
    return false;
  };
  for (const { seq, line, run = "", input = {}, facts } of entries) {
    const named: { readonly commit: string; readonly place: Place; readonly isBirth: boolean }[] = [];
    const handle = (value: Json, field: string): boolean => {
      if (!isJsonObject(value) || !Object.keys(value).some((key) => key.startsWith("$"))) return false;
      const { $as: as, $bytes: size, $commit } = value;
      const [commit, place] = [String($commit), { seq, line, field }];
      const isBirth = hasExactly(value, "$as,$bytes,$commit") && isCount(size) && size <= (MAX_BYTES[String(as)] ?? -1);
      const isHandle = HASH.test(commit) && run !== "" && (isBirth || hasExactly(value, "$commit"));
      const n = named.filter((each) => each.isBirth).length;
      if (!isHandle || (isBirth && births.has(commit))) audit.say("payload_reference", place);
      else if (isBirth) births.set(commit, { place, key: `${seq} ${n}`, run, as, size });
      if (isHandle) named.push({ commit, place, isBirth });
      return true;
    };
    walk(input, "/input", "", handle);
    for (const [index, fact] of facts.entries()) {
      const isNaming = fact["type"] !== "document_dropped";
      const see = (value: Json, field: string, name: string): boolean =>
        (isNaming && need(value, name, { seq, line, field })) || handle(value, field);
      walk(fact, `/facts/${index}`, "", see);
      if (fact["type"] === "run_ended") ended.add(run);
      if (fact["type"] !== "payload_redacted" || run !== "") continue;
      for (const [at, item] of items(fact["payloads"]).entries()) {
        const [commit, from] = [String(member(item, "commit")), member(item, "seq")];
        const birth = births.get(commit);
        const isHeld = birth !== undefined && birth.place.seq === from && ended.has(birth.run);
        const isElsewhere = !isWhole && !entries.some((entry) => entry.seq === from);
        if (isHeld && matches(fact["reason"], REASON)) redacted.add(commit);
        else if (!isElsewhere) audit.say("redaction_invalid", { seq, line, field: `/facts/${index}/payloads/${at}` });
      }
    }
    for (const { commit, place } of named) if (births.get(commit)?.run !== run) audit.say("payload_reference", place);
  }
  return { births, redacted };
}

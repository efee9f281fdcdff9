import { commitment, isDigest } from "../base/digest.ts";
import { hasOnlyIntegers, isJsonObject, type Json } from "../base/json.ts";
import type { Place, Say } from "./finding.ts";
import { readFrames, type DocumentFrame, type PayloadFrame } from "./frame.ts";
import type { VerifierPlatform } from "./signature.ts";
import { hasExactly, isCount, isText, items, member, readStored, walk } from "./stored-json.ts";
import type { Entry } from "./verify-entries.ts";

/** Where a payload was born, and what it must be. */
interface Birth {
  readonly seq: number;
  readonly line: number;
  readonly n: number;
  readonly run: string;
  readonly commit: string;
  readonly as: string;
  readonly bytes: number;
  readonly field: string;
}

/** What of the erasable values is there, checked. */
export interface Payloads {
  /** By commitment. */
  readonly bytes: ReadonlyMap<string, Uint8Array>;
  /** By digest. */
  readonly documents: ReadonlyMap<string, Json>;
  readonly redacted: number;
  readonly withheld: number;
}

const MAX_BYTES: Readonly<Record<string, number>> = { json: 16 * 2 ** 20, text: 16 * 2 ** 20, bytes: 64 * 2 ** 20 };
const COMMIT = /^[0-9a-f]{64}$/;
const REASON = /^(erasure_request|retention|secret_leaked|other)$/;

/** Step 7: every payload and document is there or accounted for, and is what the entries say. */
export function checkPayloads(
  say: Say,
  platform: VerifierPlatform,
  blobs: Uint8Array,
  entries: readonly Entry[],
  options: { readonly isWhole: boolean; readonly isWithheld: boolean; readonly requirePayloads: boolean },
): Payloads {
  const births = collectBirths(say, entries);
  const redacted = collectRedactions(say, entries, births, options.isWhole);
  const { payloads, documents } = collectFrames(say, blobs);
  const bytes = new Map<string, Uint8Array>();
  let withheld = 0;
  let erased = 0;
  for (const birth of births.values()) {
    const { seq, line, n, field, commit } = birth;
    const frame = payloads.get(`${seq}/${n}`);
    payloads.delete(`${seq}/${n}`);
    const place = { seq, field };
    if (redacted.has(commit)) erased += 1;
    if (frame === undefined) {
      if (redacted.has(commit)) continue;
      if (options.isWithheld) withheld += 1;
      if (!options.isWithheld || options.requirePayloads) say("payload_missing", "blobs", { ...place, line });
    } else if (redacted.has(commit)) say("payload_resurrected", "blobs", place);
    else if (options.isWithheld)
      say("manifest_mismatch", "blobs", { ...place, detail: "a payload of a bundle that withholds them" });
    else if (frame.commit !== commit || commitment(platform, frame.salt, frame.bytes) !== commit)
      say("payload_commitment", "blobs", place);
    else if (frame.bytes.length !== birth.bytes || !hasForm(platform, birth.as, frame.bytes))
      say("payload_malformed", "blobs", place);
    else bytes.set(commit, frame.bytes);
  }
  for (const { seq, n } of payloads.values())
    say("payload_unreferenced", "blobs", { seq, detail: `payload ${n} is born nowhere` });
  return { bytes, documents: checkDocuments(say, platform, entries, documents, births), redacted: erased, withheld };
}

/** Births and references of the entries; a reference names a birth of its own run, no later than itself. */
function collectBirths(say: Say, entries: readonly Entry[]): ReadonlyMap<string, Birth> {
  const births = new Map<string, Birth>();
  for (const { seq, line, run, input, facts } of entries) {
    const references: { readonly commit: string; readonly field: string }[] = [];
    let n = 0;
    const see = (value: Json, field: string): boolean => {
      if (!isJsonObject(value) || !Object.keys(value).some((name) => name.startsWith("$"))) return false;
      const { $as: as, $bytes: bytes, $commit: commit } = value;
      const isCommit = isText(commit) && COMMIT.test(commit) && run !== null;
      if (isCommit && hasExactly(value, "$commit")) references.push({ commit, field });
      else if (
        isCommit &&
        hasExactly(value, "$as,$bytes,$commit") &&
        isText(as) &&
        isCount(bytes) &&
        bytes <= (MAX_BYTES[as] ?? -1)
      ) {
        if (births.has(commit)) say("payload_reference", "entries.jsonl", { seq, line, field, detail: "born twice" });
        else births.set(commit, { seq, line, n, run, commit, as, bytes, field });
        n += 1;
      } else say("payload_reference", "entries.jsonl", { seq, line, field });
      return true;
    };
    walk(input, "/input", "", see);
    facts.forEach((fact, index) => walk(fact, `/facts/${index}`, "", see));
    for (const { commit, field } of references) {
      if (births.get(commit)?.run !== run) say("payload_reference", "entries.jsonl", { seq, line, field });
    }
  }
  return births;
}

/** Commitments that an entry of the log names as erased. */
function collectRedactions(
  say: Say,
  entries: readonly Entry[],
  births: ReadonlyMap<string, Birth>,
  isWhole: boolean,
): ReadonlySet<string> {
  const redacted = new Set<string>();
  const exported = new Set(entries.map(({ seq }) => seq));
  const ended = new Set<string | null>();
  for (const { seq, line, run, facts } of entries) {
    for (const [index, fact] of facts.entries()) {
      if (fact["type"] === "run_ended") ended.add(run);
      if (fact["type"] !== "payload_redacted" || run !== null) continue;
      if (!REASON.test(String(fact["reason"])))
        say("redaction_invalid", "entries.jsonl", { seq, line, field: `/facts/${index}/reason` });
      for (const [at, item] of items(fact["payloads"]).entries()) {
        const birth = births.get(String(member(item, "commit")));
        const isElsewhere = birth === undefined && !isWhole && !exported.has(Number(member(item, "seq")));
        const holds =
          birth !== undefined && birth.seq === member(item, "seq") && birth.seq < seq && ended.has(birth.run);
        if (holds) redacted.add(birth.commit);
        else if (!isElsewhere)
          say("redaction_invalid", "entries.jsonl", { seq, line, field: `/facts/${index}/payloads/${at}` });
      }
    }
  }
  return redacted;
}

/** The frames of `blobs`; each once, in their order. */
function collectFrames(say: Say, blobs: Uint8Array) {
  const payloads = new Map<string, PayloadFrame>();
  const documents = new Map<string, DocumentFrame>();
  let before = "";
  for (const frame of readFrames(blobs)) {
    if (frame.kind === "bad") {
      say("blob_malformed", "blobs", { detail: `no frame at byte ${frame.at}` });
      continue;
    }
    const isPayload = frame.kind === "payload";
    const key = isPayload ? `${String(frame.seq).padStart(16, "0")}/${String(frame.n).padStart(4, "0")}` : frame.digest;
    if (key <= before) say("blob_malformed", "blobs", { detail: `${key} is out of order` });
    before = key;
    if (isPayload) payloads.set(`${frame.seq}/${frame.n}`, frame);
    else documents.set(frame.digest, frame);
  }
  return { payloads, documents };
}

function hasForm(platform: VerifierPlatform, as: string, bytes: Uint8Array): boolean {
  const text = as === "bytes" ? "" : platform.utf8(bytes);
  return as === "json" ? readStored(text) !== undefined : text !== undefined;
}

/** Documents are what digests in facts and in documents name: each there, itself, and no other. */
function checkDocuments(
  say: Say,
  platform: VerifierPlatform,
  entries: readonly Entry[],
  frames: Map<string, DocumentFrame>,
  births: ReadonlyMap<string, Birth>,
): ReadonlyMap<string, Json> {
  const documents = new Map<string, Json>();
  const missing = new Set<string>();
  const need = (digest: string, place: Place): void => {
    const frame = frames.get(digest);
    if (documents.has(digest) || missing.has(digest)) return;
    const value = frame && readStored(platform.utf8(frame.bytes));
    if (frame === undefined || value === undefined) missing.add(digest);
    if (frame === undefined) return say("document_missing", "blobs", { ...place, detail: digest });
    frames.delete(digest);
    if (digest !== `sha256:${platform.sha256Hex(frame.bytes)}` || value === undefined || !hasOnlyIntegers(value)) {
      say("document_digest", "blobs", { ...place, detail: digest });
    }
    if (value === undefined) return;
    documents.set(digest, value);
    search(value, { ...place, detail: digest });
  };
  const search = (value: Json, place: Place): void =>
    walk(value, "", "", (part, _, name) => {
      if (name !== "binding_hash" && name !== "chain" && isDigest(part)) need(part, place);
      if (hasExactly(part, "$commit") && !births.has(String(part["$commit"]))) say("payload_reference", "blobs", place);
      return false;
    });
  for (const { seq, line, facts } of entries) {
    for (const [index, fact] of facts.entries()) {
      if (fact["type"] === "document_dropped") continue;
      walk(fact, `/facts/${index}`, "", (part, field, name) => {
        if (name !== "binding_hash" && name !== "chain" && isDigest(part)) need(part, { seq, line, field });
        return false;
      });
    }
  }
  for (const digest of frames.keys()) say("document_unreferenced", "blobs", { detail: digest });
  return documents;
}

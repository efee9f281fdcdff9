import { toHex } from "../base/hex.ts";
import { hasOnlyIntegers, isJsonObject, type Json, type JsonObject } from "../base/json.ts";
import type { CoverLine } from "./cover.ts";
import type { Say } from "./finding.ts";
import { leafHash } from "./leaf.ts";
import type { VerifierPlatform } from "./signature.ts";
import { hasExactly, isCount, isText, items, member, readStored } from "./stored-json.ts";

/** An entry whose form holds, with where it stands. */
export interface Entry {
  readonly seq: number;
  /** From 1. */
  readonly line: number;
  readonly log: string;
  readonly atMs: number;
  readonly actor: JsonObject;
  readonly facts: readonly JsonObject[];
  /** Null for an entry about the log itself. */
  readonly run: string | null;
  readonly version: number;
  readonly input: Json;
}

const MAX_ENTRY_BYTES = 65_536;
const MEMBERS = { log: "actor,at_ms,facts,kind,log,seq,v", run: "actor,at_ms,facts,input,kind,log,run,seq,v,version" };
const LOG_ID = /^log_[0-7][0-9a-hjkmnp-tv-z]{25}$/;
const RUN_ID = /^run_[0-7][0-9a-hjkmnp-tv-z]{25}$/;
const ACTOR = /^(user|agent|service|automation|policy|system)$/;
const FACT = /^[a-z][a-z0-9_]*$/;

/** The lines of a file; all but the last end with a line feed, which is none of them. */
export function linesOf(bytes: Uint8Array): readonly Uint8Array[] {
  const lines: Uint8Array[] = [];
  for (let at = 0, end = 0; end !== -1; at = end + 1) {
    end = bytes.indexOf(10, at);
    lines.push(bytes.subarray(at, end === -1 ? bytes.length : end));
  }
  return lines;
}

/** Step 5: bytes are hashed and put in their place before anything of them is read. */
export function checkEntries(
  say: Say,
  platform: VerifierPlatform,
  lines: readonly (Uint8Array | string)[],
  cover: readonly CoverLine[],
): readonly Entry[] {
  const places = align(
    say,
    lines.map((line) => toHex(leafHash(platform, line))),
    cover,
  );
  const entries: Entry[] = [];
  for (const [index, bytes] of lines.entries()) {
    const seq = places[index];
    if (seq === undefined) continue;
    const at = { seq, line: index + 1 };
    const value = readStored(typeof bytes === "string" ? bytes : platform.utf8(bytes));
    const wrong = value === undefined ? undefined : wrongMember(value, seq);
    if (value === undefined) say("entry_not_canonical", "entries.jsonl", at);
    else if (wrong === "v" && Number(member(value, "v")) > 1)
      say("bundle_unsupported", "entries.jsonl", { ...at, field: "/v" });
    else if (bytes.length > MAX_ENTRY_BYTES)
      say("entry_malformed", "entries.jsonl", { ...at, detail: "larger than 64 KiB" });
    else if (wrong !== undefined) say("entry_malformed", "entries.jsonl", { ...at, field: `/${wrong}` });
    else entries.push(entryOf(value, at));
  }
  return entries.sort((a, b) => a.seq - b.seq);
}

/** The position of each line by its leaf hash, so that a changed, missing, extra or moved entry is told apart. */
function align(say: Say, leaves: readonly string[], cover: readonly CoverLine[]): readonly (number | undefined)[] {
  const slots = cover.filter(({ isEntry }) => isEntry);
  const seqs = slots.map(({ from }) => from);
  if (leaves.length === slots.length && leaves.every((leaf, at) => leaf === slots[at]?.hash)) return seqs;
  const slotOf = new Map(slots.map(({ hash }, slot) => [hash, slot]));
  const taken = new Set<number>();
  const own = leaves.map((leaf) => {
    const slot = slotOf.get(leaf);
    if (slot === undefined || taken.has(slot)) return undefined;
    taken.add(slot);
    return slot;
  });
  let before = -1;
  const places = own.map((known, index) => {
    const line = index + 1;
    const isChanged =
      known === undefined && !slotOf.has(leaves[index] ?? "") && before + 1 < slots.length && !taken.has(before + 1);
    const slot = isChanged ? before + 1 : known;
    const seq = slot === undefined ? undefined : seqs[slot];
    if (slot === undefined || seq === undefined) {
      say("entry_extra", "entries.jsonl", { line });
      return undefined;
    }
    if (isChanged) say("entry_leaf", "entries.jsonl", { seq, line });
    else if (slot < before) say("entry_order", "entries.jsonl", { seq, line });
    taken.add(slot);
    before = slot;
    return seq;
  });
  for (const [slot, seq] of seqs.entries()) if (!taken.has(slot)) say("entry_missing", "entries.jsonl", { seq });
  return places;
}

/** The first member that is not as 2.1 demands; the empty name for the whole. */
function wrongMember(value: Json, seq: number): string | undefined {
  const isRun = member(value, "kind") === "run";
  if (member(value, "v") !== 1) return "v";
  if (!isJsonObject(value) || !hasExactly(value, isRun ? MEMBERS.run : MEMBERS.log) || !hasOnlyIntegers(value))
    return "";
  const { actor, at_ms, facts, input, kind, log, run, version } = value;
  const isKnown = hasExactly(actor, "id,kind") || hasExactly(actor, "id,kind,session");
  const holds: JsonObject = {
    kind: isRun || kind === "log",
    log: isText(log) && LOG_ID.test(log),
    seq: value["seq"] === seq,
    at_ms: isCount(at_ms),
    actor: isKnown && Object.values(actor).every(isText) && ACTOR.test(String(actor["kind"])),
    facts: items(facts).length > 0 && items(facts).every((fact) => FACT.test(String(member(fact, "type")))),
    run: !isRun || (isText(run) && RUN_ID.test(run)),
    version: !isRun || (isCount(version) && version > 0),
    input: !isRun || isText(member(input, "type")),
  };
  return Object.keys(holds).find((name) => holds[name] === false);
}

function entryOf(value: Json, at: { readonly seq: number; readonly line: number }): Entry {
  const { log, run, version, at_ms: atMs, actor, facts, input } = isJsonObject(value) ? value : {};
  return {
    ...at,
    log: String(log),
    atMs: Number(atMs),
    actor: isJsonObject(actor) ? actor : {},
    facts: items(facts).filter(isJsonObject),
    run: isText(run) ? run : null,
    version: Number(version),
    input: input ?? null,
  };
}

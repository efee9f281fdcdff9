import { hasOnlyIntegers, type Json, type JsonObject } from "../base/json.ts";
import type { CoverLine } from "./cover.ts";
import { leafHex } from "./leaf.ts";
import type { Audit } from "./platform.ts";
import { hasExactly, isCount, items, matches, member, readStored } from "./stored-json.ts";

/** An entry in its place. `run`, `version` and `input` are there unless it is about the log itself. */
export interface Entry {
  readonly log: string;
  readonly seq: number;
  readonly at_ms: number;
  readonly actor: JsonObject;
  readonly facts: readonly JsonObject[];
  readonly run?: string;
  readonly version?: number;
  readonly input?: JsonObject;
  /** From 1. */
  readonly line: number;
}

const RUN_ENTRY = "actor,at_ms,facts,input,kind,log,run,seq,v,version";
const LOG_ENTRY = "actor,at_ms,facts,kind,log,seq,v";
const LOG_ID = /^log_[0-7][0-9a-hjkmnp-tv-z]{25}$/;
const RUN_ID = /^run_[0-7][0-9a-hjkmnp-tv-z]{25}$/;
const ACTOR = /^(user|agent|service|automation|policy|system)$/;
const TYPE = /^[a-z][a-z0-9_]*$/;

/** The lines of a file; what follows the last line feed is one more. */
export function linesOf(bytes: Uint8Array): Uint8Array[] {
  const lines: Uint8Array[] = [];
  for (let at = 0, end = 0; at <= bytes.length; at = end + 1) {
    end = bytes.includes(10, at) ? bytes.indexOf(10, at) : bytes.length;
    lines.push(bytes.subarray(at, end));
  }
  return lines;
}

/** Step 5: bytes are hashed and put in their place before anything of them is read. */
export function checkEntries(
  audit: Audit,
  lines: readonly (Uint8Array | string)[],
  cover: readonly CoverLine[] | undefined,
): readonly Entry[] {
  const leaves = lines.map((line) => leafHex(audit, line));
  const places = cover && placeLines(audit, leaves, cover);
  const entries = lines.flatMap((bytes, index) => {
    const value = readStored(typeof bytes === "string" ? bytes : audit.utf8(bytes));
    const place = { seq: (places ? places[index] : Number(member(value, "seq"))) ?? -1, line: index + 1 };
    if (isStored(value, place.seq) && bytes.length <= 65_536) return [{ ...value, ...place }];
    const isLater = Number(member(value, "v")) > 1;
    const code = value === undefined ? "entry_not_canonical" : isLater ? "bundle_unsupported" : "entry_malformed";
    if (place.seq !== -1) audit.say(code, place);
    return [];
  });
  return entries.sort((a, b) => a.seq - b.seq);
}

/** The position of each line by its leaf hash, so that a changed, missing, extra or moved entry is told apart. */
export function placeLines(
  audit: Audit,
  leaves: readonly string[],
  cover: readonly CoverLine[],
): readonly (number | undefined)[] {
  const slots = cover.filter(({ isEntry }) => isEntry);
  const slotOf = new Map(slots.map(({ hash }, slot) => [hash, slot]));
  const own = new Set(leaves.map((leaf) => slotOf.get(leaf)));
  const vacant = new Set([...slots.keys()].filter((slot) => !own.has(slot)));
  const taken = new Set<number>();
  let before = -1;
  const places = leaves.map((leaf, index) => {
    const slot = slotOf.get(leaf) ?? (vacant.delete(before + 1) ? before + 1 : -1);
    const place = { seq: slots[slot]?.from ?? -1, line: index + 1 };
    const isExtra = slot === -1 || taken.has(slot);
    if (isExtra) audit.say("entry_extra", { line: index + 1 });
    else if (!slotOf.has(leaf)) audit.say("entry_leaf", place);
    else if (slot < before) audit.say("entry_order", place);
    if (!isExtra) taken.add((before = slot));
    return isExtra ? undefined : place.seq;
  });
  for (const slot of vacant) audit.say("entry_missing", { seq: slots[slot]?.from ?? -1 });
  return places;
}

/** Whether a value is an entry of 2.1 at this position. */
function isStored(value: Json | undefined, seq: number): value is JsonObject & Omit<Entry, "line"> {
  const isRun = member(value, "kind") === "run";
  if (!hasExactly(value, isRun ? RUN_ENTRY : LOG_ENTRY)) return false;
  const { actor, at_ms: at, facts, input = null, kind, log, run, v, version } = value;
  const typed = isRun ? [input, ...items(facts)] : items(facts);
  const hasTypes = items(facts).length > 0 && typed.every((part) => matches(member(part, "type"), TYPE));
  const isActor = hasExactly(actor, "id,kind") || hasExactly(actor, "id,kind,session");
  const isOfKind = isRun ? matches(run, RUN_ID) && isCount(version) && version > 0 : kind === "log";
  const isHere = v === 1 && value["seq"] === seq && isCount(at) && matches(log, LOG_ID) && hasOnlyIntegers(value);
  return isHere && isOfKind && hasTypes && isActor && matches(actor["kind"], ACTOR);
}

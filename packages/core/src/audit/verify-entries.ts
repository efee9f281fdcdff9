import { hasOnlyIntegers, isJsonObject, type Json, type JsonObject } from "../base/json.ts";
import type { CoverLine } from "./cover.ts";
import { leafHash } from "./leaf.ts";
import type { Audit } from "./platform.ts";
import { hasExactly, isCount, items, member, readStored } from "./stored-json.ts";

/** An entry as it stands in the log. `run`, `version` and `input` are there unless it is about the log itself. */
interface StoredForm {
  readonly log: string;
  readonly seq: number;
  readonly at_ms: number;
  readonly actor: JsonObject;
  readonly facts: readonly JsonObject[];
  readonly run?: string;
  readonly version?: number;
  readonly input?: JsonObject;
}

export interface Entry extends StoredForm {
  /** From 1. */
  readonly line: number;
}

const RUN_MEMBERS = "actor,at_ms,facts,input,kind,log,run,seq,v,version";
const LOG_MEMBERS = "actor,at_ms,facts,kind,log,seq,v";
const ID = /^(log|run)_[0-7][0-9a-hjkmnp-tv-z]{25}$/;
const ACTOR = /^(user|agent|service|automation|policy|system)$/;
const FACT = /^[a-z][a-z0-9_]*$/;

/** The lines of a file; what follows the last line feed is one more. */
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
  audit: Audit,
  lines: readonly (Uint8Array | string)[],
  cover: readonly CoverLine[] | undefined,
): readonly Entry[] {
  const places = cover && align(audit, lines, cover);
  const entries: Entry[] = [];
  for (const [index, bytes] of lines.entries()) {
    const value = readStored(typeof bytes === "string" ? bytes : audit.utf8(bytes));
    const seq = places ? places[index] : Number(member(value, "seq"));
    if (seq === undefined) continue;
    const place = { seq, line: index + 1 };
    if (value === undefined) audit.say("entry_not_canonical", place);
    else if (Number(member(value, "v")) > 1) audit.say("bundle_unsupported", place);
    else if (bytes.length > 65_536 || !isStored(value, seq)) audit.say("entry_malformed", place);
    else entries.push({ ...value, ...place });
  }
  return entries.sort((a, b) => a.seq - b.seq);
}

/** The position of each line by its leaf hash, so that a changed, missing, extra or moved entry is told apart. */
function align(audit: Audit, lines: readonly (Uint8Array | string)[], cover: readonly CoverLine[]) {
  const slots = cover.filter(({ isEntry }) => isEntry);
  const leaves = lines.map((line) => audit.toHex(leafHash(audit, line)));
  const slotOf = new Map(slots.map(({ hash }, slot) => [hash, slot]));
  const free = new Set(slots.keys());
  const own = leaves.map((leaf) => (free.delete(slotOf.get(leaf) ?? -1) ? slotOf.get(leaf) : undefined));
  let before = -1;
  const places = own.map((known, index) => {
    const isChanged = !slotOf.has(leaves[index] ?? "") && free.delete(before + 1);
    const slot = isChanged ? before + 1 : known;
    const place = { line: index + 1, seq: slots[slot ?? -1]?.from };
    if (slot === undefined || place.seq === undefined) return void audit.say("entry_extra", { line: index + 1 });
    if (isChanged || slot < before) audit.say(isChanged ? "entry_leaf" : "entry_order", { ...place, seq: place.seq });
    before = slot;
    return place.seq;
  });
  for (const slot of free) audit.say("entry_missing", { seq: slots[slot]?.from ?? 0 });
  return places;
}

/** Whether a value is an entry of 2.1 at this position. */
function isStored(value: Json, seq: number): value is JsonObject & StoredForm {
  const isRun = member(value, "kind") === "run";
  if (!hasExactly(value, isRun ? RUN_MEMBERS : LOG_MEMBERS)) return false;
  const { actor, at_ms: at, facts, input, kind, log, run, v, version } = value;
  const isActor = hasExactly(actor, "id,kind") || hasExactly(actor, "id,kind,session");
  const isOfRun = ID.test(String(run)) && isCount(version) && isJsonObject(input) && FACT.test(String(input["type"]));
  const isFact = (fact: Json): boolean => FACT.test(String(member(fact, "type")));
  const hasHead = v === 1 && value["seq"] === seq && isCount(at) && ID.test(String(log)) && (isRun || kind === "log");
  const hasBody = isActor && ACTOR.test(String(actor["kind"])) && items(facts).length > 0 && items(facts).every(isFact);
  return hasHead && hasBody && (!isRun || isOfRun) && hasOnlyIntegers(value);
}

import { canonicalJson, type Json, type JsonObject } from "@writ/core/base/json";

import { asObjects, objectOf } from "../vectors.ts";
import type { HonestLog } from "./honest-log.ts";

/** A fact of a log and where it stands. */
export interface Found {
  readonly seq: number;
  readonly index: number;
  readonly entry: JsonObject;
  readonly fact: JsonObject;
}

/** The first fact of this type that also satisfies the condition. */
export function findFact(log: HonestLog, type: string, isWanted: (found: Found) => boolean = () => true): Found {
  for (const { seq, bytes } of log.entries) {
    const entry = objectOf(bytes);
    for (const [index, fact] of asObjects(entry["facts"]).entries()) {
      const found = { seq, index, entry, fact };
      if (fact["type"] === type && isWanted(found)) return found;
    }
  }
  throw new RangeError(`the log holds no such ${type}`);
}

/** The log as its own author would have written it with another entry: hashes and signatures follow. */
export function withEntry(log: HonestLog, seq: number, members: JsonObject): HonestLog {
  const here = log.entries[seq];
  if (here === undefined) throw new RangeError(`the log has no entry ${seq}`);
  const entry: JsonObject = { ...objectOf(here.bytes), ...members };
  const run = typeof entry["run"] === "string" ? entry["run"] : null;
  const version = typeof entry["version"] === "number" ? entry["version"] : null;
  return { ...log, entries: log.entries.with(seq, { ...here, run, version, bytes: canonicalJson(entry) }) };
}

/** The log with other members in one fact; `undefined` takes a member away. */
export function withFact(
  log: HonestLog,
  { seq, index, entry }: Found,
  members: Readonly<Record<string, Json | undefined>>,
): HonestLog {
  const facts = asObjects(entry["facts"]).map((fact, at) => {
    if (at !== index) return fact;
    const kept = Object.entries({ ...fact, ...members }).filter(
      (pair): pair is [string, Json] => pair[1] !== undefined,
    );
    return Object.fromEntries<Json>(kept);
  });
  return withEntry(log, seq, { facts });
}

import { epochMs, Payload, toRfc3339, type Entry, type Json, type JsonObject } from "@writ/core";

/** The facts of an entry as a stream of JSON lines: payloads by their commitment, never their content. */
export function eventLine(entry: Entry): readonly JsonObject[] {
  return entry.facts.map((fact, index) => ({
    id: `${entry.run}/${entry.version}/${index}`,
    seq: entry.seq,
    at: toRfc3339(epochMs(entry.at)),
    run_id: entry.run,
    type: fact.type,
    data: plain(fact),
  }));
}

/** A fact with each payload as its commitment. */
export function plain(value: unknown): Json {
  if (value instanceof Payload) return { $commit: value.commit };
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value === "object" && value !== null)
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, plain(member)]));
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? value : null;
}

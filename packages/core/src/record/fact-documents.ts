import type { Json, JsonObject } from "../base/json.ts";
import { Payload } from "../base/payload.ts";
import { epochMs, toRfc3339 } from "../base/time.ts";
import type { Entry } from "../journal/entry.ts";

/** The facts of an entry as programs follow them: payloads by their commitment, never their content. */
export function factDocuments(entry: Entry): readonly JsonObject[] {
  return entry.facts.map((fact, index) => ({
    id: `${entry.run}/${entry.version}/${index}`,
    seq: entry.seq,
    at: toRfc3339(epochMs(entry.at)),
    run_id: entry.run,
    type: fact.type,
    data: committed(fact),
  }));
}

/** A value with each payload as its commitment. */
export function committed(value: unknown): Json {
  if (value instanceof Payload) return { $commit: value.commit };
  if (Array.isArray(value)) return value.map(committed);
  if (typeof value === "object" && value !== null)
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, committed(member)]));
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? value : null;
}

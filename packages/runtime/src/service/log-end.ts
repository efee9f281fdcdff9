import { isJsonArray, isJsonObject, parseCanonical } from "@writ/core";
import type { Store } from "../ports/store.ts";

/** How a log ended. */
export interface LogEnd {
  /** The log that goes on from it; null where it does not say. */
  readonly continuedBy: string | null;
}

/** The end of a log, from its last entry; null while it goes on. */
export async function endOfLog(store: Store): Promise<LogEnd | null> {
  const { size } = await store.audit.head();
  for await (const batch of store.audit.lines(size - 1, size)) {
    for (const { bytes } of batch) {
      const entry = parseCanonical(bytes);
      const facts = isJsonObject(entry) ? entry["facts"] : null;
      for (const fact of isJsonArray(facts) ? facts : []) {
        if (!isJsonObject(fact) || fact["type"] !== "log_ended") continue;
        const { continued_by: next } = fact;
        return { continuedBy: typeof next === "string" ? next : null };
      }
    }
  }
  return null;
}

import { epochMs, isJsonObject, OrchestratorError, parseStrict, type EpochMs } from "@writ/core";
import type { Store } from "../ports/store.ts";

/** When an entry says it happened; null where there is none at the position, or its bytes do not say. */
export async function entryInstant({ audit }: Pick<Store, "audit">, seq: number): Promise<EpochMs | null> {
  for await (const [entry] of audit.entries(seq, seq + 1)) return entry === undefined ? null : instantIn(entry.bytes);
  return null;
}

function instantIn(bytes: string): EpochMs | null {
  try {
    const entry = parseStrict(bytes);
    const at = isJsonObject(entry) ? entry["at_ms"] : null;
    return typeof at === "number" ? epochMs(at) : null;
  } catch (error) {
    if (error instanceof OrchestratorError) return null;
    throw error;
  }
}

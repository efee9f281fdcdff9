import { checkEntries, checkLog, type LogKey, OrchestratorError, type VerifierPlatform } from "@writ/core";
import type { Store } from "../ports/store.ts";

/** A key of the log, in force for every head larger than `seq`. */
export interface KeyPeriod {
  readonly seq: number;
  readonly key: LogKey;
}

/**
 * The keys the log names, oldest first; the last one signs.
 *
 * @throws OrchestratorError `log_corrupt` where the log's own entries do not hold
 */
export async function keysOfLog(
  store: Store,
  platform: VerifierPlatform,
): Promise<readonly [...KeyPeriod[], KeyPeriod]> {
  const texts: string[] = [];
  for (const seq of await store.audit.positions(null))
    for await (const batch of store.audit.lines(seq, seq + 1)) texts.push(...batch.map(({ bytes }) => bytes));
  const codes: string[] = [];
  const audit = { ...platform, say: (code: string) => void codes.push(code) };
  const { keys } = checkLog(audit, checkEntries(audit, texts, undefined), texts.length);
  const last = keys.at(-1);
  const isSound = codes.every((code) => code === "log_end");
  if (last === undefined || !isSound)
    throw new OrchestratorError(
      "log_corrupt",
      "the log's own entries do not name its keys; keep a copy, and see where with: writ audit verify",
    );
  return [...keys.slice(0, -1), last];
}

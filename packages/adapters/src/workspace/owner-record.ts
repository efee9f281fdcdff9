import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";

import { isJsonObject, OrchestratorError, parseStrict } from "@writ/core";

import { errnoOf } from "../system/errno.ts";
import type { ProcessIdentity } from "../system/processes.ts";

/** What the process that owns a workspace says of itself. A hint: the lock decides. */
export interface OwnerRecord extends ProcessIdentity {
  /** Path of the socket where it takes commands. */
  readonly socket: string;
  /** Name and version, `writ/0.1.0`. */
  readonly product: string;
}

/** Written by the owner alone, in one step. */
export function writeOwnerRecord(file: string, { pid, startTime, socket, product }: OwnerRecord): void {
  const draft = `${file}.tmp`;
  rmSync(draft, { force: true });
  writeFileSync(draft, `${JSON.stringify({ pid, start_time: startTime, socket, product })}\n`, {
    mode: 0o600,
    flag: "wx",
  });
  renameSync(draft, file);
}

/** Null where nobody left one, or one that cannot be read. */
export function readOwnerRecord(file: string): OwnerRecord | null {
  try {
    const record = parseStrict(readFileSync(file));
    if (!isJsonObject(record)) return null;
    const { pid, start_time: startTime, socket, product } = record;
    const isNumbered = typeof pid === "number" && typeof startTime === "number";
    const isWhole = isNumbered && typeof socket === "string" && typeof product === "string";
    return isWhole ? { pid, startTime, socket, product } : null;
  } catch (error) {
    if (error instanceof OrchestratorError || errnoOf(error) !== null) return null;
    throw error;
  }
}

export function removeOwnerRecord(file: string): void {
  rmSync(file, { force: true });
}

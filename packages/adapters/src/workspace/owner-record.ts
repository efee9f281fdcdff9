import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";

import { isJsonObject, OrchestratorError, parseStrict } from "@writ/core";

import { errnoOf } from "../system/errno.ts";

/** A process, told apart from a later one with the same number. */
export interface ProcessIdentity {
  readonly pid: number;
  /** As the operating system gives it; equal for the same process, else arbitrary. */
  readonly startTime: string;
}

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
    const isWhole = typeof pid === "number" && [startTime, socket, product].every((text) => typeof text === "string");
    return isWhole ? { pid, startTime: String(startTime), socket: String(socket), product: String(product) } : null;
  } catch (error) {
    if (error instanceof OrchestratorError || errnoOf(error) !== null) return null;
    throw error;
  }
}

export function removeOwnerRecord(file: string): void {
  rmSync(file, { force: true });
}

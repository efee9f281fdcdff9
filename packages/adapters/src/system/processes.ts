import { readdirSync, readFileSync } from "node:fs";

import { errnoOf } from "./errno.ts";

/** A process and no other: numbers are used again, a number together with its start is not. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks since the machine started. */
  readonly startTime: number;
}

/** The process with that number now; null when there is none, and where there is no `/proc`. */
export function processIdentity(pid: number): ProcessIdentity | null {
  return readStat(pid)?.identity ?? null;
}

/**
 * The process and all above it, up to the first of the machine; empty when there is no such process.
 *
 * A process whose parent has ended belongs to another parent from then on. So this finds every ancestor that
 * still runs, and nobody can be added to it; but who lets go of a child and ends is no longer among them.
 */
export function ancestry(pid: number): readonly ProcessIdentity[] {
  const line: ProcessIdentity[] = [];
  for (let next = pid; next > 0;) {
    const stat = readStat(next);
    if (stat === null || line.some(({ pid: known }) => known === stat.identity.pid)) break;
    line.push(stat.identity);
    next = stat.parent;
  }
  return line;
}

/** Whether the process is one of `ancestors`, or came from one that still runs. */
export function isDescendant(pid: number, ancestors: readonly ProcessIdentity[]): boolean {
  return ancestry(pid).some((one) => ancestors.some((other) => isSame(one, other)));
}

export function isSame(one: ProcessIdentity, other: ProcessIdentity): boolean {
  return one.pid === other.pid && one.startTime === other.startTime;
}

/** Numbers of all processes that can be seen. */
export function runningProcesses(): readonly number[] {
  return readdirSync("/proc").map(Number).filter(Number.isInteger);
}

interface ProcessStat {
  readonly identity: ProcessIdentity;
  readonly parent: number;
}

/** @see proc_pid_stat(5): fields 4, the parent, and 22, the start; the name before them may hold anything, brackets too */
function readStat(pid: number): ProcessStat | null {
  const text = readProc(pid, "stat");
  if (text === null) return null;
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return { identity: { pid, startTime: Number(fields[19]) }, parent: Number(fields[1]) };
}

/** A file of a process's folder; null when the process is gone, or is not ours to look into. */
export function readProc(pid: number, file: "stat" | "status" | "cmdline" | "maps"): string | null {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch (error) {
    if (["ENOENT", "ESRCH", "EACCES", "EPERM", "ENOTDIR"].includes(errnoOf(error) ?? "")) return null;
    throw error;
  }
}

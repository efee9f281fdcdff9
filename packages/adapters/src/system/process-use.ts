import { existsSync } from "node:fs";

import { readProc, runningProcesses } from "./processes.ts";

/** What one process has used so far. */
export interface ProcessUse {
  readonly pid: number;
  readonly startTime: number;
  /** At most 15 characters, as the kernel keeps it; letters and marks that show as themselves. */
  readonly name: string;
  readonly cpuSeconds: number;
  readonly memoryBytes: number;
}

/** USER_HZ of every Linux in use. */
const TICKS_PER_SECOND = 100;

/** All processes that can be seen, by number; null where the platform does not tell without another program. */
export function readProcesses(): readonly ProcessUse[] | null {
  if (!existsSync("/proc/self/stat")) return null;
  const pageBytes = pageSize();
  return runningProcesses().flatMap((pid) => readUse(pid, pageBytes) ?? []);
}

/** 4 to 64 KiB by machine; Node does not tell, but its own size in bytes and in pages does. */
function pageSize(): number {
  const pages = readUse(process.pid, 1)?.memoryBytes ?? 0;
  return pages === 0 ? 4_096 : 2 ** Math.round(Math.log2(process.memoryUsage.rss() / pages));
}

/** @see proc_pid_stat(5): fields 14 and 15, time in program and kernel, 22, the start, and 24, resident pages */
function readUse(pid: number, pageBytes: number): ProcessUse | null {
  const text = readProc(pid, "stat");
  if (text === null) return null;
  const end = text.lastIndexOf(")");
  const fields = text
    .slice(end + 2)
    .split(" ")
    .map(Number);
  const [user = 0, kernel = 0, startTime = 0, pages = 0] = [fields[11], fields[12], fields[19], fields[21]];
  const name = text.slice(text.indexOf("(") + 1, end).replaceAll(/[^\p{L}\p{N}\p{P}\p{S} ]/gu, "\ufffd");
  return { pid, startTime, name, cpuSeconds: (user + kernel) / TICKS_PER_SECOND, memoryBytes: pages * pageBytes };
}

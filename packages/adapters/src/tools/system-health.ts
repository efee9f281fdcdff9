import { readFileSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { availableParallelism, cpus, freemem, loadavg, platform, totalmem, uptime } from "node:os";

import { durationMs } from "@writ/core";
import { defineTool, type Clock, type Tool, type ToolCall } from "@writ/runtime";
import * as z from "zod";

import { readProcesses, type ProcessUse } from "../system/process-use.ts";

const SAMPLE = durationMs(250);
const MEGABYTE = 1_048_576;
/** From here on a line of the summary says what is short. */
const ALMOST_FULL = 90;

const count = z.int().nonnegative();
const percent = z.number().min(0);
const process = z.strictObject({ pid: count, name: z.string(), cpu_percent: percent, memory_mb: count });

const params = z.strictObject({
  /** How many of the busiest processes to name. */
  processes: z.int().nonnegative().max(50).default(5),
});

const output = z.strictObject({
  /** One sentence. */
  summary: z.string(),
  cpu: z.strictObject({ cores: count, busy_percent: percent }),
  load: z.strictObject({ one_minute: percent, five_minutes: percent, fifteen_minutes: percent }),
  memory: z.strictObject({ total_mb: count, available_mb: count, used_percent: percent }),
  /** Of the file system that holds the workspace. */
  disk: z.strictObject({ total_mb: count, available_mb: count, used_percent: percent }),
  uptime_s: count,
  busiest: z.array(process),
  /** What could not be read on this machine. */
  missing: z.array(z.string()),
});

type Health = z.infer<typeof output>;

/** The state of the machine, measured over a quarter of a second. Command lines of processes are never read. */
export function systemHealth(clock: Clock): Tool {
  return defineTool({
    name: "system.health",
    summary: "Processor, memory, disk, load and the busiest processes of this machine.",
    approvalMode: "read_only",
    timeout: durationMs(10_000),
    params,
    output,
    run: async ({ processes }, call) => await look(processes, call, clock),
  });
}

async function look(shown: number, call: ToolCall, clock: Clock): Promise<Health> {
  const before = { ticks: ticks(), uses: readProcesses() };
  await pause(clock, call.signal);
  const after = { ticks: ticks(), uses: readProcesses() };
  const busy = percentOf(after.ticks.busy - before.ticks.busy, after.ticks.all - before.ticks.all);
  const memory = memoryNow();
  const disk = await diskOf(call.files.root);
  const [one = 0, five = 0, fifteen = 0] = loadavg();
  const health = {
    cpu: { cores: availableParallelism(), busy_percent: busy },
    load: { one_minute: tenth(one), five_minutes: tenth(five), fifteen_minutes: tenth(fifteen) },
    memory,
    disk,
    uptime_s: Math.floor(uptime()),
    busiest: before.uses === null || after.uses === null ? [] : busiest(before.uses, after.uses, shown),
    missing: [...(after.uses === null ? ["processes"] : []), ...(platform() === "win32" ? ["load"] : [])],
  };
  return { summary: sentence(health), ...health };
}

async function pause(clock: Clock, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  await new Promise<void>((resolve, reject) => {
    const onAbort = (): void => {
      cancel();
      reject(signal.reason instanceof Error ? signal.reason : new Error("stopped"));
    };
    const cancel = clock.after(SAMPLE, () => {
      signal.removeEventListener("abort", onAbort);
      resolve();
    });
    signal.addEventListener("abort", onAbort, { once: true });
  });
}

function ticks(): { readonly busy: number; readonly all: number } {
  const times = cpus().map(({ times: each }) => each);
  const all = times.reduce((sum, { user, nice, sys, idle, irq }) => sum + user + nice + sys + idle + irq, 0);
  return { busy: all - times.reduce((sum, { idle }) => sum + idle, 0), all };
}

function memoryNow(): Health["memory"] {
  const total = totalmem();
  const available = availableMemory() ?? freemem();
  return {
    total_mb: megabytes(total),
    available_mb: megabytes(available),
    used_percent: percentOf(total - available, total),
  };
}

/** What programs can have without swapping, page cache included; `free` alone makes every machine look full. */
function availableMemory(): number | null {
  if (platform() !== "linux") return null;
  const kilobytes = /^MemAvailable:\s+([0-9]+) kB$/m.exec(readFileSync("/proc/meminfo", "utf8"))?.[1];
  return kilobytes === undefined ? null : Number(kilobytes) * 1_024;
}

async function diskOf(path: string): Promise<Health["disk"]> {
  const { bsize, blocks, bavail } = await statfs(path);
  return {
    total_mb: megabytes(blocks * bsize),
    available_mb: megabytes(bavail * bsize),
    used_percent: percentOf(blocks - bavail, blocks),
  };
}

function busiest(before: readonly ProcessUse[], after: readonly ProcessUse[], shown: number): Health["busiest"] {
  const seconds = SAMPLE / 1_000;
  return after
    .map((use) => {
      const earlier = before.find(({ pid, startTime }) => pid === use.pid && startTime === use.startTime);
      const cpu = earlier === undefined ? 0 : Math.max(0, use.cpuSeconds - earlier.cpuSeconds) / seconds;
      return { pid: use.pid, name: use.name, cpu_percent: tenth(cpu * 100), memory_mb: megabytes(use.memoryBytes) };
    })
    .toSorted((a, b) => b.cpu_percent - a.cpu_percent || b.memory_mb - a.memory_mb || a.pid - b.pid)
    .slice(0, shown);
}

function sentence({ cpu, memory, disk, load }: Omit<Health, "summary">): string {
  const short = [
    ...(memory.used_percent >= ALMOST_FULL ? ["memory is short"] : []),
    ...(disk.used_percent >= ALMOST_FULL ? ["the disk is almost full"] : []),
    ...(load.five_minutes > 2 * cpu.cores ? ["more waits than the processors can do"] : []),
  ];
  const state = short.length === 0 ? "nothing is short" : short.join(", ");
  return `Processor ${cpu.busy_percent} % busy on ${cpu.cores} cores, memory ${memory.used_percent} % and disk ${disk.used_percent} % used: ${state}.`;
}

function megabytes(bytes: number): number {
  return Math.floor(bytes / MEGABYTE);
}

function percentOf(part: number, whole: number): number {
  return whole <= 0 ? 0 : tenth((100 * part) / whole);
}

function tenth(value: number): number {
  return Math.round(value * 10) / 10;
}

import { spawnSync } from "node:child_process";

/**
 * One figure and what it is held against. Written in `bench/rows/*.bench.ts`:
 *
 *     row({ name: "writ --version", unit: "ms", compare: "le", target: 1.6, limit: bareNode, measure: version });
 */
export interface Row {
  readonly name: string;
  readonly unit: string;
  /** `le`: the figure may be at most its bound; `ge`: it must be at least that. */
  readonly compare: "le" | "ge";
  /** With `limit`, a multiple of it; without, a figure of the reference machine. */
  readonly target: number;
  /** Measured in turns with the figure itself, in the same unit: bare node, raw commits, the same work by another engine. */
  readonly limit?: Measure;
  /** Which calibration adapts a target without `limit` to this machine; without one the target holds as it stands. */
  readonly scaledBy?: Calibration;
  /** Runs `setup` of its own; answers with one sample. */
  readonly measure: Measure;
}

export type Measure = () => number | Promise<number>;

/**
 * What the machine is compared by: the processor time of starting bare Node, for rows in processor time; or the wall
 * time of one durable commit of SQLite, for rows in wall time that wait for commits.
 */
export type Calibration = "start" | "commit";

/** How much slower this machine is than the reference; 1 where it is as fast or faster, so that no target grows stricter. */
export type Scales = Readonly<Record<Calibration, number>>;

export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly limit: number;
  readonly ratio: number;
  readonly target: number;
  readonly ok: boolean;
}

export const SAMPLES = 5;
const STARTS_PER_SAMPLE = 10;

const rows: Row[] = [];

/** Registers a row; `npm run bench` measures what was registered, in order. */
export function row(definition: Row): void {
  rows.push(definition);
}

export function registeredRows(): readonly Row[] {
  return rows;
}

export function median(samples: readonly number[]): number {
  const sorted = samples.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle];
  const lower = sorted[sorted.length % 2 === 1 ? middle : middle - 1];
  if (upper === undefined || lower === undefined) throw new Error("no samples");
  return (lower + upper) / 2;
}

/** Takes the samples of a row, in turns with its limit's. */
export async function measureRow(definition: Row, scales: Scales): Promise<Figure> {
  const values: number[] = [];
  const limits: number[] = [];
  for (let sample = 0; sample < SAMPLES; sample += 1) {
    if (definition.limit !== undefined) limits.push(await definition.limit());
    values.push(await definition.measure());
  }
  return judge(definition, median(values), limits.length === 0 ? undefined : median(limits), scales);
}

/** Holds a figure against its measured limit, or else against its target as this machine can be expected to meet it. */
export function judge(definition: Row, value: number, measuredLimit: number | undefined, scales: Scales): Figure {
  const { name, unit, compare, target } = definition;
  const scale = definition.scaledBy === undefined ? 1 : scales[definition.scaledBy];
  const limit = measuredLimit ?? (compare === "le" ? target * scale : target / scale);
  const ratio = value / limit;
  const bound = measuredLimit === undefined ? 1 : target;
  return { name, value, unit, limit, ratio, target, ok: compare === "le" ? ratio <= bound : ratio >= bound };
}

export interface Place {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
}

/** Processor time of one start of a program of Node, from several, in milliseconds. What it waits is not in it. */
export function startCpuMs(argv: readonly string[], place: Place = {}, starts = STARTS_PER_SAMPLE): number {
  let total = 0;
  for (let start = 0; start < starts; start += 1) total += commandCost([process.execPath, ...argv], place).cpuMs;
  return total / starts;
}

/** The same of Node that does nothing. */
export function bareNode(): number {
  return startCpuMs(["-e", "0"]);
}

/** Wall time and processor time of a command, its children included, in milliseconds. Its output is dropped. */
export function commandCost(
  argv: readonly [string, ...string[]],
  options: Place & { readonly status?: number } = {},
): { readonly wallMs: number; readonly cpuMs: number } {
  const script = 'TIMEFORMAT="%3R %3U %3S"; { time "$@" >/dev/null 2>&1 </dev/null; }';
  const { status, stderr } = spawnSync("bash", ["-c", script, "bash", ...argv], {
    cwd: options.cwd,
    env: { ...process.env, LC_ALL: "C", ...options.env },
    encoding: "utf8",
  });
  if (status !== (options.status ?? 0)) throw new Error(`${argv.join(" ")} ended with status ${status}`);
  const [wall = Number.NaN, user = Number.NaN, system = Number.NaN] = stderr.trim().split(" ").map(Number);
  return { wallMs: wall * 1_000, cpuMs: (user + system) * 1_000 };
}

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { COUNTERS, HISTOGRAMS, MetricsFold, type BareFact, type MeasuredEntry, type MetricsSnapshot } from "@writ/core";
import { describe, expect, test } from "vitest";
import * as z from "zod";

import { Prometheus } from "./prometheus.ts";

const prometheus = new Prometheus();
const PAGE = fileURLToPath(new URL("../../../../docs/observability.md", import.meta.url));
const DASHBOARD = fileURLToPath(new URL("../../../../docs/grafana/writ.json", import.meta.url));

interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const NAME = "[a-zA-Z_:][a-zA-Z0-9_:]*";
const LABEL = `${NAME}="(?:[^"\\\\\\n]|\\\\["\\\\n])*"`;
const SAMPLE = new RegExp(`^(${NAME})(?:\\{(${LABEL}(?:,${LABEL})*)?\\})? ([-+]?[0-9.e+-]+|[+-]?Inf|Nan|NaN)$`);

/** Reads an exposition by its grammar; a line that is none is an error. */
function samplesOf(text: string): readonly Sample[] {
  const typed = new Map<string, string>();
  return text.split("\n").flatMap((line): readonly Sample[] => {
    const type = /^# TYPE (\S+) (counter|gauge|histogram|summary|untyped)$/.exec(line);
    if (type?.[1] !== undefined && type[2] !== undefined) typed.set(type[1], type[2]);
    if (line === "" || line.startsWith("#")) return [];
    const [, name = "", labels = "", value = ""] = SAMPLE.exec(line) ?? [];
    expect([line, name !== ""]).toEqual([line, true]);
    expect([line, typed.has(name) || typed.has(name.replace(/_(bucket|sum|count)$/, ""))]).toEqual([line, true]);
    const pairs = [...labels.matchAll(new RegExp(`(${NAME})="((?:[^"\\\\]|\\\\.)*)"`, "g"))];
    return [
      { name, labels: Object.fromEntries(pairs.map(([, key = "", text = ""]) => [key, text])), value: Number(value) },
    ];
  });
}

async function shown(snapshot: MetricsSnapshot): Promise<readonly Sample[]> {
  return samplesOf(await prometheus.text(snapshot));
}

function valueOf(samples: readonly Sample[], name: string, labels: Sample["labels"] = {}): number | undefined {
  return samples.find(
    (sample) => sample.name === name && Object.entries(labels).every(([key, value]) => sample.labels[key] === value),
  )?.value;
}

function anEntry(run: string, at: number, facts: readonly unknown[]): MeasuredEntry {
  return { run, at, actor: { kind: "user" }, facts: facts as readonly BareFact[] };
}

function someFigures(tool = "test.read"): MetricsSnapshot {
  const fold = new MetricsFold();
  const entries = [
    anEntry("run_a", 0, [{ type: "run_started", settings: { begin: true } }, { type: "plan_verified" }]),
    anEntry("run_a", 1, [{ type: "approval_requested", step: "a", approval: "apr_a", binding: { tier: "network" } }]),
    anEntry("run_a", 4_001, [{ type: "approval_granted", approval: "apr_a" }]),
    anEntry("run_a", 4_002, [{ type: "step_started", step: "a", attempt: 1, tool }]),
    anEntry("run_a", 4_003, [{ type: "attempt_failed", step: "a", attempt: 1 }]),
    anEntry("run_b", 5_000, [{ type: "run_started", settings: { begin: false } }, { type: "plan_verified" }]),
    anEntry("run_a", 90_000, [{ type: "run_ended", outcome: "completed" }]),
  ];
  for (const entry of entries) fold.observe(entry, () => "network");
  return fold.snapshot();
}

describe("the exposition", () => {
  test("says what was folded, each under its name and labels", async () => {
    expect(prometheus.contentType).toBe("text/plain; version=0.0.4; charset=utf-8");
    const samples = await shown(someFigures());
    const expected: readonly (readonly [string, Sample["labels"], number])[] = [
      ["writ_runs", { state: "completed" }, 1],
      ["writ_runs", { state: "planned" }, 1],
      ["writ_runs", { state: "in_doubt" }, 0],
      ["writ_task_states", { state: "pending" }, 1],
      ["writ_task_states", { state: "completed" }, 1],
      ["writ_approvals_total", { decision: "granted", tier: "network" }, 1],
      ["writ_approvals_total", { decision: "denied", tier: "network" }, 0],
      ["writ_approvals_waiting", {}, 0],
      ["writ_approval_latency_seconds_bucket", { tier: "network", le: "1" }, 0],
      ["writ_approval_latency_seconds_bucket", { tier: "network", le: "5" }, 1],
      ["writ_approval_latency_seconds_bucket", { tier: "network", le: "+Inf" }, 1],
      ["writ_approval_latency_seconds_sum", { tier: "network" }, 4],
      ["writ_approval_latency_seconds_count", { tier: "network" }, 1],
      ["writ_tool_attempts_total", { tool: "test.read", outcome: "failed" }, 1],
      ["writ_step_errors_total", { step_type: "network" }, 1],
      ["writ_budget_exhausted_total", { dimension: "tokens" }, 0],
      ["writ_plan_verifications_total", { result: "ok" }, 2],
      ["writ_steps_total", { result: "completed" }, 0],
      ["writ_retries_total", {}, 0],
      ["writ_recoveries_total", {}, 0],
      ["writ_escalations_total", { tier: "destructive" }, 0],
      ["writ_lanes_total", { result: "completed" }, 0],
      ["writ_time_to_safe_completion_seconds_sum", {}, 90],
      ["writ_time_to_safe_completion_seconds_bucket", { le: "300" }, 1],
      ["writ_log_size", {}, 7],
    ];
    for (const [name, labels, value] of expected)
      expect([name, labels, valueOf(samples, name, labels)]).toEqual([name, labels, value]);
    for (const name of ["writ_process_cpu_seconds_total", "writ_process_resident_memory_bytes"])
      expect([name, (valueOf(samples, name) ?? 0) > 0]).toEqual([name, true]);
    expect(samples.some(({ name }) => name === "writ_nodejs_eventloop_lag_seconds")).toBe(true);
  });

  test("shown again it says the same, and what is gone is gone", async () => {
    const first = await shown(someFigures());
    const again = await shown(someFigures());
    const ours = (samples: readonly Sample[]) => samples.filter(({ name }) => !/process|nodejs/.test(name));
    expect(ours(again)).toEqual(ours(first));
    const empty = await shown(new MetricsFold().snapshot());
    expect(valueOf(empty, "writ_tool_attempts_total")).toBeUndefined();
    expect(ours(empty).every(({ value }) => value === 0)).toBe(true);
  });

  test("whatever a tool is called, a line stays a line", async () => {
    const hostile = 'a"} 1\nwrit_runs{state="failed"} 99\\';
    const samples = await shown(someFigures(hostile));
    const labels = samples.find(({ name }) => name === "writ_tool_attempts_total")?.labels["tool"];
    expect(labels).toBe('a\\"} 1\\nwrit_runs{state=\\"failed\\"} 99\\\\');
    expect(valueOf(samples, "writ_runs", { state: "failed" })).toBe(0);
  });

  test("histograms are cumulative and end with their count", async () => {
    const samples = await shown(someFigures());
    const buckets = samples.filter(({ name }) => name.startsWith("writ_") && name.endsWith("_seconds_bucket"));
    const series = new Map<string, Sample[]>();
    for (const sample of buckets.filter(({ name }) => !name.includes("nodejs"))) {
      const key = `${sample.name} ${sample.labels["tier"] ?? ""}`;
      series.set(key, [...(series.get(key) ?? []), sample]);
    }
    expect(series.size).toBe(1 + HISTOGRAMS.approval_latency.tier.length);
    for (const samples of series.values()) {
      const values = samples.map(({ value }) => value);
      expect(values).toEqual(values.toSorted((a, b) => a - b));
      expect(samples.at(-1)?.labels["le"]).toBe("+Inf");
    }
  });
});

const dashboard = z.object({
  panels: z.array(
    z.object({
      title: z.string().min(1),
      gridPos: z.object({ x: z.int(), y: z.int(), w: z.int(), h: z.int() }),
      targets: z.array(z.object({ expr: z.string().min(1) })).min(1),
    }),
  ),
});

describe("the Grafana dashboard", () => {
  const { panels } = dashboard.parse(JSON.parse(readFileSync(DASHBOARD, "utf8")));

  test("queries nothing that is not exposed, with labels that are there, and leaves no figure of ours out", async () => {
    const samples = await shown(someFigures());
    const names = new Set(samples.map(({ name }) => name));
    const asked = new Set<string>();
    for (const { title, targets } of panels) {
      for (const { expr } of targets) {
        for (const [name, , by] of expr.matchAll(/(writ_[a-z0-9_]+)|by \(([a-z_, ]+)\)/g)) {
          if (by !== undefined) continue;
          asked.add(name);
          expect([title, name, names.has(name)]).toEqual([title, name, true]);
        }
        const [metric = ""] = /writ_[a-z0-9_]+/.exec(expr) ?? [];
        const labels = Object.keys(samples.find(({ name }) => name === metric)?.labels ?? {});
        for (const label of (/by \(([a-z_, ]+)\)/.exec(expr)?.[1] ?? "").split(", ").filter((text) => text !== ""))
          expect([title, label, labels.includes(label)]).toEqual([title, label, true]);
      }
    }
    const ours = Object.keys({ ...COUNTERS, ...HISTOGRAMS }).length + 4;
    const folded = [...asked]
      .map((name) => name.replace(/_(bucket|sum|count)$/, ""))
      .filter((name) => !/process|nodejs/.test(name));
    expect(new Set(folded).size).toBe(ours);
  });

  test("every figure stands in the documentation by its name", async () => {
    const page = readFileSync(PAGE, "utf8");
    const families = (await prometheus.text(someFigures())).matchAll(/^# TYPE (writ_(?!process|nodejs)\S+)/gm);
    const names = [...families].map(([, name = ""]) => name);
    expect(names.length).toBeGreaterThan(15);
    expect(names.filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
  });

  test("no panel lies over another", () => {
    expect(panels.length).toBeGreaterThan(15);
    for (const [index, { title, gridPos: a }] of panels.entries()) {
      expect([title, a.x + a.w <= 24]).toEqual([title, true]);
      for (const { title: other, gridPos: b } of panels.slice(index + 1)) {
        const isOver = a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
        expect([title, other, isOver]).toEqual([title, other, false]);
      }
    }
  });
});

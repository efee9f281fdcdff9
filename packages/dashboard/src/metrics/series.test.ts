import { describe, expect, test } from "vitest";

import { bins, counted, countedBy, hoursOf, quantile } from "./series.ts";

const hour = (at: string, count: number, buckets: number[] = []): Parameters<typeof hoursOf>[0][number] => ({
  hour: at,
  figures: {
    counters: [
      { name: "runs_ended", labels: { outcome: "completed" }, count },
      { name: "tool_attempts", labels: { tool: "docs.search_docs", outcome: "failed" }, count: 1 },
    ],
    histograms: [{ name: "approval_latency", labels: { tier: "network" }, buckets, count: 4, sum_ms: 4_000 }],
  },
});

describe("figures by the hour", () => {
  const hours = hoursOf([
    hour("2026-11-20T10:00:00.000Z", 3, [0, 4]),
    hour("2026-11-20T12:00:00.000Z", 5, [0, 0, 0, 4]),
  ]);

  test("are those in which something was written, at the instants they begin", () => {
    expect(hours.map(({ at }) => at)).toEqual([1_795_168_800_000, 1_795_176_000_000]);
  });

  test("are summed by name and labels", () => {
    expect(counted(hours, "runs_ended", { outcome: "completed" })).toBe(8);
    expect(counted(hours, "runs_ended", { outcome: "failed" })).toBe(0);
    expect(countedBy(hours, "tool_attempts", "tool")).toEqual([["docs.search_docs", 2]]);
  });

  test("a quantile lies within its bucket by proportion", () => {
    expect(quantile(hours.slice(0, 1), "approval_latency", 0.5)).toBe(3);
    expect(quantile(hours, "approval_latency", 0.95)).toBeCloseTo(15 + 0.9 * 45);
    expect(quantile(hours, "other", 0.5)).toBe(null);
  });

  test("stand in bins, of which the empty ones stay", () => {
    const from = hours[0]?.at ?? 0;
    expect(bins(hours, from, from + 4 * 3_600_000, 3_600_000).map((bin) => bin.hours.length)).toEqual([1, 0, 1, 0]);
  });
});

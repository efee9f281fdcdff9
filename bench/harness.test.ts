import { describe, expect, test } from "vitest";

import { commandCost, judge, measureRow, median, startCpuMs, type Row } from "./harness.ts";

const scales = { start: 3, commit: 2 };
const row = (more: Partial<Row>): Row => ({
  name: "r",
  unit: "ms",
  compare: "le",
  target: 10,
  measure: () => 0,
  ...more,
});

describe("a figure", () => {
  test("without a limit is held against its target on this machine", () => {
    expect(judge(row({}), 10, undefined, scales)).toMatchObject({ limit: 10, ratio: 1, ok: true });
    expect(judge(row({}), 11, undefined, scales).ok).toBe(false);
    expect(judge(row({ scaledBy: "start" }), 29, undefined, scales)).toMatchObject({ limit: 30, ok: true });
    expect(judge(row({ scaledBy: "commit" }), 19, undefined, scales)).toMatchObject({
      limit: 20,
      target: 10,
      ok: true,
    });
    expect(judge(row({ compare: "ge", scaledBy: "commit" }), 6, undefined, scales)).toMatchObject({
      limit: 5,
      ok: true,
    });
    expect(judge(row({ compare: "ge" }), 6, undefined, scales).ok).toBe(false);
  });

  test("with a limit is held against a multiple of it, unscaled", () => {
    expect(judge(row({ target: 1.6, scaledBy: "commit" }), 31, 20, scales)).toMatchObject({
      limit: 20,
      ratio: 1.55,
      ok: true,
    });
    expect(judge(row({ target: 1.6 }), 33, 20, scales).ok).toBe(false);
    expect(judge(row({ compare: "ge", target: 0.5 }), 400, 1_000, scales).ok).toBe(false);
    expect(judge(row({ compare: "ge", target: 0.5 }), 600, 1_000, scales).ok).toBe(true);
  });

  test("is the median of samples taken in turns with its limit's", async () => {
    const order: string[] = [];
    const samples = [9, 1, 5, 100, 3];
    const figure = await measureRow(
      row({
        target: 2,
        limit: () => order.push("limit"),
        measure: () => {
          order.push("value");
          return samples.shift() ?? Number.NaN;
        },
      }),
      scales,
    );
    expect(figure.value).toBe(5);
    expect(order).toEqual(Array.from({ length: 5 }, () => ["limit", "value"]).flat());
  });
});

test("the median of an even number of samples lies between the middle two", () => {
  expect(median([4, 1, 3, 2])).toBe(2.5);
  expect(() => median([])).toThrow("no samples");
});

test("the cost of a command includes what it started", () => {
  const burn = "for (let used = process.cpuUsage(); used.user + used.system < 150_000; used = process.cpuUsage());";
  const nested = `require("node:child_process").execFileSync(process.execPath, ["-e", ${JSON.stringify(burn)}])`;
  const cost = commandCost([process.execPath, "-e", nested]);
  expect(cost.cpuMs).toBeGreaterThan(120);
  expect(cost.wallMs).toBeGreaterThan(150);
  expect(() => commandCost([process.execPath, "-e", "process.exit(4)"])).toThrow("status 4");
  expect(commandCost([process.execPath, "-e", "process.exit(4)"], { status: 4 }).wallMs).toBeGreaterThan(0);
});

test("a start is counted by what it computes, not by what it waits", () => {
  const waitedMs = 400;
  expect(startCpuMs(["-e", `setTimeout(() => undefined, ${waitedMs})`], {}, 1)).toBeLessThan(waitedMs);
});

import fc from "fast-check";
import { describe, expect, test } from "vitest";

import type { TaskHead } from "../api/connection.ts";
import { listRows } from "./run-groups.ts";
import { windowOf } from "./window-of.ts";

describe("the rows that are drawn", () => {
  test("hold all that is in view, and never more than a view and its surroundings", () => {
    let long = 0;
    fc.assert(
      fc.property(
        fc.nat(20_000),
        fc.integer({ min: 28, max: 48 }),
        fc.nat(1_000_000),
        fc.nat(2_000),
        (count, rowHeight, top, height) => {
          const { from, to } = windowOf({ count, rowHeight }, top, height);
          if (count > 1_000) long += 1;
          expect(from).toBeGreaterThanOrEqual(0);
          expect(to).toBeLessThanOrEqual(count);
          expect(to - from).toBeLessThanOrEqual(Math.ceil(height / rowHeight) + 26);
          for (const y of [top, top + height - 1]) {
            const row = Math.floor(y / rowHeight);
            if (row < count && height > 0) expect(row >= from && row < to).toBe(true);
          }
        },
      ),
    );
    expect(long).toBeGreaterThan(30);
  });
});

describe("groups", () => {
  const run = (id: string) => ({ id }) as TaskHead;

  test("a run stands once, in the first group that has it", () => {
    const rows = listRows([
      { name: "Needs you", runs: [run("a")] },
      { name: "Running", runs: [run("a"), run("b")], total: 7 },
      { name: "Today", runs: [] },
    ]);
    expect(rows.map((row) => (row.kind === "heading" ? row.text : row.run.id))).toEqual([
      "Needs you",
      "a",
      "Running · 7",
      "b",
    ]);
  });
});

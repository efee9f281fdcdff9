import { parseId, type RunId } from "@writ/core";
import { SteppedClock } from "@writ/testkit/stepped-clock";
import { describe, expect, test } from "vitest";

import { Wakes } from "./wakes.ts";

const HOUR = 3_600_000;

function runNumber(n: number): RunId {
  const id = parseId("run", `run_${String(n).padStart(26, "0")}`);
  if (!id.ok) throw new Error(id.error);
  return id.value;
}

/** Wakes over rows that hold what a store would. */
function overRows(rows: ReadonlyMap<RunId, number>) {
  const clock = new SteppedClock();
  const woken: { readonly run: RunId; readonly at: number }[] = [];
  const looks: number[] = [];
  const wakes: Wakes = new Wakes(
    clock,
    (run) => woken.push({ run, at: clock.now() }),
    () => {
      looks.push(clock.now());
      for (const [run, at] of rows) if (at > clock.now()) wakes.set(run, at);
    },
  );
  return { clock, wakes, woken, looks };
}

describe("a run whose instant is far off", () => {
  test("is woken at it, from its row", () => {
    const rows = new Map([1, 2, 3].map((n) => [runNumber(n), n * HOUR] as const));
    const { clock, wakes, woken } = overRows(rows);
    for (const [run, at] of rows) wakes.set(run, at);
    clock.pass(4 * HOUR);
    expect(woken).toEqual([...rows].map(([run, at]) => ({ run, at })));
  });

  test("is not woken when its row is gone", () => {
    const { clock, wakes, woken, looks } = overRows(new Map());
    wakes.set(runNumber(1), HOUR);
    clock.pass(2 * HOUR);
    expect({ woken, looks: looks.length }).toEqual({ woken: [], looks: 1 });
  });

  test("that comes nearer, or goes further off, is woken once, when it is due", () => {
    const rows = new Map([[runNumber(1), 2 * HOUR]]);
    const { clock, wakes, woken } = overRows(rows);
    wakes.set(runNumber(1), HOUR);
    wakes.set(runNumber(1), 1_000);
    wakes.set(runNumber(1), 2 * HOUR);
    clock.pass(3 * HOUR);
    expect(woken).toEqual([{ run: runNumber(1), at: 2 * HOUR }]);
  });
});

test("near instants are woken without reading rows, and one timer serves all", () => {
  const { clock, wakes, woken, looks } = overRows(new Map());
  for (const n of [3, 1, 2]) wakes.set(runNumber(n), n * 1_000);
  wakes.set(runNumber(4), HOUR);
  wakes.delete(runNumber(2));
  expect(clock.armed).toHaveLength(1);
  clock.pass(60_000);
  expect(woken.map(({ at }) => at)).toEqual([1_000, 3_000]);
  expect(looks).toEqual([]);
  wakes.clear();
  expect(clock.armed).toEqual([]);
});

test("rows are read at most once a minute, however close together the instants of many runs lie", () => {
  const rows = new Map(Array.from({ length: 3_600 }, (_, n) => [runNumber(n), HOUR + n * 1_000] as const));
  const { clock, wakes, woken, looks } = overRows(rows);
  for (const [run, at] of rows) wakes.set(run, at);
  clock.pass(3 * HOUR);
  expect(woken.map(({ run }) => run)).toEqual([...rows.keys()]);
  expect(woken.every(({ run, at }) => rows.get(run) === at)).toBe(true);
  const gaps = looks.slice(1).map((at, index) => at - (looks[index] ?? 0));
  expect(Math.min(...gaps)).toBeGreaterThanOrEqual(60_000);
  expect(looks.length).toBeGreaterThan(20);
});

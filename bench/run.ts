/**
 * Measures every registered row and holds it against its limit:
 * `npm run bench [-- --json] [-- <part of a name>]`. Exits 1 when a figure misses.
 */
import { globSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

import { calibrate } from "./calibration.ts";
import { measureRow, registeredRows, SAMPLES, type Figure } from "./harness.ts";

const root = resolve(import.meta.dirname, "..");
const asJson = process.argv.includes("--json");
const wanted = process.argv.slice(2).filter((argument) => !argument.startsWith("--"));

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

function short(value: number): string {
  return value >= 1_000 ? Math.round(value).toLocaleString("en") : value.toPrecision(3);
}

function table(figures: readonly Figure[]): string {
  const lines = figures.map(({ name, value, unit, limit, ratio, target, ok }) => [
    ok ? "ok" : "MISSED",
    name,
    `${short(value)} ${unit}`,
    `against ${short(limit)}`,
    `ratio ${short(ratio)}`,
    `target ${short(target)}`,
  ]);
  const widths = lines[0]?.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0))) ?? [];
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

for (const file of globSync("bench/rows/*.bench.ts", { cwd: root }).toSorted()) {
  await import(pathToFileURL(join(root, file)).href);
}
const rows = registeredRows().filter(({ name }) => wanted.length === 0 || wanted.some((part) => name.includes(part)));

const { figures: calibration, scales } = calibrate(join(root, ".cache/bench"));
say(`scale: start ${short(scales.start)}, commit ${short(scales.commit)}; median of ${SAMPLES}`);

const figures = [...calibration];
let unmeasured = 0;
for (const row of rows) {
  say(`measuring ${row.name} …`);
  try {
    figures.push(await measureRow(row, scales));
  } catch (error) {
    unmeasured += 1;
    say(`NOT MEASURED ${row.name}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

console.log(asJson ? JSON.stringify(figures, undefined, 2) : table(figures));
process.exitCode = unmeasured === 0 && figures.every(({ ok }) => ok) ? 0 : 1;

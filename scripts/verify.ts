/**
 * Everything that must hold before a change lands: `npm run verify`, with
 * `-- --only <part>` for one part. Prints each part's time beside its budget
 * and ends with the totals alone on a line.
 */
import { globSync, mkdirSync, rmSync } from "node:fs";
import { basename, join, resolve } from "node:path";

import { isRecord, readRecord, type JsonRecord } from "./json-file.ts";
import { runProgram, type ProgramEnd } from "./run-program.ts";
import { INSTALL_BUDGET_S, PARTS, TOTAL_BUDGET_S, type Check, type Part, type TestSelection } from "./verify-parts.ts";

interface Tally {
  readonly passed: number;
  readonly failed: number;
  /** What a reader must see: failures with the end of their output, tests that were skipped. */
  readonly notes: readonly string[];
}

/** A part that takes this many times its budget hangs. */
const HANGS_AFTER = 4;
const TAIL_LINES = 60;
const CHECKS_AT_ONCE = 2;
const NOTHING: Tally = { passed: 0, failed: 0, notes: [] };

const root = resolve(import.meta.dirname, "..");
const scratch = join(root, ".cache/verify");
const isCi = process.env["CI"] === "true";

function tail(output: string): string {
  return output
    .trimEnd()
    .split("\n")
    .slice(-TAIL_LINES)
    .map((line) => `    ${line}`)
    .join("\n");
}

function seconds(value: number): string {
  return `${value.toFixed(1)} s`;
}

async function runChecks(checks: readonly Check[], limitS: number): Promise<Tally> {
  const waiting = [...checks];
  const tallies: Tally[] = [];
  const work = async (): Promise<void> => {
    for (let check = waiting.shift(); check !== undefined; check = waiting.shift()) {
      const end = await runProgram(root, check.command, limitS);
      const verdict = end.status === 0 ? "ok" : "FAILED";
      console.log(`  ${check.name.padEnd(16)} ${seconds(end.seconds).padStart(8)}  ${verdict}`);
      tallies.push(
        end.status === 0
          ? { passed: 1, failed: 0, notes: [] }
          : { passed: 0, failed: 1, notes: [`${check.name}: ${check.command.join(" ")}\n${tail(end.output)}`] },
      );
    }
  };
  await Promise.all(Array.from({ length: CHECKS_AT_ONCE }, work));
  return sum(tallies);
}

async function runTests(name: string, { project, files }: TestSelection, limitS: number): Promise<Tally | "absent"> {
  const pattern =
    project === "sim" ? "packages/*/src/**/*.sim.ts" : "{packages/*/src,scripts,bench}/**/*.test.{ts,tsx}";
  const selected = globSync(pattern, { cwd: root }).filter((path) => files.test(basename(path)));
  if (selected.length === 0) return "absent";
  const report = join(scratch, `${name.replaceAll(/[^a-z0-9]+/gi, "-")}.json`);
  rmSync(report, { force: true });
  const reporters = ["--reporter=dot", "--reporter=json", `--outputFile.json=${report}`];
  const chosen = files.source === "." ? [] : selected;
  const end = await runProgram(root, ["vitest", "run", "--project", project, ...reporters, ...chosen], limitS);
  return countTests(report, end);
}

function countTests(report: string, end: ProgramEnd): Tally {
  const crashed = { passed: 0, failed: 1, notes: [`vitest exited with ${end.status}\n${tail(end.output)}`] };
  if (!globSync(report).includes(report)) return crashed;
  const results = readRecord(report);
  const count = (key: string): number => (typeof results[key] === "number" ? results[key] : 0);
  const skipped = namesOfSkipped(results);
  const failed = count("numFailedTests");
  const notes = failed > 0 || end.status !== 0 ? [tail(end.output)] : [];
  const skips = skipped.length === 0 ? [] : [`skipped:\n${skipped.map((name) => `    ${name}`).join("\n")}`];
  // A file that does not load has no tests to count; vitest says so by its status.
  const uncounted = failed === 0 && end.status !== 0 ? 1 : 0;
  return {
    passed: count("numPassedTests"),
    failed: failed + uncounted + (isCi ? skipped.length : 0),
    notes: [...notes, ...skips],
  };
}

function namesOfSkipped(results: JsonRecord): readonly string[] {
  return recordsIn(results, "testResults")
    .flatMap((file) => recordsIn(file, "assertionResults"))
    .filter(({ status }) => status !== "passed" && status !== "failed")
    .map((test) => String(test["fullName"]));
}

function recordsIn(record: JsonRecord, key: string): readonly JsonRecord[] {
  const list: unknown = record[key];
  return Array.isArray(list) ? list.filter(isRecord) : [];
}

async function runPart(part: Part): Promise<Tally> {
  console.log(`${part.name} …`);
  const startedAt = performance.now();
  const limitS = part.budgetS * HANGS_AFTER;
  const checks = part.checks === undefined ? NOTHING : await runChecks(part.checks, limitS);
  const tests = part.tests === undefined ? NOTHING : await runTests(part.name, part.tests, limitS);
  if (tests === "absent") {
    console.log(`  ${part.name}: ABSENT, nothing to run and nothing counted`);
    return checks;
  }
  const took = (performance.now() - startedAt) / 1_000;
  const tally = sum([checks, tests]);
  const late = took > part.budgetS ? "  OVER BUDGET" : "";
  console.log(
    `  ${part.name}: ${seconds(took)} of ${part.budgetS} s, ${tally.passed} passed, ${tally.failed} failed${late}`,
  );
  for (const note of tally.notes) console.log(`  ${note}`);
  return tally;
}

function sum(tallies: readonly Tally[]): Tally {
  return {
    passed: tallies.reduce((total, { passed }) => total + passed, 0),
    failed: tallies.reduce((total, { failed }) => total + failed, 0),
    notes: tallies.flatMap(({ notes }) => notes),
  };
}

/** What ./verify did and found before this program could run. */
function reportSetup(): Tally {
  const took = Number(process.env["WRIT_INSTALL_S"] ?? Number.NaN);
  if (!Number.isNaN(took)) console.log(`install: ${seconds(took)} of ${INSTALL_BUDGET_S} s`);
  const missing = (process.env["WRIT_MISSING"] ?? "").split(" ").filter((name) => name !== "");
  for (const name of missing)
    console.log(`MISSING: ${name}; the tests that need it will not run (apt-get install ${name})`);
  return { passed: 0, failed: isCi ? missing.length : 0, notes: [] };
}

const only = process.argv.includes("--only") ? process.argv[process.argv.indexOf("--only") + 1] : undefined;
const parts = PARTS.filter(({ name }) => only === undefined || name.includes(only));
if (parts.length === 0) {
  console.error(`no part is called ${only}; there are: ${PARTS.map(({ name }) => name).join(", ")}`);
  process.exit(2);
}

mkdirSync(scratch, { recursive: true });
const startedAt = performance.now();
const tallies = [reportSetup()];
for (const part of parts) tallies.push(await runPart(part));
const total = sum(tallies);
const took = (performance.now() - startedAt) / 1_000;
console.log(`all: ${seconds(took)} of ${TOTAL_BUDGET_S} s${took > TOTAL_BUDGET_S ? "  OVER BUDGET" : ""}`);
if (total.failed > 0)
  console.log(`failed:\n${tallies.flatMap(({ notes }) => notes.map((note) => `  ${note.split("\n")[0]}`)).join("\n")}`);
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed === 0 ? 0 : 1;

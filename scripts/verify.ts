/**
 * Everything that must hold before a change lands: `npm run verify`, with
 * `-- --only <name>` for one part or one check. Prints each part's time beside its budget
 * and ends with the totals alone on a line.
 */
import { existsSync, globSync, mkdirSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";

import { readRecord } from "./json-file.ts";
import { runProgram } from "./run-program.ts";
import { NOTHING, sum, tail, tallyTests, type Tally } from "./tally.ts";
import { INSTALL_BUDGET_S, PARTS, TOTAL_BUDGET_S, type Check, type Part, type TestSelection } from "./verify-parts.ts";

/** A part that takes this many times its budget hangs. */
const HANGS_AFTER = 4;
const CHECKS_AT_ONCE = 2;

const root = resolve(import.meta.dirname, "..");
const scratch = join(root, ".cache/verify");
const isCi = process.env["CI"] === "true";

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

async function runChecks(checks: readonly Check[], limitS: number): Promise<Tally> {
  const waiting = [...checks];
  const tallies: Tally[] = [];
  const work = async (): Promise<void> => {
    for (let check = waiting.shift(); check !== undefined; check = waiting.shift()) {
      const end = await runProgram(root, check.command, limitS);
      console.log(
        `  ${check.name.padEnd(16)} ${seconds(end.seconds).padStart(8)}  ${end.status === 0 ? "ok" : "FAILED"}`,
      );
      const note = `${check.name}: ${check.command.join(" ")}\n${tail(end.output)}`;
      tallies.push(end.status === 0 ? { ...NOTHING, passed: 1 } : { passed: 0, failed: 1, notes: [note] });
    }
  };
  await Promise.all(Array.from({ length: CHECKS_AT_ONCE }, work));
  return sum(tallies);
}

async function runTests(name: string, { project, files }: TestSelection, limitS: number): Promise<Tally | "absent"> {
  const pattern =
    project === "sim" ? "packages/*/src/**/*.sim.ts" : "{packages/*/src,scripts,bench}/**/*.test.{ts,tsx}";
  const selected = globSync(pattern, { cwd: root }).filter((path) => files.test(path));
  if (selected.length === 0) return "absent";
  const report = join(scratch, `${name.replaceAll(/[^a-z0-9]+/gi, "-")}.json`);
  rmSync(report, { force: true });
  const reporters = ["--reporter=dot", "--reporter=json", `--outputFile.json=${report}`];
  // Unit tests more than there are cores, since some wait for a clock; simulations measure, and want a core each.
  const workers = project === "unit" ? ["--maxWorkers=4"] : [];
  const end = await runProgram(
    root,
    ["vitest", "run", "--project", project, ...workers, ...reporters, ...selected],
    limitS,
  );
  return tallyTests(existsSync(report) ? readRecord(report) : undefined, end, isCi);
}

/** What ./verify did and found before this program could run. */
function reportSetup(): Tally {
  const took = Number(process.env["WRIT_INSTALL_S"] ?? Number.NaN);
  if (!Number.isNaN(took)) console.log(`install: ${seconds(took)} of ${INSTALL_BUDGET_S} s`);
  const missing = (process.env["WRIT_MISSING"] ?? "").split(" ").filter((name) => name !== "");
  const notes = missing.map(
    (name) => `missing: ${name}, so the tests that need it do not run (on Debian: apt-get install ${name})`,
  );
  for (const note of notes) console.log(note);
  return { passed: 0, failed: isCi ? missing.length : 0, notes };
}

/** The part, or those of its checks, that `--only` names. */
function chosen(part: Part, name: string | undefined): readonly Part[] {
  if (name === undefined || part.name.includes(name)) return [part];
  const checks = part.checks?.filter((check) => check.name.includes(name)) ?? [];
  return checks.length === 0 ? [] : [{ ...part, checks }];
}

function seconds(value: number): string {
  return `${value.toFixed(1)} s`;
}

const only = process.argv.includes("--only") ? process.argv[process.argv.indexOf("--only") + 1] : undefined;
const parts = PARTS.flatMap((part) => chosen(part, only));
if (parts.length === 0) {
  const names = PARTS.flatMap(({ name, checks }) => [name, ...(checks ?? []).map((check) => check.name)]);
  console.error(`no part is called ${only}; there are: ${names.join(", ")}`);
  process.exit(2);
}

mkdirSync(scratch, { recursive: true });
const startedAt = performance.now();
const tallies = [reportSetup()];
for (const part of parts) tallies.push(await runPart(part));
const total = sum(tallies);
const took = (performance.now() - startedAt) / 1_000;
console.log(`all: ${seconds(took)} of ${TOTAL_BUDGET_S} s${took > TOTAL_BUDGET_S ? "  OVER BUDGET" : ""}`);
for (const note of total.notes) console.log(`  ${note.split("\n")[0]}`);
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed === 0 ? 0 : 1;

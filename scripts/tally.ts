import { recordsIn, type JsonRecord } from "./json-file.ts";

/** How many passed and failed, and what a reader must see of it. */
export interface Tally {
  readonly passed: number;
  readonly failed: number;
  /** Failures with the end of their output, names of tests that were skipped. */
  readonly notes: readonly string[];
}

export const NOTHING: Tally = { passed: 0, failed: 0, notes: [] };

const TAIL_LINES = 60;

export function sum(tallies: readonly Tally[]): Tally {
  return {
    passed: tallies.reduce((total, { passed }) => total + passed, 0),
    failed: tallies.reduce((total, { failed }) => total + failed, 0),
    notes: tallies.flatMap(({ notes }) => notes),
  };
}

export function tail(output: string): string {
  return output
    .trimEnd()
    .split("\n")
    .slice(-TAIL_LINES)
    .map((line) => `    ${line}`)
    .join("\n");
}

/**
 * What a test run amounts to.
 *
 * A run without a report, or one that ended badly though no test failed (a file
 * that does not load has no tests to count), is one failure. A skipped test is
 * always named; it fails where everything it needs was to be installed.
 *
 * @param report vitest's JSON report, if it wrote one
 */
export function tallyTests(
  report: JsonRecord | undefined,
  end: { readonly status: number; readonly output: string },
  skippedFails: boolean,
): Tally {
  if (report === undefined) {
    return { passed: 0, failed: 1, notes: [`the tests did not run: status ${end.status}\n${tail(end.output)}`] };
  }
  const failed = count(report, "numFailedTests");
  const skipped = namesOfSkipped(report);
  const uncounted = failed === 0 && end.status !== 0 ? 1 : 0;
  const failures = failed + uncounted > 0 ? [`${failed + uncounted} of the tests failed\n${tail(end.output)}`] : [];
  const skips = skipped.map((name) => `skipped: ${name}`);
  return {
    passed: count(report, "numPassedTests"),
    failed: failed + uncounted + (skippedFails ? skipped.length : 0),
    notes: [...failures, ...skips],
  };
}

function count(report: JsonRecord, key: string): number {
  const value = report[key];
  return typeof value === "number" ? value : 0;
}

function namesOfSkipped(report: JsonRecord): readonly string[] {
  return recordsIn(report, "testResults")
    .flatMap((file) => recordsIn(file, "assertionResults"))
    .filter(({ status }) => status !== "passed" && status !== "failed")
    .map((test) => String(test["fullName"]));
}

import { describe, expect, test } from "vitest";

import { sum, tallyTests } from "./tally.ts";

const ended = { status: 0, output: "" };
const report = {
  numPassedTests: 3,
  numFailedTests: 0,
  testResults: [
    {
      assertionResults: [
        { status: "passed", fullName: "a" },
        { status: "skipped", fullName: "needs a sandbox" },
      ],
    },
  ],
};

describe("counting tests", () => {
  test("names what was skipped, and passes where something may be missing", () => {
    expect(tallyTests(report, ended, false)).toEqual({ passed: 3, failed: 0, notes: ["skipped: needs a sandbox"] });
  });

  test("fails what was skipped where nothing may be missing", () => {
    expect(tallyTests(report, ended, true)).toMatchObject({ passed: 3, failed: 1 });
  });

  test("counts a file that does not load as one failure", () => {
    const tally = tallyTests({ numPassedTests: 3, numFailedTests: 0 }, { status: 1, output: "cannot load" }, false);
    expect(tally).toMatchObject({ passed: 3, failed: 1 });
    expect(tally.notes.join()).toContain("cannot load");
  });

  test("counts a run without a report as one failure", () => {
    expect(tallyTests(undefined, { status: 128, output: "killed" }, false)).toMatchObject({ passed: 0, failed: 1 });
  });

  test("shows the last lines of a long output", () => {
    const output = Array.from({ length: 500 }, (_, line) => `line ${line}`).join("\n");
    const [note] = tallyTests({ numFailedTests: 2 }, { status: 1, output }, false).notes;
    expect(note).toContain("line 499");
    expect(note).not.toContain("line 400\n");
  });

  test("adds up", () => {
    const one = { passed: 1, failed: 2, notes: ["x"] };
    expect(sum([one, one])).toEqual({ passed: 2, failed: 4, notes: ["x", "x"] });
  });
});

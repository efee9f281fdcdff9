import fc from "fast-check";
import { expect, test } from "vitest";

import { approvalLines, approvalShowLines } from "./approval-view.ts";
import { approvalListLines, decisionLines } from "./approvals-view.ts";
import { auditLines } from "./audit-view.ts";
import { doctorLines } from "./doctor-view.ts";
import { errorLines } from "./error-view.ts";
import { BESIDE_PROMPT, WHOLE } from "./extent.ts";
import { factLine } from "./fact-line.ts";
import * as sample from "./gallery-samples.ts";
import { planLines, runHeadLines } from "./plan-view.ts";
import { receiptLines, suggestionLines } from "./receipt-view.ts";
import { policyReplayLines, replayLines } from "./replay-view.ts";
import { runEndLines } from "./run-end-view.ts";
import { runListLines } from "./run-list-view.ts";
import { followedFact } from "./run-show-view.ts";
import type { Screen } from "./screen.ts";
import { textOf, type Line } from "./span.ts";
import { stepRow } from "./step-row.ts";
import { encodeAll } from "./style.ts";
import { displayWidth } from "./width.ts";

/** Members whose text decides how something is drawn; everything else may be anybody's. */
const OURS = new Set([
  "kind",
  "state",
  "reach",
  "answer",
  "change",
  "evidence",
  "verdict",
  "signature",
  "tone",
  "presence",
]);

/** The same view, with foreign text put into every text of it. */
function poisoned<T>(value: T, poison: (text: string) => string, key?: string): T;
function poisoned(value: unknown, poison: (text: string) => string, key = ""): unknown {
  if (typeof value === "string") return OURS.has(key) ? value : poison(value);
  if (Array.isArray(value)) return value.map((item: unknown) => poisoned(item, poison, key));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, poisoned(member, poison, name)]));
}

function everything(screen: Screen, poison: (text: string) => string): readonly Line[] {
  const of = <T>(view: T): T => poisoned(view, poison);
  const approvals = [
    sample.BRIEF_APPROVAL,
    sample.PATCH_APPROVAL,
    sample.DELETE_APPROVAL,
    sample.REQUEST_APPROVAL,
    sample.ARGUMENTS_APPROVAL,
  ].map(of);
  return [
    ...approvals.flatMap((view) => approvalLines(screen, view, BESIDE_PROMPT)),
    ...approvals.flatMap((view) => approvalLines(screen, view, WHOLE)),
    ...approvals.flatMap((view) => approvalShowLines(screen, view)),
    ...planLines(screen, of(sample.PLAN)),
    ...runHeadLines(
      screen,
      of({ goal: "x", steps: sample.DEMO_STEPS, verifiedMs: 1, planHash: sample.digest("a", "b") }),
    ),
    ...of(sample.DEMO_ROWS).flatMap((row) => stepRow(screen, row, 20)),
    ...of(sample.FOLLOWED).flatMap((fact) => followedFact(screen, fact)),
    ...of(sample.DEMO_FACTS).map((fact) => factLine(screen, fact)),
    ...receiptLines(screen, of(sample.RECEIPT)),
    ...suggestionLines(screen, "Try next", of(sample.DEMO_NEXT)),
    ...approvalListLines(screen, of({ rows: sample.APPROVAL_ROWS, more: null })),
    ...decisionLines(screen, of({ kind: "denied", title: "x", run: "y" })),
    ...runEndLines(screen, of({ kind: "rejected", step: "a", by: "b", reason: "c", clauses: ["d"] })),
    ...runListLines(screen, of(sample.RUN_LIST)),
    ...replayLines(screen, of(sample.REPLAY)),
    ...policyReplayLines(screen, of(sample.POLICY_REPLAY)),
    ...auditLines(screen, of(sample.TAMPERED)),
    ...auditLines(screen, of(sample.INTACT)),
    ...doctorLines(screen, of(sample.DOCTOR)),
    ...errorLines(screen, of(sample.WORKFLOW_ERRORS)),
    ...errorLines(screen, of(sample.NO_PLANNER_ERROR)),
  ];
}

const foreign = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        "\u001B[2J\u001B[H",
        "\u001B]8;;http://x\u0007link\u001B]8;;\u0007",
        "\u009B1A",
        "\r",
        "\n",
        "\u0008\u0008",
        "\t",
      ),
      fc.constantFrom("\u202E", "\u200B", "\u{E0041}", "\uD800", "\uFEFF", "日本", "é", "👍"),
      fc.string({ unit: "binary", maxLength: 6 }),
    ),
    { minLength: 1, maxLength: 5 },
  )
  .map((parts) => parts.join(""));

const COLOURS = /\u001B\[(?:2|1|3[1-6]|1;31)m|\u001B\[0m/g;
const ACTED_ON = /[\u0000-\u0009\u000B-\u001F\u007F-\u009F\u202A-\u202E\u2066-\u2069]/;

test("no view lets through what a terminal would act on, in any of its texts", () => {
  let dangerous = 0;
  fc.assert(
    fc.property(
      foreign,
      fc.constantFrom("before", "behind", "instead"),
      fc.constantFrom(80, 50),
      fc.constantFrom("block", "lines"),
      fc.constantFrom("unicode", "ascii"),
      (text, place, columns, form, glyphs) => {
        const screen = { ...sample.SCREEN, colours: "ansi16", columns, form, glyphs } as const;
        const poison = (own: string): string =>
          place === "instead" ? text : place === "before" ? text + own : own + text;
        if (ACTED_ON.test(text)) dangerous += 1;
        const lines = everything(screen, poison);
        const bytes = encodeAll(screen, lines);
        expect(bytes.replace(COLOURS, "")).not.toMatch(ACTED_ON);
        // One row of the screen for each line: no text adds a line of its own.
        expect(bytes.split("\n")).toHaveLength(lines.length + 1);
      },
    ),
    { numRuns: 300 },
  );
  expect(dangerous).toBeGreaterThan(150);
}, 60_000);

test("foreign text in a list of steps never makes a row wider than the screen", () => {
  let long = 0;
  fc.assert(
    fc.property(foreign, fc.nat({ max: 12 }), fc.constantFrom(80, 60, 40), (text, times, columns) => {
      const screen = { ...sample.SCREEN, columns };
      const [row] = sample.DEMO_ROWS;
      if (row === undefined) return;
      const view = { ...row, name: text.repeat(times), detail: text.repeat(times * 2) };
      if (view.detail.length > columns) long += 1;
      for (const line of stepRow(screen, view, 20)) expect(displayWidth(textOf(line))).toBeLessThanOrEqual(columns);
    }),
    { numRuns: 1_000 },
  );
  expect(long).toBeGreaterThan(200);
});

import { durationMs, epochMs, type StepPublicStatus } from "@writ/core";
import { SteppedClock } from "@writ/testkit/stepped-clock";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { recordingTerminal, type RecordingTerminal } from "../terminal.ts";
import { SCREEN } from "./gallery-samples.ts";
import { BETWEEN_FRAMES, runDisplay, type RunDisplay } from "./live-run.ts";
import type { Screen } from "./screen.ts";
import type { StepRowView } from "./view.ts";

/** What a terminal shows after all that was written to it: a screen of endless height. */
function shown(written: string): readonly string[] {
  const rows = [""];
  let at = 0;
  for (const token of written.match(/\u001B\[\d*[AKJ]|\n|\r|[^\u001B\n\r]+/g) ?? []) {
    if (token === "\n") {
      at += 1;
      rows[at] ??= "";
    } else if (token.endsWith("A") && token.startsWith("\u001B")) {
      at = Math.max(0, at - Number(token.slice(2, -1)));
    } else if (token === "\u001B[J") {
      rows.splice(at);
      rows[at] = "";
    } else if (token !== "\r" && token !== "\u001B[K") {
      rows[at] = token;
    }
  }
  return rows.at(-1) === "" ? rows.slice(0, -1) : rows;
}

const row = (name: string, state: StepPublicStatus, detail = "", tookMs: number | null = null): StepRowView => ({
  name,
  state,
  detail,
  tookMs,
});

interface Watched {
  readonly terminal: RecordingTerminal;
  readonly clock: SteppedClock;
  readonly display: RunDisplay;
  readonly interrupted: { count: number };
}

function watch(steps: readonly StepRowView[], screen: Screen = SCREEN): Watched {
  const terminal = recordingTerminal(screen, "keyboard");
  const clock = new SteppedClock();
  const interrupted = { count: 0 };
  const display = runDisplay(terminal, clock, steps, () => {
    interrupted.count += 1;
  });
  return { terminal, clock, display, interrupted };
}

const NOW = epochMs(0);
const STEPS = [
  row("find_code", "pending"),
  row("draft_patch", "pending", "after find_code"),
  row("test_staged", "pending", "after draft_patch"),
];

describe("a live list", () => {
  test("finished rows scroll up and stay, the others are drawn anew", () => {
    const { terminal, clock, display } = watch(STEPS);
    display.update(row("find_code", "running"), NOW);
    clock.pass(41);
    display.update(row("find_code", "completed", "4 places in 2 files", 41), clock.now());
    display.update(row("draft_patch", "running", "local model, 812 tokens"), clock.now());
    clock.pass(1_320);
    expect(shown(terminal.written.out)).toEqual([
      "  ✓ find_code       4 places in 2 files                               41 ms",
      "  ● draft_patch     local model, 812 tokens                           1.3 s",
      "  ○ test_staged     after draft_patch",
    ]);
  });

  test("is drawn at most ten times a second", () => {
    const { terminal, clock, display } = watch(STEPS);
    for (let times = 0; times < 1_000; times += 1) {
      display.update(row("find_code", "running", `file ${times}`), clock.now());
      clock.pass(2);
    }
    const frames = terminal.written.out.split("\r").length - 1;
    expect(frames).toBeLessThanOrEqual(2_000 / BETWEEN_FRAMES + 1);
    expect(frames).toBeGreaterThan(10);
    expect(shown(terminal.written.out)[0]).toContain("file 9");
  });

  test("rests while nothing moves", () => {
    const { terminal, clock, display } = watch([row("write_brief", "pending")]);
    display.update(row("write_brief", "awaiting_gate", "waits for you"), NOW);
    clock.pass(1_000);
    const { length } = terminal.written.out;
    clock.pass(3_600_000);
    expect(terminal.written.out).toHaveLength(length);
  });

  test("has at most 12 rows, the urgent ones first, and counts the others", () => {
    const many = Array.from({ length: 1_000 }, (_, at) => row(`step_${at}`, "pending"));
    const { terminal, clock, display } = watch(many);
    display.update(row("step_700", "running"), NOW);
    display.update(row("step_900", "awaiting_gate", "waits for you"), NOW);
    clock.pass(BETWEEN_FRAMES);
    const rows = shown(terminal.written.out);
    expect(rows).toHaveLength(12);
    expect(rows[0]).toContain("◆ step_900");
    expect(rows[1]).toContain("● step_700");
    expect(rows.at(-1)).toBe("    … 989 more steps");
  });

  test("at rest leaves room for the prompt below it", () => {
    const { terminal, display } = watch(Array.from({ length: 20 }, (_, at) => row(`s${at}`, "pending")));
    display.update(row("s0", "awaiting_gate", "waits for you"), NOW);
    display.rest();
    const rows = shown(terminal.written.out).map((line) => line.trimEnd());
    expect(rows).toEqual(["  ◆ s0              waits for you", "  ○ s1", "  ○ s2", "    … 17 more steps"]);
  });

  test("keeps below the height of a small window", () => {
    const { terminal, display } = watch(
      Array.from({ length: 20 }, (_, at) => row(`s${at}`, "ready")),
      { ...SCREEN, rows: 6 },
    );
    display.update(row("s0", "running"), NOW);
    expect(shown(terminal.written.out)).toHaveLength(4);
  });

  test("comes to rest for a prompt, and goes on below it", () => {
    const { terminal, display } = watch([row("a", "pending"), row("b", "pending")]);
    display.update(row("a", "awaiting_gate", "waits for you"), NOW);
    display.rest();
    terminal.raw("out", "PROMPT\n");
    display.update(row("a", "completed", "done", 4), NOW);
    display.rest();
    display.rest();
    const rows = shown(terminal.written.out).map((line) => line.trimEnd());
    expect(rows).toEqual([
      "  ◆ a               waits for you",
      "  ○ b",
      "PROMPT",
      "  ✓ a               done                                               4 ms",
      "  ○ b",
    ]);
  });

  test("every frame leaves whole rows behind, whenever the process ends", () => {
    let finished = 0;
    const states = fc.constantFrom<StepPublicStatus>(
      "running",
      "completed",
      "failed",
      "awaiting_gate",
      "in_doubt",
      "ready",
    );
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat({ max: 4 }), states, fc.nat({ max: 400 })), { maxLength: 30, size: "max" }),
        (moves) => {
          const { terminal, clock, display } = watch(
            Array.from({ length: 5 }, (_, at) => row(`step_${at}`, "pending")),
          );
          const done = new Set<number>();
          for (const [at, state, ms] of moves) {
            if (done.has(at)) continue;
            if (state === "completed" || state === "failed") done.add(at);
            display.update(row(`step_${at}`, state, "", 1), clock.now());
            clock.pass(ms);
            expect(terminal.written.out.endsWith("\u001B[J") || terminal.written.out === "").toBe(true);
            // Each step stands on the screen exactly once, or not yet before the first frame.
            const names = shown(terminal.written.out).map((line) => line.trim().split(" ")[1]);
            expect(new Set(names).size).toBe(names.length);
          }
          display.rest();
          finished += done.size;
          const names = shown(terminal.written.out).map((line) => line.trim().split(" ")[1] ?? "");
          expect(new Set(names).size).toBe(names.length);
          for (const at of done) expect(names).toContain(`step_${at}`);
        },
      ),
      { numRuns: 300 },
    );
    expect(finished).toBeGreaterThan(300);
  });

  test("drops what is typed, and hands on Ctrl-C", () => {
    const { terminal, display, interrupted } = watch(STEPS);
    display.update(row("find_code", "running"), NOW);
    terminal.press("hello\r");
    expect(interrupted.count).toBe(0);
    terminal.press("\u0003");
    expect(interrupted.count).toBe(1);
    display.rest();
    terminal.press("\u0003");
    expect(interrupted.count).toBe(1);
  });

  test("a window that became narrower is cleared of the rows it wrapped", () => {
    let columns = 80;
    const terminal = recordingTerminal(SCREEN);
    const clock = new SteppedClock();
    const display = runDisplay(
      { ...terminal, screen: () => ({ ...SCREEN, columns }) },
      clock,
      [row("a", "pending")],
      () => undefined,
    );
    display.update(row("a", "running", "x".repeat(50), 1_000), NOW);
    columns = 40;
    display.update(row("a", "running", "y", 1_000), NOW);
    clock.pass(durationMs(100));
    expect(terminal.written.out).toContain("\u001B[2A");
  });
});

describe("without a terminal", () => {
  test("each step that comes to rest is one line", () => {
    const { terminal, clock, display } = watch(STEPS, { ...SCREEN, form: "lines" });
    const at = epochMs(Date.UTC(2026, 10, 20, 14, 2, 8));
    display.update(row("find_code", "running"), at);
    display.update(row("find_code", "completed", '3 new "documents" of 12', 9.6), at);
    display.update(row("draft_patch", "failed", "", 31), at);
    clock.pass(10_000);
    display.rest();
    expect(terminal.written.out).toBe(
      '2026-11-20T14:02:08Z step find_code completed 9ms "3 new \\"documents\\" of 12"\n' +
        "2026-11-20T14:02:08Z step draft_patch failed 31ms\n",
    );
  });
});

import { durationMs, type EpochMs, type StepPublicStatus } from "@writ/core";
import type { Clock } from "@writ/runtime";

import type { Terminal } from "../terminal.ts";
import { factLine } from "./fact-line.ts";
import { counted } from "@writ/core/text/figure";
import { INTERRUPT } from "./line-editor.ts";
import { frame, type Drawn } from "./live-frame.ts";
import { say, type Line } from "./span.ts";
import type { Screen } from "./screen.ts";
import { detailColumn, stepRow } from "./step-row.ts";
import type { StepRowView } from "./view.ts";

/** A run while somebody looks on. */
export interface RunDisplay {
  /**
   * A step as it is now.
   *
   * @param at the instant of the fact that made it so
   */
  update(row: StepRowView, at: EpochMs): void;
  /** Leaves everything as it stands, for a prompt or for good. A later update begins below. */
  rest(): void;
}

/** At most ten frames a second. */
export const BETWEEN_FRAMES = durationMs(100);

/** How often running steps show that time passes. */
const TICK = durationMs(250);

const MOST_ROWS = 12;

/** Steps not yet started that stay on the screen at rest: what comes below is more important then. */
const NEXT_AT_REST = 3;

const FINISHED: ReadonlySet<StepPublicStatus> = new Set([
  "completed",
  "failed",
  "skipped",
  "blocked",
  "cancelled",
  "compensated",
]);
const URGENCY: readonly StepPublicStatus[] = [
  "in_doubt",
  "awaiting_gate",
  "running",
  "compensating",
  "ready",
  "pending",
];

/**
 * A live list where rows can be drawn anew, else a line for each step that comes to rest.
 *
 * @param steps all that are known, in the plan's order
 * @param interrupt called for Ctrl-C, which is a key while the list is live
 */
export function runDisplay(
  terminal: Terminal,
  clock: Clock,
  steps: readonly StepRowView[],
  interrupt: () => void,
): RunDisplay {
  return terminal.canRedraw ? new LiveRun(terminal, clock, steps, interrupt) : lineRun(terminal);
}

function lineRun(terminal: Terminal): RunDisplay {
  return {
    update: (row, at) => {
      if (!FINISHED.has(row.state) && row.state !== "in_doubt") return;
      const { name, state, tookMs, detail } = row;
      const view = {
        at,
        noun: "step",
        name,
        state,
        tookMs,
        words: [],
        values: [],
        text: detail === "" ? null : detail,
      };
      terminal.out([factLine(terminal.screen(), view)]);
    },
    rest: () => undefined,
  };
}

class LiveRun implements RunDisplay {
  readonly #terminal: Terminal;
  readonly #clock: Clock;
  readonly #interrupt: () => void;
  readonly #column: number;
  /** Steps not yet finished, in the plan's order, each with the instant its `tookMs` was true. */
  readonly #open: Map<string, { readonly row: StepRowView; readonly at: EpochMs }>;
  #finished: StepRowView[] = [];
  #drawn: Drawn = [];
  #paintedAt: EpochMs | null = null;
  /** Whether anything changed since the list last came to rest. */
  #hasNews = true;
  #cancel: (() => void) | null = null;
  #release: (() => void) | null = null;

  constructor(terminal: Terminal, clock: Clock, steps: readonly StepRowView[], interrupt: () => void) {
    this.#terminal = terminal;
    this.#clock = clock;
    this.#interrupt = interrupt;
    this.#column = detailColumn(steps.map((step) => step.name));
    this.#open = new Map(steps.map((row) => [row.name, { row, at: clock.now() }]));
  }

  update(row: StepRowView, at: EpochMs): void {
    // Typing would be echoed into the list; while it is live, keys are heard and dropped.
    this.#release ??=
      this.#terminal.keyboard?.overhear((keys) => {
        if (keys?.includes(INTERRUPT) === true) this.#interrupt();
      }) ?? null;
    this.#hasNews = true;
    if (FINISHED.has(row.state)) {
      this.#open.delete(row.name);
      this.#finished.push(row);
    } else {
      this.#open.set(row.name, { row, at });
    }
    this.#paintSoon();
  }

  rest(): void {
    if (this.#hasNews) this.#paint(this.#urgent() + NEXT_AT_REST);
    this.#hasNews = false;
    this.#stopTimer();
    this.#drawn = [];
    this.#paintedAt = null;
    this.#release?.();
    this.#release = null;
  }

  #paintSoon(): void {
    const since = this.#paintedAt === null ? BETWEEN_FRAMES : this.#clock.now() - this.#paintedAt;
    if (since >= BETWEEN_FRAMES) return this.#paint();
    this.#paintAfter(BETWEEN_FRAMES - since);
  }

  #stopTimer(): void {
    this.#cancel?.();
    this.#cancel = null;
  }

  #paintAfter(ms: number): void {
    this.#stopTimer();
    this.#cancel = this.#clock.after(durationMs(ms), () => this.#paint());
  }

  #paint(most = MOST_ROWS): void {
    this.#stopTimer();
    const screen = this.#terminal.screen();
    const staying = this.#finished.flatMap((row) => stepRow(screen, row, this.#column));
    this.#finished = [];
    const { text, drawn } = frame(screen, this.#drawn, staying, this.#rows(screen, Math.min(most, MOST_ROWS)));
    if (staying.length > 0 || drawn.length > 0 || this.#drawn.length > 0) this.#terminal.raw("out", text);
    this.#drawn = drawn;
    this.#paintedAt = this.#clock.now();
    const isMoving = [...this.#open.values()].some(
      ({ row }) => row.state === "running" || row.state === "compensating",
    );
    if (isMoving) this.#paintAfter(TICK);
  }

  /** How many open steps have begun. */
  #urgent(): number {
    return [...this.#open.values()].filter(({ row }) => row.state !== "pending" && row.state !== "ready").length;
  }

  /** Open steps, most urgent first, as many as fit; the others are counted. */
  #rows(screen: Screen, atMost: number): readonly Line[] {
    const now = this.#clock.now();
    const open = URGENCY.flatMap((state) => [...this.#open.values()].filter(({ row }) => row.state === state));
    const most = Math.max(2, Math.min(atMost, screen.rows - 2));
    const lines: Line[] = [];
    for (const [index, { row, at }] of open.entries()) {
      const isRunning = row.state === "running" || row.state === "compensating";
      const tookMs = isRunning ? (row.tookMs ?? 0) + Math.max(0, now - at) : row.tookMs;
      const drawn = stepRow(screen, { ...row, tookMs }, this.#column);
      const isLast = index === open.length - 1;
      if (lines.length + drawn.length > (isLast ? most : most - 1)) {
        return [...lines, say(screen, "dim", `    … ${counted(open.length - index, "more step")}`)];
      }
      lines.push(...drawn);
    }
    return lines;
  }
}

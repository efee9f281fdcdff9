import { epochMs, OrchestratorError, runStatus, taskView, type Entry, type RunId, type RunState } from "@writ/core";
import { type Clock, type ControlRequest, INTERRUPT_PATIENCE, type RunDesk } from "@writ/runtime";
import type { Setting } from "./command-module.ts";
import { namesFor } from "./compose-user.ts";
import { reportError } from "./error-report.ts";
import { Following, type Seen } from "./follow.ts";
import { askApproval } from "./terminal/ask.ts";
import { approvalLines } from "./terminal/approval-view.ts";
import { BESIDE_PROMPT } from "./terminal/extent.ts";
import { factLine } from "./terminal/fact-line.ts";
import { runDisplay, type RunDisplay } from "./terminal/live-run.ts";
import type { Screen } from "./terminal/screen.ts";
import { approvalView, wordFor } from "./views/approval.ts";
import { plannedRows, StepRows } from "./views/steps.ts";

/** Why an answer may come too late, although nothing is wrong. */
const OVERTAKEN: ReadonlySet<string> = new Set([
  "evidence_drift",
  "approval_void",
  "approval_expired",
  "approval_already_decided",
]);

/** What to do at a gate: ask the person at the terminal, wait for anybody, or leave. */
export type OnApproval = "ask" | "wait" | "exit";

export interface Driven {
  readonly state: RunState;
  readonly wasInterrupted: boolean;
}

export interface DriveOptions {
  /** Entries up to this version were shown before. */
  readonly since?: number;
  /** Called for each entry, before anything is shown; for streams of events. */
  readonly seen?: (entry: Entry) => void;
}

/**
 * Follows a run for a person: a live list, the questions, until it is over or
 * waits for somebody else. The run itself is driven by whoever owns the workspace.
 */
export class Drive {
  readonly #desk: RunDesk;
  readonly #run: RunId;
  readonly #setting: Setting;
  readonly #clock: Clock;
  readonly #stop = new AbortController();
  #wasInterrupted = false;
  #isMoving = false;
  readonly #rows = new StepRows();
  #display: RunDisplay | null = null;
  readonly #since: number;
  readonly #seen: (entry: Entry) => void;

  constructor(
    desk: RunDesk,
    run: RunId,
    setting: Setting,
    clock: Clock,
    { since = 0, seen = () => undefined }: DriveOptions = {},
  ) {
    this.#since = since;
    this.#desk = desk;
    this.#run = run;
    this.#setting = setting;
    this.#clock = clock;
    this.#seen = seen;
  }

  async until(onApproval: OnApproval, isQuiet: boolean): Promise<Driven> {
    const following = await Following.of(this.#desk, this.#run);
    const interrupt = (): void => this.#interrupt();
    process.once("SIGINT", interrupt);
    const see = ({ entry, state }: Seen): void => {
      this.#seen(entry);
      if (!isQuiet) this.#show(entry, state);
    };
    try {
      for (;;) {
        this.#isMoving = true;
        await following.untilItRests(see, this.#stop.signal);
        this.#isMoving = false;
        this.#display?.rest();
        const { state } = following;
        if (this.#wasInterrupted) return { state, wasInterrupted: true };
        if (runStatus(state) !== "awaiting_gate" || onApproval === "exit") return { state, wasInterrupted: false };
        const goesOn = onApproval === "ask" ? await this.#ask(state) : await this.#waits(state, following, see);
        if (!goesOn) return { state, wasInterrupted: this.#wasInterrupted };
      }
    } finally {
      process.removeListener("SIGINT", interrupt);
      this.#display?.rest();
    }
  }

  /** The first time a run that moves is given a moment to come to rest; else it is left as it stands. */
  #interrupt(): void {
    const isFirst = !this.#wasInterrupted;
    this.#wasInterrupted = true;
    if (isFirst && this.#isMoving) void this.#letGo();
    else this.#stop.abort();
  }

  async #letGo(): Promise<void> {
    const late = this.#clock.after(INTERRUPT_PATIENCE, () => this.#stop.abort());
    this.#stop.signal.addEventListener("abort", late, { once: true });
    try {
      if ((await this.#desk.interrupt(this.#run)) === "goes_on") this.#stop.abort();
    } catch (error) {
      // A run that is over, or that cannot be written to, is not paused; leaving it is right all the same.
      if (!(error instanceof OrchestratorError)) throw error;
      this.#stop.abort();
    }
  }

  #show(entry: Entry, state: RunState): void {
    if (state.plan === null || entry.version <= this.#since) return;
    this.#display ??= runDisplay(this.#setting.terminal, this.#clock, plannedRows(state), () => this.#interrupt());
    this.#rows.show(this.#display, entry, state);
    const { terminal } = this.#setting;
    if (terminal.canRedraw) return;
    // One that the same entry voided asks nobody.
    const voided = new Set(entry.facts.flatMap((fact) => (fact.type === "approval_voided" ? [fact.approval] : [])));
    for (const fact of entry.facts) {
      if (fact.type === "approval_requested" && !voided.has(fact.approval))
        terminal.out([approvalLine(terminal.screen(), entry.at, fact.approval, fact.step, fact.binding.tier)]);
    }
  }

  /** Asks about every open request, one after another. False when the person left one open. */
  async #ask(state: RunState): Promise<boolean> {
    const { terminal } = this.#setting;
    for (const gate of [...state.gates.values()]) {
      if (gate.status !== "open" || gate.request === null) continue;
      const view = await this.#desk.approvalNamed(gate.request.approval);
      if (view.status !== "waiting") continue;
      const detail = await this.#desk.approvalDetail(view);
      const shown = approvalView(detail, this.#clock.now(), namesFor(this.#setting.world));
      terminal.out([[], ...approvalLines(terminal.screen(), shown, BESIDE_PROMPT), []]);
      const decided = this.#decidedElsewhere(view.approval_id);
      const answer = await askApproval(
        terminal,
        this.#clock,
        shown,
        wordFor(shown),
        AbortSignal.any([this.#stop.signal, decided.signal]),
      );
      decided.release();
      if (answer.kind === "later") return decided.signal.aborted && !this.#stop.signal.aborted;
      await this.#decide(
        answer.kind === "approved"
          ? { method: "approve", approval: view.approval_id }
          : { method: "deny", approval: view.approval_id, reason: answer.reason },
      );
      terminal.out([[]]);
    }
    return true;
  }

  /** Aborts when somebody else answers, or nobody may any more. */
  #decidedElsewhere(approval: string): { readonly signal: AbortSignal; readonly release: () => void } {
    const controller = new AbortController();
    const look = async (): Promise<void> => {
      const view = await this.#desk.store.views.approval(approval);
      if (view?.status !== "waiting") controller.abort();
    };
    return { signal: controller.signal, release: this.#desk.nudges(() => void look()) };
  }

  /** What moved, expired or was decided elsewhere meanwhile is said, and the run is looked at again. */
  async #decide(request: ControlRequest): Promise<void> {
    try {
      await this.#desk.send(request);
    } catch (error) {
      if (!(error instanceof OrchestratorError) || !OVERTAKEN.has(error.code)) throw error;
      reportError(this.#setting, error, false);
    }
  }

  /** Resolves when the run moved or its request expired. */
  async #waits(state: RunState, following: Following, see: (seen: Seen) => void): Promise<boolean> {
    const { version } = state;
    for (;;) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const deaf = this.#desk.nudges(resolve);
      const alarm = setInterval(resolve, 1_000);
      this.#stop.signal.addEventListener("abort", () => resolve(), { once: true });
      try {
        await following.look(see);
        if (this.#stop.signal.aborted || state.version > version) return !this.#stop.signal.aborted;
        await promise;
      } finally {
        clearInterval(alarm);
        deaf();
      }
    }
  }
}

/** `2026-11-20T14:02:08Z approval apr_… waiting write_brief local_write` */
function approvalLine(screen: Screen, at: number, approval: string, step: string, tier: string) {
  return factLine(screen, {
    at: epochMs(at),
    noun: "approval",
    name: approval,
    state: "waiting",
    tookMs: null,
    words: [step, tier],
    values: [],
    text: null,
  });
}

/** The documented answer of `--json`. */
export async function taskJson(desk: RunDesk, run: RunId) {
  const { state, approvals, artifacts } = await desk.history(run);
  return taskView(state, approvals, artifacts);
}

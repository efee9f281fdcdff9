import { durationMs, type ApprovalView, type JournalEvent } from "@writ/core";

import type { DurableEntry } from "../engine/run-actor.ts";
import type { Clock } from "../ports/clock.ts";
import type { Notice, Notifier } from "../ports/notifier.ts";
import type { ApprovalPosition, Notices, Views } from "../ports/store.ts";

/** Where nobody is told: people look into the inbox. */
export const silentNotifier: Notifier = { notify: () => Promise.resolve() };

export interface EscalationPorts {
  readonly waiting: Views["waiting"];
  readonly claim: Notices["claim"];
  readonly clock: Clock;
  readonly notifier: Notifier;
  /** How long a request may wait before it is escalated. */
  readonly slaMs: number;
}

/** Requests looked at at once. */
const PAGE = 100;
/** How long it is until what waits is looked for again where that failed. */
const AGAIN_MS = 60_000;

/**
 * Tells that a request came, was decided, or waits longer than it should. It
 * stands beside the work: nothing waits for it, and what it cannot say is lost.
 * Escalates each request at most once: that it was is kept before it is told.
 * However many wait, there is one timer, for the one that has waited longest.
 */
export class Escalation {
  readonly #ports: EscalationPorts;
  #timer: { readonly at: number; readonly cancel: () => void } | null = null;
  /** The last request that was escalated: what waits longer than it was, too. */
  #told: ApprovalPosition | null = null;
  #isStopped = false;
  readonly #under = new Set<Promise<void>>();

  constructor(ports: EscalationPorts) {
    this.#ports = ports;
  }

  /** Requests that waited before this process began are counted from when they were made. */
  async recover(): Promise<void> {
    await this.#look();
  }

  /** An entry became durable. */
  noticed(entry: DurableEntry): void {
    for (const fact of entry.facts) this.#hear(fact, entry);
  }

  /** Nothing is told after this; what is being told is waited for. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#timer?.cancel();
    await Promise.all(this.#under);
  }

  #hear(fact: JournalEvent, { run, at }: DurableEntry): void {
    const decision = decisionOf(fact);
    if (fact.type === "approval_requested") {
      this.#tell({ type: "approval_created", run, step: fact.step, approval: fact.approval });
      // A clock that was set back makes a request older than those that were told.
      if (this.#told !== null && at <= this.#told.at) this.#told = { at: at - 1, approval: "" };
      this.#arm(at + this.#ports.slaMs);
    } else if (decision !== null && "approval" in fact && typeof fact.approval === "string") {
      this.#tell({ type: "approval_decided", run, step: fact.step, approval: fact.approval, decision });
    }
  }

  /** One that was decided meanwhile leaves its instant armed: then it is seen who waits longest, and armed for. */
  #arm(at: number): void {
    if (this.#isStopped || (this.#timer !== null && this.#timer.at <= at)) return;
    const { clock } = this.#ports;
    this.#timer?.cancel();
    const cancel = clock.after(durationMs(Math.max(0, at - clock.now())), () => {
      this.#timer = null;
      this.#beside(() => this.#look());
    });
    this.#timer = { at, cancel };
  }

  /** Escalates who waits too long, and sets the timer for who comes next. */
  async #look(): Promise<void> {
    const { waiting, clock, slaMs } = this.#ports;
    try {
      for (;;) {
        const page = await waiting(this.#told, PAGE);
        for (const view of page) {
          const due = view.requested_at_ms + slaMs;
          if (due > clock.now()) return this.#arm(due);
          this.#told = { at: view.requested_at_ms, approval: view.approval_id };
          this.#escalate(view);
        }
        if (page.length < PAGE || this.#isStopped) return;
      }
    } catch (error) {
      this.#arm(clock.now() + AGAIN_MS);
      throw error;
    }
  }

  #tell(notice: Notice): void {
    this.#beside(() => this.#ports.notifier.notify(notice));
  }

  /** Somebody may have been told by a process that is gone. */
  #escalate({ run_id: run, step, approval_id: approval, requested_at_ms: since }: ApprovalView): void {
    const { claim, clock, notifier } = this.#ports;
    const waitedMs = clock.now() - since;
    this.#beside(async () => {
      if (await claim(`escalated ${approval}`, clock.now()))
        await notifier.notify({ type: "approval_escalated", run, step, approval, waitedMs });
    });
  }

  #beside(act: () => Promise<void>): void {
    const telling = this.#tried(act).finally(() => this.#under.delete(telling));
    this.#under.add(telling);
  }

  /** Whatever goes wrong in telling is its own affair: it must never stop a run. */
  async #tried(act: () => Promise<void>): Promise<void> {
    try {
      await act();
    } catch (error) {
      if (!(error instanceof Error)) throw error;
    }
  }
}

function decisionOf(fact: JournalEvent): "granted" | "denied" | "expired" | "voided" | null {
  switch (fact.type) {
    case "approval_granted":
      return "granted";
    case "approval_denied":
      return "denied";
    case "approval_expired":
      return "expired";
    case "approval_voided":
      return "voided";
    default:
      return null;
  }
}

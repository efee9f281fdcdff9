import type { ApprovalView } from "@writ/core";

import type { DurableEntry } from "../engine/run-actor.ts";
import type { Clock } from "../ports/clock.ts";
import type { ApprovalPosition, Views } from "../ports/store.ts";
import { Alarm } from "./alarm.ts";
import { SideWork } from "./side-work.ts";
import type { Telling } from "./telling.ts";

export interface EscalationPorts {
  readonly waiting: Views["waiting"];
  readonly clock: Clock;
  /** Says that a request waits too long; it knows whether that was said before. */
  readonly escalated: Telling["escalated"];
  /** How long a request may wait before it is escalated. */
  readonly slaMs: number;
}

/** Requests looked at at once. */
const PAGE = 100;
/** How long it is until what waits is looked for again where that failed. */
const AGAIN_MS = 60_000;

/**
 * Sees which request waits longer than it should. It stands beside the work: nothing waits for it. However many wait,
 * there is one timer, for the one that has waited longest.
 */
export class Escalation {
  readonly #ports: EscalationPorts;
  readonly #alarm: Alarm;
  readonly #looks = new SideWork();
  /** The last request that was escalated: what waits longer than it was, too. */
  #told: ApprovalPosition | null = null;
  #isStopped = false;

  constructor(ports: EscalationPorts) {
    this.#ports = ports;
    this.#alarm = new Alarm(ports.clock, () => this.#looks.begin(() => this.#look()));
  }

  /** Requests that waited before this process began are counted from when they were made. */
  async recover(): Promise<void> {
    await this.#look();
  }

  /** An entry became durable. */
  noticed({ facts, at }: Pick<DurableEntry, "facts" | "at">): void {
    if (!facts.some(({ type }) => type === "approval_requested")) return;
    // A clock that was set back makes a request older than those that were told.
    if (this.#told !== null && at <= this.#told.at) this.#told = { at: at - 1, approval: "" };
    this.#alarm.set(at + this.#ports.slaMs);
  }

  /** No timer fires after this; a look that is under way is waited for. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#alarm.stop();
    await this.#looks.settled();
  }

  /**
   * Escalates who waits too long, and sets the timer for who comes next. One that was decided meanwhile leaves its
   * instant set: then it is seen who waits longest.
   */
  async #look(): Promise<void> {
    const { waiting, clock, slaMs } = this.#ports;
    try {
      for (;;) {
        const page = await waiting(this.#told, PAGE);
        for (const view of page) {
          const due = view.requested_at_ms + slaMs;
          if (due > clock.now()) return this.#alarm.set(due);
          this.#told = { at: view.requested_at_ms, approval: view.approval_id };
          this.#escalate(view);
        }
        if (page.length < PAGE || this.#isStopped) return;
      }
    } catch (error) {
      this.#alarm.set(clock.now() + AGAIN_MS);
      throw error;
    }
  }

  #escalate({ run_id: run, step, approval_id: approval, tier, requested_at_ms: since }: ApprovalView): void {
    const waitedMs = this.#ports.clock.now() - since;
    this.#ports.escalated({ type: "approval_escalated", run, step, approval, tier, waitedMs });
  }
}

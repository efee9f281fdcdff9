import { durationMs, type JournalEvent } from "@writ/core";

import type { DurableEntry } from "../engine/run-actor.ts";
import type { Clock } from "../ports/clock.ts";
import type { Notice, Notifier } from "../ports/notifier.ts";
import type { Notices, Views } from "../ports/store.ts";

/** Where nobody is told: people look into the inbox. */
export const silentNotifier: Notifier = { notify: () => Promise.resolve() };

export interface EscalationPorts {
  readonly approvals: Views["approvals"];
  readonly claim: Notices["claim"];
  readonly clock: Clock;
  readonly notifier: Notifier;
  /** How long a request may wait before it is escalated. */
  readonly slaMs: number;
}

/** The longest delay a clock is asked for; a later escalation is armed again by then. */
const LONGEST = 2_000_000_000;

/**
 * Tells that a request came, was decided, or waits longer than it should. It
 * stands beside the work: nothing waits for it, and what it cannot say is lost.
 * Escalates each request at most once: that it was is kept before it is told.
 */
export class Escalation {
  readonly #ports: EscalationPorts;
  readonly #timers = new Map<string, () => void>();
  readonly #under = new Set<Promise<void>>();

  constructor(ports: EscalationPorts) {
    this.#ports = ports;
  }

  /** Requests that waited before this process began are counted from when they were made. */
  async recover(): Promise<void> {
    const waiting = await this.#ports.approvals({ statuses: ["waiting"], run: null, limit: 10_000 });
    for (const each of waiting) {
      this.#arm({ run: each.run_id, step: each.step, approval: each.approval_id }, each.requested_at_ms);
    }
  }

  /** An entry became durable. */
  noticed(entry: DurableEntry): void {
    for (const fact of entry.facts) this.#hear(fact, entry);
  }

  /** Nothing is told after this; what is being told is waited for. */
  async stop(): Promise<void> {
    for (const cancel of this.#timers.values()) cancel();
    this.#timers.clear();
    await Promise.all(this.#under);
  }

  #hear(fact: JournalEvent, { run, at }: DurableEntry): void {
    const decision = decisionOf(fact);
    if (fact.type === "approval_requested") {
      const about = { run, step: fact.step, approval: fact.approval };
      this.#tell({ type: "approval_created", ...about });
      this.#arm(about, at);
    } else if (decision !== null && "approval" in fact && typeof fact.approval === "string") {
      this.#disarm(fact.approval);
      this.#tell({ type: "approval_decided", run, step: fact.step, approval: fact.approval, decision });
    } else if (fact.type === "run_ended") {
      for (const key of this.#timers.keys()) if (key.startsWith(`${run} `)) this.#drop(key);
    }
  }

  #arm(about: { readonly run: string; readonly step: string; readonly approval: string }, since: number): void {
    const { clock, slaMs } = this.#ports;
    const key = `${about.run} ${about.approval}`;
    this.#drop(key);
    const rest = Math.max(0, since + slaMs - clock.now());
    const fire = (): void => {
      this.#timers.delete(key);
      const waitedMs = clock.now() - since;
      if (waitedMs < slaMs) this.#arm(about, since);
      else this.#escalate({ type: "approval_escalated", ...about, waitedMs });
    };
    this.#timers.set(key, clock.after(durationMs(Math.min(rest, LONGEST)), fire));
  }

  #disarm(approval: string): void {
    for (const key of this.#timers.keys()) if (key.endsWith(` ${approval}`)) this.#drop(key);
  }

  #drop(key: string): void {
    this.#timers.get(key)?.();
    this.#timers.delete(key);
  }

  #tell(notice: Notice): void {
    this.#beside(() => this.#ports.notifier.notify(notice));
  }

  /** Somebody may have been told by a process that is gone. */
  #escalate(notice: Notice): void {
    const { claim, clock, notifier } = this.#ports;
    this.#beside(async () => {
      if (await claim(`escalated ${notice.approval}`, clock.now())) await notifier.notify(notice);
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

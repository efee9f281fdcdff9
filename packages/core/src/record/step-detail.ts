import type { Json } from "../base/json.ts";
import type { Payload } from "../base/payload.ts";
import type { Entry } from "../journal/entry.ts";
import type { JournalEvent } from "../run/event.ts";
import { needsOf } from "../plan/block.ts";
import { stepStatus } from "../run/status.ts";
import type { RunState } from "../run/state.ts";
import { stepHistories, type StepHistory } from "./timeline.ts";

/** Everything that is known of one step: what it was called with, what came back, what that was worth. */
export interface StepDetail extends Omit<StepHistory, "path"> {
  readonly id: string;
  readonly status: string;
  readonly approval_mode: string | null;
  readonly needs: readonly string[];
  /** As they were sent last; null before anything was, and once they were erased. */
  readonly args: Json;
  readonly output: Json;
  readonly idempotency_key: string | null;
  /** Requests for a decision on it, oldest first. */
  readonly approvals: readonly string[];
  /** What its newest request rests on, as it was frozen. */
  readonly evidence: readonly { readonly ref: string; readonly value: Json }[];
  /** Positions of the entries that tell of it; null where none does yet. */
  readonly journal: { readonly first: number; readonly last: number } | null;
  readonly output_erased: boolean;
}

/** @returns null for a step the run does not have */
export function stepDetail(state: RunState, entries: readonly Entry[], path: string): StepDetail | null {
  const step = state.steps.get(path) ?? null;
  const planned = state.plan?.block.steps.find(({ id }) => id === path);
  if (step === null && planned === undefined) return null;
  const own = entries.filter(({ facts }) => facts.some((fact) => isAbout(fact, path)));
  const facts = own.flatMap((entry) => entry.facts).filter((fact) => isAbout(fact, path));
  const history = stepHistories(own).find((each) => each.path === path);
  const started = facts.findLast((fact) => fact.type === "step_started");
  const requested = facts.findLast((fact) => fact.type === "approval_requested");
  const tool = started?.tool ?? (planned?.kind === "tool" ? planned.tool : null);
  return {
    id: path,
    tool,
    status: stepStatus(state, step),
    approval_mode: tool === null ? null : (state.rules.tools.get(tool)?.spec.tier ?? "destructive"),
    needs: planned === undefined ? [] : [...new Set(needsOf(planned))],
    attempts: history?.attempts ?? [],
    verdict: history?.verdict ?? null,
    scores: history?.scores ?? {},
    reason: history?.reason ?? null,
    error: history?.error ?? null,
    args: shown(started?.args ?? requested?.args ?? null),
    output: shown(step?.output ?? null),
    output_erased: step?.output?.isErased ?? false,
    idempotency_key: step?.key ?? null,
    approvals: facts.flatMap((fact) => (fact.type === "approval_requested" ? [fact.approval] : [])),
    evidence: (requested?.evidence ?? []).map(({ ref, value }) => ({ ref, value: shown(value) })),
    journal: own.length === 0 ? null : { first: own[0]?.seq ?? 0, last: own.at(-1)?.seq ?? 0 },
  };
}

function isAbout(fact: JournalEvent, path: string): boolean {
  return "step" in fact && fact.step === path;
}

function shown(payload: Payload | null): Json {
  return payload === null || payload.isErased ? null : payload.json();
}

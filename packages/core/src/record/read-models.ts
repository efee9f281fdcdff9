import { canonicalJson, isJsonArray, isJsonObject, type Json } from "../base/json.ts";
import type { ArtifactView, EntryDraft, ViewChanges } from "../journal/stored-entry.ts";
import type { Entry } from "../journal/entry.ts";
import { decisionRecord } from "../run/decision-record.ts";
import type { JournalEvent } from "../run/event.ts";
import type { RunState } from "../run/state.ts";
import { reaches } from "../tool/approval-mode.ts";
import { ApprovalViews } from "./approval-views.ts";
import { Checkpoints } from "./checkpoint.ts";
import { runView } from "./run-view.ts";

/** What an entry adds beside its own bytes: rows, documents, consumed grants, keys. */
export type Derived = Pick<EntryDraft, "documents" | "approvalUses" | "keys" | "views">;

type Observed = Pick<Entry, "run" | "at" | "actor" | "facts">;

/** The rows of one run alone: whoever only looks needs no documents, and making them costs more than the fold. */
export class ViewModels {
  readonly #approvals = new ApprovalViews();

  /** @param state after the entry was folded */
  observe(state: RunState, entry: Observed): ViewChanges {
    return {
      run: runView(state),
      approvals: this.#approvals.observe(entry),
      artifacts: entry.facts.flatMap((fact) => artifactsOf(entry, fact)),
    };
  }
}

/** The read models of one run, folded along with its state; everything here is derived and can be rebuilt. */
export class ReadModels {
  readonly #views = new ViewModels();
  readonly #checkpoints = new Checkpoints();

  /** @param state after the entry was folded */
  observe(state: RunState, entry: Observed): Derived {
    const checkpoint = this.#checkpoints.observe(state, entry.facts);
    return {
      views: this.#views.observe(state, entry),
      documents: [
        ...(checkpoint === null ? [] : [{ digest: checkpoint.digest, bytes: checkpoint.bytes }]),
        ...records(state, entry.facts),
      ],
      approvalUses: entry.facts.flatMap((fact) => usesOf(state, fact)),
      keys: entry.facts.flatMap((fact) => keysOf(state, fact)),
    };
  }
}

function records(state: RunState, facts: readonly JournalEvent[]): Derived["documents"] {
  if (state.closing === null || !facts.some((fact) => fact.type === "run_ended")) return [];
  const record = decisionRecord(state, state.closing);
  return [{ digest: record.hash, bytes: canonicalJson(record.document) }];
}

function usesOf(state: RunState, fact: JournalEvent): Derived["approvalUses"] {
  if (fact.type !== "step_started" || !("approval" in fact.authority)) return [];
  const first = state.steps.get(fact.step)?.grantUses === 1;
  return first ? [{ approval: fact.authority.approval, bindingHash: fact.authority.binding_hash }] : [];
}

function keysOf(state: RunState, fact: JournalEvent): Derived["keys"] {
  if (fact.type === "step_started")
    return isEffectful(state, fact.tool) ? [{ key: fact.idempotency_key, state: "in_flight" }] : [];
  const isAnswered = fact.type === "attempt_returned" || (fact.type === "doubt_resolved" && fact.answer === "happened");
  const key = isAnswered ? state.steps.get(fact.step)?.key : null;
  return key !== null && key !== undefined && state.done.has(key) ? [{ key, state: "done" }] : [];
}

function isEffectful(state: RunState, tool: string): boolean {
  return reaches(state.rules.tools.get(tool)?.spec.tier ?? "destructive", "local_write");
}

function artifactsOf(entry: Pick<Entry, "run" | "at">, fact: JournalEvent): readonly ArtifactView[] {
  if (fact.type !== "attempt_returned" || fact.artifacts === null || fact.artifacts.isErased) return [];
  const list: Json = fact.artifacts.json();
  if (!isJsonArray(list)) return [];
  return list.flatMap((item) => {
    if (!isJsonObject(item)) return [];
    const { path, sha256, bytes } = item;
    if (typeof path !== "string" || typeof sha256 !== "string" || typeof bytes !== "number") return [];
    return [{ run_id: entry.run, step: fact.step, path, sha256, bytes, at_ms: entry.at }];
  });
}

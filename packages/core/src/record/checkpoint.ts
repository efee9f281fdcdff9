import { digestBytes, type Digest } from "../base/digest.ts";
import { formText } from "../base/form.ts";
import { deriveId } from "../base/id.ts";
import type { Json, JsonObject } from "../base/json.ts";
import { epochMs } from "../base/time.ts";
import { extend } from "../run/chain.ts";
import type { JournalEvent, VerdictRendered } from "../run/event.ts";
import { runStatus } from "../run/status.ts";
import { EMPTY_CHAIN, type Chain, type RunState } from "../run/state.ts";

export interface CheckpointDocument {
  readonly digest: Digest;
  readonly bytes: string;
  readonly document: JsonObject;
}

/**
 * Checkpoints of one run: a read model of the entries that hold verdicts. Each
 * says what was added, by chains, so its size does not grow with the run.
 *
 * @see formats.md 5.2, 5.3
 */
export class Checkpoints {
  #sequence = 0;
  #parent: Digest | null = null;
  #completed: Chain = EMPTY_CHAIN;
  #evidence: Chain = EMPTY_CHAIN;
  #effects: Chain = EMPTY_CHAIN;

  /** The checkpoint after an entry, or null when nothing in it was judged. */
  observe(state: RunState, facts: readonly JournalEvent[]): CheckpointDocument | null {
    const { hash } = state.rules;
    let verdict: VerdictRendered | null = null;
    for (const fact of facts) {
      if (fact.type === "verdict_rendered") verdict = fact;
      if (fact.type === "verdict_rendered" || fact.type === "step_settled") {
        const item = { state: fact.outcome, step: fact.step };
        if (fact.outcome === "succeeded" || fact.outcome === "failed")
          this.#completed = extend(hash, this.#completed, item);
      }
      if (fact.type === "approval_requested")
        for (const { ref } of fact.evidence) this.#evidence = extend(hash, this.#evidence, { ref });
      if (fact.type === "attempt_returned")
        this.#effects = extend(hash, this.#effects, { step: fact.step, tool_call: fact.tool_call });
    }
    const ended = facts.some((fact) => fact.type === "run_ended");
    return verdict === null && !ended ? null : this.#next(state, verdict, facts.length);
  }

  #next(state: RunState, verdict: VerdictRendered | null, index: number): CheckpointDocument {
    const { hash } = state.rules;
    this.#sequence += 1;
    const document: JsonObject = {
      type: "writ/checkpoint/v1",
      checkpoint_id: deriveId(hash, "checkpoint", epochMs(state.now), {
        run: state.run,
        version: state.version,
        index,
      }),
      run_id: state.run,
      session_id: null,
      sequence: this.#sequence,
      parent_hash: this.#parent,
      journal_version: state.version,
      after_step: verdict?.step ?? null,
      critic_verdict: verdict?.verdict ?? null,
      step_scores: verdict === null ? null : { ...verdict.scores },
      next_step: state.ready.head ?? null,
      plan_id: state.lineage.at(-1) ?? null,
      plan_commit: state.planPayload?.commit ?? null,
      replan_attempts: state.replans,
      completed: chainJson(this.#completed),
      transcript: chainJson(state.tally.toolCalls),
      evidence: chainJson(this.#evidence),
      effects: chainJson(this.#effects),
      open_approvals: openApprovals(state),
      lane_states: [],
      loop_guard: { trips: state.trips },
      budget: { used: { ...state.used }, version: state.version },
      pins: state.pins === null ? {} : { ...state.pins },
      saved_at_ms: state.now,
      terminal_status: state.status === "ended" ? runStatus(state) : null,
    };
    const bytes = formText(document);
    const digest = digestBytes(hash, bytes);
    this.#parent = digest;
    return { digest, bytes, document };
  }
}

function chainJson({ count, chain }: Chain): Json {
  return { count, chain };
}

/** At most ten: the whole list is in the approvals view. */
function openApprovals(state: RunState): readonly string[] {
  const open: string[] = [];
  for (const gate of state.gates.values()) {
    if (open.length >= 10) break;
    if (gate.status === "open" && gate.request !== null) open.push(gate.request.approval);
  }
  return open;
}

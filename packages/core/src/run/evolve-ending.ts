import { effectKey } from "./effect.ts";
import type { JournalEvent, UndoStep } from "./event.ts";
import { stopAttempts } from "./evolve-attempt.ts";
import { makeReady, removeGate } from "./evolve-step.ts";
import { UNDO } from "./paths.ts";
import { openScope } from "./scope.ts";
import type { RunState } from "./state.ts";
import type { Block } from "../plan/plan.ts";
import { isJsonObject } from "../base/json.ts";

type Fact = Extract<JournalEvent, { type: "run_closing" | "phase_entered" | "run_ended" }>;

export function evolveEnding(state: RunState, fact: Fact): void {
  switch (fact.type) {
    case "run_closing":
      return closing(state, fact);
    case "phase_entered":
      state.status = "undoing";
      state.undo = state.undo.slice(0, -fact.steps.length);
      state.undone += fact.steps.length;
      return openScope(state, {
        path: UNDO,
        block: undoBlock(fact.steps),
        given: new Map(fact.steps.map((step, index) => [index, step.args])),
        settled: new Map(),
      });
    case "run_ended":
      state.status = "ended";
      state.endedAt = state.now;
      state.closing = { outcome: fact.outcome, reason: fact.reason, forced: state.closing?.forced ?? false };
      state.work.clear();
      for (const [key] of state.timers.entries()) state.timers.clear(key);
      return;
  }
}

/** The outcome is known: nothing new starts, the queue and all timers but the run's last one are cleared. */
function closing(state: RunState, fact: Extract<Fact, { type: "run_closing" }>): void {
  state.closing = { outcome: fact.outcome, reason: fact.reason, forced: fact.forced };
  state.hold = null;
  state.draining = null;
  for (const path of state.ready.values()) state.ready.delete(path);
  for (const [key] of state.timers.entries())
    if (fact.forced || (key !== "ttl" && !key.startsWith("gate:"))) state.timers.clear(key);
  for (const gate of [...state.gates.values()]) {
    if (gate.status !== "opening") continue;
    removeGate(state, gate);
    const step = state.steps.get(gate.step);
    if (step !== undefined) makeReady(state, step);
  }
  for (const step of state.steps.values()) if (step.status === "review") step.status = "failed";
  state.reviews = 0;
  state.work.delete(effectKey.plan(state.planVersion));
  if (fact.forced || fact.outcome !== "rejected") stopAttempts(state);
}

/** One thing after another, in the order they were written down. */
function undoBlock(steps: readonly UndoStep[]): Block {
  return {
    steps: steps.map((step, index) => ({
      kind: "tool",
      id: step.id,
      needs: index === 0 ? [] : [steps[index - 1]?.id ?? ""],
      when: null,
      onFailure: "stop",
      fallbackFor: null,
      gates: [],
      evidence: [],
      tool: step.tool,
      args: { params: step.args.isErased || !isJsonObject(step.args.json()) ? {} : step.args.object(), bindings: [] },
      declaredMode: null,
      produces: [],
      timeoutMs: null,
      retry: null,
      compensation: null,
      occurrence: 0,
    })),
  };
}

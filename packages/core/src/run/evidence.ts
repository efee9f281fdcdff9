import type { Payload } from "../base/payload.ts";
import { compiled, readsOf } from "../plan/block.ts";
import { located } from "./paths.ts";
import type { RunState, Scope } from "./state.ts";

/** What a decision can rest on at most; more is counted by the chain of steps, not listed. */
const MAX_EVIDENCE = 20;

export interface Evidence {
  readonly ref: string;
  readonly value: Payload;
}

/** The outputs a step's arguments come from, near ones first: frozen since they were recorded. */
export function evidenceOf(state: RunState, path: string): readonly Evidence[] {
  const found = located(state, path);
  if (found === null) return [];
  const evidence = new Map<string, Evidence>();
  const open = [found.at.index];
  const seen = new Set(open);
  for (let index = open.shift(); index !== undefined && evidence.size < MAX_EVIDENCE; index = open.shift()) {
    for (const source of sourcesOf(state, found.scope, index)) {
      if (seen.has(source)) continue;
      seen.add(source);
      open.push(source);
      const item = evidenceAt(state, found.scope, source);
      if (item !== null) evidence.set(item.ref, item);
    }
  }
  return [...evidence.values()];
}

/** Where a step's values come from: what it reads, and of a step that failed the one that stood in for it. */
function sourcesOf(state: RunState, scope: Scope, index: number): readonly number[] {
  const step = scope.block.steps[index];
  if (step === undefined) return [];
  const { at, fallback } = compiled(scope.block);
  const read = readsOf(step).flatMap(({ step: id }) => at.get(id) ?? []);
  return read.flatMap((position) => {
    const path = scope.paths[position];
    const stand = fallback[position] ?? -1;
    const isReplaced = path !== undefined && state.steps.get(path)?.status === "failed" && stand !== -1;
    return isReplaced ? [position, stand] : [position];
  });
}

function evidenceAt(state: RunState, scope: Scope, index: number): Evidence | null {
  const path = scope.paths[index];
  const at = path === undefined ? undefined : state.steps.get(path);
  const step = scope.block.steps[index];
  if (at?.output == null || at.toolCall === null || step?.kind !== "tool") return null;
  return { ref: `tool:${step.tool}:${at.toolCall}`, value: at.output };
}

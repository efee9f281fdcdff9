import { OrchestratorError, type JsonObject, type ToolRules } from "@writ/core";
import type { History } from "./history.ts";

/** What of a step's path an id of the undo plan keeps; ids have 64 characters at most. */
const MAX_NAME = 48;
const NOT_IN_IDS = /[^A-Za-z0-9_-]/g;

/**
 * A plan that takes back what a run did, newest first, one step an effect.
 *
 * @throws OrchestratorError `nothing_to_answer` where nothing can be taken back, or what was there before was erased
 */
export function undoPlan({ entries, state }: Pick<History, "entries" | "state">, rules: ToolRules): JsonObject {
  const returned = entries
    .flatMap((entry) => entry.facts)
    .flatMap((fact) => (fact.type === "attempt_returned" && fact.undo !== null ? [{ ...fact, undo: fact.undo }] : []));
  if (returned.length === 0)
    throw new OrchestratorError(
      "nothing_to_answer",
      `${state.run} did nothing that can be taken back; see what it did with: writ show ${state.run}`,
    );
  const erased = returned.find(({ undo }) => undo.args.isErased);
  if (erased !== undefined)
    throw new OrchestratorError(
      "nothing_to_answer",
      `what ${erased.step} of ${state.run} changed was erased, so it cannot be taken back; see when with: writ show ${state.run}`,
    );
  const taken = new Set<string>();
  const ids = returned.map(({ step, attempt }) => freeId(`undo-${nameOf(step)}-${attempt}`, taken));
  const steps = returned.map(({ undo }, index): JsonObject => ({
    id: ids[index] ?? "",
    tool: undo.tool,
    params: undo.args.object(),
    approval_mode: rules.get(undo.tool)?.spec.tier ?? "destructive",
    depends_on: ids.slice(index + 1, index + 2),
  }));
  return { intent: `undo.${state.plan?.intent ?? "run"}`, steps: steps.toReversed(), decision_checkpoints: [] };
}

function nameOf(path: string): string {
  return path.replaceAll(NOT_IN_IDS, "-").slice(0, MAX_NAME);
}

/** Paths that only differ in what an id cannot hold get a number. */
function freeId(wanted: string, taken: Set<string>): string {
  let id = wanted;
  for (let count = 2; taken.has(id); count += 1) id = `${wanted}-${count}`;
  taken.add(id);
  return id;
}

import type { Entry, RunState } from "@writ/core";
import type { NameOf } from "./name-of.ts";
import { toldApproval } from "./told-approval.ts";
import type { Telling, ToldFact } from "./told-fact.ts";
import { toldRun } from "./told-run.ts";
import { toldStep } from "./told-step.ts";

type Told = Omit<ToldFact, "at">;

/** An entry as people follow it. What only the machinery cares about is left to `--json`. */
export function toldEntry(
  entry: Pick<Entry, "at" | "actor" | "input" | "facts">,
  state: RunState,
  nameOf: NameOf,
): readonly ToldFact[] {
  const telling: Telling = { at: entry.at, by: nameOf(entry.actor.id), state, facts: entry.facts, input: entry.input };
  return entry.facts.flatMap((fact) => {
    const told: Told | null = toldRun(fact, telling) ?? toldStep(fact, telling) ?? toldApproval(fact, telling);
    return told === null ? [] : [{ ...told, at: entry.at }];
  });
}

import { canonicalJson, decisionRecord, isJsonArray, isJsonObject, replay, type RunState } from "@writ/core";
import type { CoreFunctions } from "./core-functions.ts";
import { CORE } from "./core-functions.ts";
import { dumpState } from "./dump.ts";
import { demand } from "./violation.ts";
import type { World } from "./world.ts";

/** What must hold of a run that is over. @throws Violation */
export function checkEnding(world: World, core: CoreFunctions): void {
  const { state, recording, ledger, scenario } = world;
  const excesses = ledger.excesses();
  demand(excesses.length === 0, "effects_at_most_once", () => excesses.join("; "));
  const doubted = [...state.steps.values()].filter(
    ({ status, path }) => status === "in_doubt" || state.unsure.has(path),
  );
  const left = new Set(doubted.map(({ key }) => key));
  const unaccounted = ledger.unaccounted((key) => state.done.has(key) || left.has(key));
  demand(unaccounted.length === 0, "effects_accounted", () => unaccounted.join("; "));
  const folded = recording.load(core);
  demand(
    dumpState(folded) === dumpState(state),
    "fold_equals_live",
    () => "the fold from zero is another state than the one that lived",
  );
  checkRecord(folded, world);
  if (core !== CORE) return;
  const again = replay(recording.run, recording.stored, scenario.rules, scenario.entryLimit);
  demand(again.result === "equal", "replay_equal", () =>
    canonicalJson({
      result: again.result,
      ...(again.result === "different" ? { version: again.version, step: again.step, fact: again.fact } : {}),
    }),
  );
}

/** The record that the last fact commits to follows from the journal again, and names every effect. */
function checkRecord(state: RunState, { recording, premises }: World): void {
  const last: unknown = JSON.parse(recording.stored.at(-1)?.bytes ?? "{}");
  const facts =
    typeof last === "object" && last !== null && "facts" in last && Array.isArray(last.facts) ? last.facts : [];
  const ended: unknown = facts.at(-1);
  const hash = typeof ended === "object" && ended !== null && "record_hash" in ended ? ended.record_hash : null;
  demand(state.closing !== null, "record_follows", () => "the run ended without an outcome");
  if (state.closing === null) return;
  const record = decisionRecord(state, state.closing);
  demand(
    record.hash === hash,
    "record_follows",
    () => `the record is ${record.hash}, the last fact says ${String(hash)}`,
  );
  const { effects } = record.document;
  const named = isJsonArray(effects) ? effects.filter(isJsonObject).length : -1;
  demand(named === state.tally.effects.length, "record_follows", () => "the record leaves effects out");
  premises.count("records derived again");
}

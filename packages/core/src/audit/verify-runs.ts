import type { Moment, RunScene, RunState } from "./run-state.ts";
import type { Entry } from "./verify-entries.ts";
import { FACT_RULES } from "./verify-facts.ts";

/** Step 8: versions, plans, approvals, keys and records of each run. */
export function checkRuns(scene: RunScene, entries: readonly Entry[]): ReadonlyMap<string, RunState> {
  const runs = new Map<string, RunState>();
  for (const entry of entries) {
    const { seq, line, version = 0, at_ms: at, facts, run: id } = entry;
    if (id === undefined) continue;
    const run: RunState = runs.get(id) ?? { approvals: new Map(), version: 0, at: 0, facts: 0 };
    const isNext = version === run.version + 1 && at >= run.at;
    if (scene.isComplete && !isNext) scene.audit.say("run_gap", { seq, line });
    runs.set(id, Object.assign(run, { version, at, facts: run.facts + facts.length }));
    for (const [index, fact] of facts.entries()) {
      const object: Moment["object"] = (code, to = "") =>
        scene.audit.say(code, { seq, line, field: `/facts/${index}${to}` });
      if (run.ended) object("run_after_end");
      FACT_RULES[String(fact["type"])]?.({ ...scene, runs, run, entry, fact, object });
    }
    if (scene.isComplete && !run.started) scene.audit.say("run_start", { seq, line });
  }
  return runs;
}

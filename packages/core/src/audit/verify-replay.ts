import type { Json, JsonObject } from "../base/json.ts";
import type { Audit } from "./platform.ts";
import type { RunState } from "./run-state.ts";
import { differing, formOf, hasExactly, isText, items, member } from "./stored-json.ts";
import { readLine } from "./verify-files.ts";

const RESULT = /^(equal|different|not_replayable)$/;

/** Step 10: the exporter's claim of its own replay counts what the log holds. */
export function checkReplay(audit: Audit, bytes: Uint8Array, runs: ReadonlyMap<string, RunState>): JsonObject {
  const claim = formOf(readLine(audit, bytes), "writ/replay/v1", "by,runs,type");
  const counts: Record<string, Json> = { by: claim?.["by"] ?? null, equal: 0, different: 0, not_replayable: 0 };
  if (!isText(claim?.["by"])) audit.say("replay_malformed", {}, "replay.json");
  let before = "";
  for (const [index, item] of items(claim?.["runs"]).entries()) {
    const [run, result] = [String(member(item, "run")), String(member(item, "result"))];
    const { version: versions = 0, facts = 0, ended } = runs.get(run) ?? {};
    const isItem = hasExactly(item, "facts,record_hash,result,run,versions") && RESULT.test(result) && run > before;
    const isHeld = differing({ versions, facts, record_hash: ended?.["record_hash"] }, item) === undefined;
    const wrong = !isItem ? "malformed" : result === "different" ? result : isHeld ? "" : "mismatch";
    if (wrong !== "") audit.say(`replay_${wrong}`, { field: `/runs/${index}` }, "replay.json");
    if (isItem) counts[result] = Number(counts[result]) + 1;
    before = run;
  }
  return counts;
}

import type { Json, JsonObject } from "../base/json.ts";
import type { Audit } from "./platform.ts";
import type { RunState } from "./run-state.ts";
import { differing, hasExactly, isText, items, member } from "./stored-json.ts";
import { readLine } from "./verify-files.ts";

const RESULT = /^(equal|different|not_replayable)$/;

/** Step 10: the exporter's claim of its own replay counts what the log holds. */
export function checkReplay(audit: Audit, bytes: Uint8Array, runs: ReadonlyMap<string, RunState>): JsonObject {
  const claim = readLine(audit, bytes);
  const list = items(member(claim, "runs"));
  const isClaim = hasExactly(claim, "by,runs,type") && claim["type"] === "writ/replay/v1" && isText(claim["by"]);
  const counts: Record<string, Json> = { by: member(claim, "by") ?? null, equal: 0, different: 0, not_replayable: 0 };
  if (!isClaim) audit.say("replay_malformed", {}, "replay.json");
  for (const [index, item] of list.entries()) {
    const { version: versions = 0, facts = 0, ended } = runs.get(String(member(item, "run"))) ?? {};
    const expected = { versions, facts, record_hash: ended?.["record_hash"] ?? null };
    const result = String(member(item, "result"));
    const isRising = index === 0 || String(member(list[index - 1], "run")) < String(member(item, "run"));
    const isItem = hasExactly(item, "facts,record_hash,result,run,versions") && RESULT.test(result);
    const wrong = differing(expected, item) === undefined ? undefined : "replay_mismatch";
    const code = !isItem || !isRising ? "replay_malformed" : result === "different" ? "replay_different" : wrong;
    if (code !== undefined) audit.say(code, { field: `/runs/${index}` }, "replay.json");
    if (isItem) counts[result] = Number(counts[result]) + 1;
  }
  return counts;
}

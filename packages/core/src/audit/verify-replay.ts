import type { Json, JsonObject } from "../base/json.ts";
import type { Audit } from "./platform.ts";
import { differing, hasExactly, isText, items, member, readStored } from "./stored-json.ts";
import type { RunState } from "./verify-runs.ts";

const RESULT = /^(equal|different|not_replayable)$/;

/** Step 10: the exporter's claim of its own replay counts what the log holds. */
export function checkReplay(
  audit: Audit,
  bytes: Uint8Array | undefined,
  runs: ReadonlyMap<string, RunState>,
): JsonObject | null {
  if (bytes === undefined) return null;
  const claim = readStored(audit.utf8(bytes.subarray(0, -1)));
  const list = items(member(claim, "runs"));
  const isClaim = hasExactly(claim, "by,runs,type") && claim["type"] === "writ/replay/v1" && isText(claim["by"]);
  const isFormed = (item: Json, at: number): boolean => {
    const isRising = at === 0 || String(member(list[at - 1], "run")) < String(member(item, "run"));
    return hasExactly(item, "facts,record_hash,result,run,versions") && RESULT.test(String(item["result"])) && isRising;
  };
  if (!isClaim || bytes.at(-1) !== 10 || !list.every(isFormed)) audit.say("replay_malformed", {}, "replay.json");
  const counts: Record<string, Json> = { by: member(claim, "by") ?? null, equal: 0, different: 0, not_replayable: 0 };
  for (const [index, item] of list.entries()) {
    const { version: versions = 0, facts = 0, recordHash = "" } = runs.get(String(member(item, "run"))) ?? {};
    const result = String(member(item, "result"));
    const wrong = differing({ versions, facts, record_hash: recordHash }, item);
    if (wrong !== undefined) audit.say("replay_mismatch", { field: `/runs/${index}/${wrong}` }, "replay.json");
    if (result === "different") audit.say("replay_different", { field: `/runs/${index}` }, "replay.json");
    counts[result] = Number(counts[result]) + 1;
  }
  return counts;
}

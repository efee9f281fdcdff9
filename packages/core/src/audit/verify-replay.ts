import { isDigest } from "../base/digest.ts";
import type { Say } from "./finding.ts";
import type { VerifierPlatform } from "./signature.ts";
import { hasExactly, isCount, isText, items, readStored } from "./stored-json.ts";
import type { RunState } from "./verify-runs.ts";

/** What the exporter says of its own replay: a claim, printed as one. */
export interface ReplayClaim {
  readonly by: string;
  readonly equal: number;
  readonly different: number;
  readonly not_replayable: number;
}

const RESULTS = ["equal", "different", "not_replayable"];

/** Step 10: the claim counts what the log holds. */
export function checkReplay(
  say: Say,
  platform: VerifierPlatform,
  bytes: Uint8Array | undefined,
  runs: ReadonlyMap<string, RunState>,
): ReplayClaim | null {
  if (bytes === undefined) return null;
  const line = platform.utf8(bytes);
  const claim = line?.endsWith("\n") ? readStored(line.slice(0, -1)) : undefined;
  if (!hasExactly(claim, "by,runs,type") || claim["type"] !== "writ/replay/v1" || !isText(claim["by"])) {
    say("replay_malformed", "replay.json");
    return null;
  }
  const counts: Record<string, number> = { equal: 0, different: 0, not_replayable: 0 };
  let before = "";
  for (const [index, item] of items(claim["runs"]).entries()) {
    const field = `/runs/${index}`;
    if (!hasExactly(item, "facts,record_hash,result,run,versions") || !isText(item["run"]) || !isText(item["result"])) {
      say("replay_malformed", "replay.json", { field });
      continue;
    }
    const { facts, record_hash: record, result, run: id, versions } = item;
    const isFormed =
      isCount(facts) &&
      isCount(versions) &&
      (record === null || isDigest(record)) &&
      id > before &&
      RESULTS.includes(result);
    const run = runs.get(id);
    const isOurs = run?.versions === versions && run?.facts === facts && run?.recordHash === record;
    if (!isFormed) say("replay_malformed", "replay.json", { field });
    else if (!isOurs) say("replay_mismatch", "replay.json", { field, detail: id });
    else if (result === "different") say("replay_different", "replay.json", { field, detail: id });
    counts[result] = (counts[result] ?? 0) + 1;
    before = id;
  }
  const { equal = 0, different = 0, not_replayable = 0 } = counts;
  return { by: claim["by"], equal, different, not_replayable };
}

import { fromBase64 } from "../base/base64.ts";
import type { Json, JsonObject } from "../base/json.ts";
import { rotationText } from "./checkpoint.ts";
import type { Place, Say } from "./finding.ts";
import { parseVkey, type LogKey } from "./log-key.ts";
import { isSigned, type VerifierPlatform } from "./signature.ts";
import { isText } from "./stored-json.ts";
import type { Entry } from "./verify-entries.ts";

/** What the log says of itself. */
export interface LogState {
  readonly log: string;
  readonly origin: string;
  readonly tenant: string;
  /** In order; each in force from the position after its own. */
  readonly keys: readonly { readonly seq: number; readonly key: LogKey }[];
}

/** Step 6: start, one log id, rotations signed by both keys, and nothing after an end. */
export function checkLog(say: Say, platform: VerifierPlatform, entries: readonly Entry[], size: number): LogState {
  const first = entries[0]?.seq === 0 ? entries[0] : undefined;
  const started: JsonObject = first?.run === null ? (first.facts[0] ?? {}) : {};
  const log = first?.log ?? entries[0]?.log ?? "";
  const origin = String(started["origin"]);
  const keys: { seq: number; key: LogKey }[] = [];
  if (
    started["type"] !== "log_started" ||
    !isText(started["origin"]) ||
    !isText(started["tenant"]) ||
    !origin.endsWith(`/${log}`)
  ) {
    say("log_start", "entries.jsonl", { seq: 0, line: 1 });
  } else addKey(started["key"], 0, { seq: 0, line: 1, field: "/facts/0/key" });

  function addKey(text: Json | undefined, seq: number, place: Place): void {
    const key = parseVkey(platform, String(text));
    if (key?.name === origin) keys.push({ seq, key });
    else say("key_unknown", "entries.jsonl", place);
  }

  for (const entry of entries) {
    const place = { seq: entry.seq, line: entry.line };
    if (entry.log !== log) say("log_start", "entries.jsonl", { ...place, field: "/log" });
    for (const [index, fact] of (entry.run === null ? entry.facts : []).entries()) {
      const field = `/facts/${index}`;
      if (fact["type"] === "log_started" && (entry.seq > 0 || index > 0))
        say("log_start", "entries.jsonl", { ...place, field });
      if (fact["type"] === "log_ended" && size > entry.seq + 1) say("log_end", "entries.jsonl", { ...place, field });
      if (fact["type"] === "key_rotated") {
        const old = keys.at(-1)?.key;
        addKey(fact["new_key"], entry.seq, { ...place, field: `${field}/new_key` });
        if (!isRotation(platform, fact, origin, entry.seq, old))
          say("key_rotation", "entries.jsonl", { ...place, field });
      }
    }
  }
  return { log, origin, tenant: String(started["tenant"]), keys };
}

/** The key that signs a head of this size. */
export function keyAt(state: LogState, size: number): LogKey | undefined {
  return state.keys.findLast(({ seq }) => seq < size)?.key;
}

function isRotation(
  platform: VerifierPlatform,
  fact: JsonObject,
  origin: string,
  seq: number,
  old: LogKey | undefined,
): boolean {
  const next = parseVkey(platform, String(fact["new_key"]));
  if (old === undefined || next === undefined || fact["old_key"] !== old.text) return false;
  const text = rotationText(origin, seq, old.text, next.text);
  const isBy = (key: LogKey, name: string) =>
    isSigned(platform, key.publicKey, text, fromBase64(String(fact[name])) ?? new Uint8Array());
  return isBy(old, "old_signature") && isBy(next, "new_signature");
}

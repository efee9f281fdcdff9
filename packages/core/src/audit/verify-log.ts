import type { Json, JsonObject } from "../base/json.ts";
import { rotationText } from "./checkpoint.ts";
import { parseVkey, type LogKey } from "./log-key.ts";
import type { Audit } from "./platform.ts";
import { matches } from "./stored-json.ts";
import type { Entry } from "./verify-entries.ts";

/** What the log says of itself. */
export interface LogState {
  readonly log: string;
  readonly origin: string;
  readonly tenant: string;
  /** In order; each in force from the position after its own. */
  readonly keys: readonly { readonly seq: number; readonly key: LogKey }[];
}

const TENANT = /^[a-z0-9][a-z0-9-]{0,62}$/;

/** Step 6: start, one log id, rotations signed by both keys, and nothing after an end. */
export function checkLog(audit: Audit, entries: readonly Entry[], size: number): LogState {
  const log = entries[0]?.log ?? "";
  const started = entries.find(({ seq, run }) => seq === 0 && run === undefined)?.facts[0];
  const { type: kind, origin = "", tenant = "" } = started ?? {};
  const keys: { seq: number; key: LogKey }[] = [];
  const isStarted = kind === "log_started" && String(origin).endsWith(`/${log}`) && matches(tenant, TENANT);
  if (!isStarted) audit.say("log_start", { seq: 0, line: 1 });
  for (const { seq, line, facts, ...entry } of entries) {
    if (entry.log !== log) audit.say("log_start", { seq, line, field: "/log" });
    for (const [index, fact] of (entry.run === undefined ? facts : []).entries()) {
      const { type } = fact;
      const place = { seq, line, field: `/facts/${index}` };
      if (type === "log_started" && fact !== started) audit.say("log_start", place);
      if (type === "log_ended" && size > seq + 1) audit.say("log_end", place);
      if (type !== "key_rotated" && fact !== started) continue;
      const key = parseVkey(audit, fact["new_key"] ?? fact["key"]);
      if (key?.name !== origin) audit.say("key_unknown", place);
      else if (fact !== started && !isRotation(audit, fact, seq, keys.at(-1)?.key, key))
        audit.say("key_rotation", place);
      if (key !== undefined) keys.push({ seq, key });
    }
  }
  return { log, origin: String(origin), tenant: String(tenant), keys };
}

/** The key that signs a head of this size. */
export const keyAt = (state: LogState, size: number): LogKey | undefined =>
  state.keys.findLast(({ seq }) => seq < size)?.key;

function isRotation(
  audit: Audit,
  fact: JsonObject,
  seq: number,
  old: LogKey | undefined,
  key: LogKey | undefined,
): boolean {
  const text = rotationText(String(key?.name), seq, String(fact["old_key"]), String(key?.text));
  const isSigned = (by: LogKey | undefined, signature: Json | undefined): boolean =>
    audit.verifyEd25519(by?.publicKey, text, audit.fromBase64(signature));
  return fact["old_key"] === old?.text && isSigned(old, fact["old_signature"]) && isSigned(key, fact["new_signature"]);
}

import type { JsonObject } from "../base/json.ts";
import { rotationText } from "./checkpoint.ts";
import { parseVkey, type LogKey } from "./log-key.ts";
import type { Audit } from "./platform.ts";
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
export function checkLog(audit: Audit, entries: readonly Entry[], size: number): LogState {
  const [first] = entries;
  const log = first?.log ?? "";
  const started: JsonObject = (first?.seq === 0 && first.facts.find(({ type }) => type === "log_started")) || {};
  const [origin, tenant] = [String(started["origin"]), String(started["tenant"])];
  const keys: { seq: number; key: LogKey }[] = [];
  if (!origin.endsWith(`/${log}`) || started["tenant"] === undefined) audit.say("log_start", { seq: 0, line: 1 });
  for (const entry of entries) {
    const { seq, line } = entry;
    if (entry.log !== log) audit.say("log_start", { seq, line, field: "/log" });
    for (const [index, fact] of (entry.run === undefined ? entry.facts : []).entries()) {
      const place = { seq, line, field: `/facts/${index}` };
      const type = String(fact["type"]);
      if (type === "log_started" && fact !== started) audit.say("log_start", place);
      if (type === "log_ended" && size > seq + 1) audit.say("log_end", place);
      if (type !== "key_rotated" && fact !== started) continue;
      const old = keys.at(-1)?.key;
      const key = parseVkey(audit, fact["new_key"] ?? fact["key"]);
      if (key?.name !== origin) audit.say("key_unknown", place);
      else if (fact !== started && !isRotation(audit, fact, seq, old, key)) audit.say("key_rotation", place);
      if (key !== undefined) keys.push({ seq, key });
    }
  }
  return { log, origin, tenant, keys };
}

/** The key that signs a head of this size. */
export function keyAt(state: LogState, size: number): LogKey | undefined {
  return state.keys.findLast(({ seq }) => seq < size)?.key;
}

function isRotation(audit: Audit, fact: JsonObject, seq: number, old: LogKey | undefined, key: LogKey): boolean {
  const text = rotationText(key.name, seq, String(fact["old_key"]), key.text);
  const isBy = (signer: LogKey, name: string): boolean => {
    const signature = audit.fromBase64(String(fact[name]));
    return signature !== undefined && audit.verifyEd25519(signer.publicKey, text, signature);
  };
  return fact["old_key"] === old?.text && old !== undefined && isBy(old, "old_signature") && isBy(key, "new_signature");
}

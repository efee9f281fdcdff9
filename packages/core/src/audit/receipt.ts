import type { Digest } from "../base/digest.ts";
import { canonicalJson, type Json, type JsonObject } from "../base/json.ts";
import { member } from "./stored-json.ts";

/** An approval that proves itself: the entries of one binding, and where they stand in the log. */
export interface Receipt {
  readonly bindingHash: Digest;
  /** A signed head. */
  readonly checkpoint: string;
  /** Stored bytes as texts, by position: those that `isOfReceipt` picks. */
  readonly entries: readonly string[];
  /** The cover of these entries. */
  readonly tree: string;
}

/** One line of canonical JSON and its line feed. */
export function writeReceipt({ bindingHash, checkpoint, entries, tree }: Receipt): string {
  return `${canonicalJson({ type: "writ/receipt/v1", binding_hash: bindingHash, checkpoint, entries, tree })}\n`;
}

/** Whether an entry belongs into the receipt of a binding: it names a key of the log, or the binding. */
export function isOfReceipt(facts: readonly JsonObject[], isLog: boolean, bindingHash: Json): boolean {
  return facts.some(({ type, binding_hash: own, authority }) => {
    if (isLog) return type === "log_started" || type === "key_rotated";
    return own === bindingHash || member(authority, "binding_hash") === bindingHash;
  });
}

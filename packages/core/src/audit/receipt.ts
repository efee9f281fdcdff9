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
  const isKey = (fact: JsonObject): boolean => fact["type"] === "log_started" || fact["type"] === "key_rotated";
  const isBound = (fact: Json): boolean => member(fact, "binding_hash") === bindingHash;
  return facts.some((fact) => (isLog ? isKey(fact) : isBound(fact) || isBound(fact["authority"] ?? null)));
}

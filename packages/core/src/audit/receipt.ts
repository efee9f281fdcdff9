import { isDigest, type Digest } from "../base/digest.ts";
import { canonicalJson } from "../base/json.ts";
import { hasExactly, isText, items, member, readStored } from "./stored-json.ts";

/** An approval that proves itself: the entries of one binding, and where they stand in the log. */
export interface Receipt {
  readonly bindingHash: Digest;
  /** A signed head. */
  readonly checkpoint: string;
  /** Stored bytes as texts, by position: those of the binding, and those that name the log's keys. */
  readonly entries: readonly string[];
  /** The cover of these entries. */
  readonly tree: string;
}

/** One line of canonical JSON and its line feed. */
export function writeReceipt({ bindingHash, checkpoint, entries, tree }: Receipt): string {
  return `${canonicalJson({ type: "writ/receipt/v1", binding_hash: bindingHash, checkpoint, entries, tree })}\n`;
}

/** @returns `unsupported` for a receipt of a later version, undefined for what is none */
export function readReceipt(text: string | undefined): Receipt | "unsupported" | undefined {
  const value = text?.endsWith("\n") ? readStored(text.slice(0, -1)) : undefined;
  const type = member(value, "type");
  if (isText(type) && /^writ\/receipt\/v([2-9]|[1-9]\d+)$/.test(type)) return "unsupported";
  if (type !== "writ/receipt/v1" || !hasExactly(value, "binding_hash,checkpoint,entries,tree,type")) return undefined;
  const { binding_hash: bindingHash, checkpoint, tree } = value;
  const entries = items(value["entries"]).filter(isText);
  if (!isDigest(bindingHash) || !isText(checkpoint) || !isText(tree) || entries.length === 0) return undefined;
  return entries.length === items(value["entries"]).length ? { bindingHash, checkpoint, entries, tree } : undefined;
}

/** Whether an entry belongs into the receipt of a binding. Of a run, every fact with that hash says so. */
export function isOfReceipt(
  facts: readonly { readonly [name: string]: unknown }[],
  isLog: boolean,
  bindingHash: Digest,
): boolean {
  return facts.some((fact) => {
    if (isLog) return fact["type"] === "log_started" || fact["type"] === "key_rotated";
    const authority = fact["authority"];
    const isUnder =
      typeof authority === "object" &&
      authority !== null &&
      "binding_hash" in authority &&
      authority.binding_hash === bindingHash;
    return fact["binding_hash"] === bindingHash || isUnder;
  });
}

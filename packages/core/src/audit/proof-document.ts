import { fromBase64, toBase64 } from "../base/base64.ts";
import type { Hasher } from "../base/hash.ts";
import { fromHex, toHex } from "../base/hex.ts";
import { canonicalJson, type Json } from "../base/json.ts";
import { provesConsistency, type Head } from "./proof.ts";
import { hasExactly, isCount, isText, items, member, readStored } from "./stored-json.ts";

/** A proof that a log of `older` became one of `newer` by appending, as canonical JSON. */
export function writeConsistency(log: string, older: Head, newer: Head, hashes: readonly Uint8Array[]): string {
  const headOf = ({ size, root }: Head) => ({ size, root: toBase64(root) });
  const from = headOf(older);
  return canonicalJson({ type: "writ/consistency/v1", log, from, to: headOf(newer), hashes: hashes.map(toHex) });
}

/** @returns the heads that the text connects; undefined unless it is a proof, and one that holds */
export function readConsistency(
  hash: Hasher,
  text: string | undefined,
): { readonly log: string; readonly from: Head; readonly to: Head } | undefined {
  const value = readStored(text);
  if (!hasExactly(value, "from,hashes,log,to,type") || value["type"] !== "writ/consistency/v1") return undefined;
  const [from, to] = [readHead(value["from"]), readHead(value["to"])];
  const hashes = readHashes(value["hashes"]);
  if (from === undefined || to === undefined || hashes === undefined || !isText(value["log"])) return undefined;
  return provesConsistency(hash, from, to, hashes) ? { log: value["log"], from, to } : undefined;
}

function readHead(value: Json | undefined): Head | undefined {
  const root = fromBase64(String(member(value, "root")));
  const size = member(value, "size");
  return hasExactly(value, "root,size") && root?.length === 32 && isCount(size) ? { size, root } : undefined;
}

/** Hashes written as hex; undefined if one is not. */
export function readHashes(value: Json | undefined): readonly Uint8Array[] | undefined {
  const hashes = items(value).flatMap((text) => fromHex(String(text)) ?? []);
  return hashes.length === items(value).length && hashes.every(({ length }) => length === 32) ? hashes : undefined;
}

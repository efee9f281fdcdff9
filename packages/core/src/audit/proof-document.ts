import { toBase64 } from "../base/base64.ts";
import { toHex } from "../base/hex.ts";
import { canonicalJson } from "../base/json.ts";
import type { Head } from "./proof.ts";

/**
 * A proof that a log of `older` became one of `newer` by appending, as canonical JSON.
 *
 * @param hashes in the order of `consistencyRanges`
 */
export function writeConsistency(log: string, older: Head, newer: Head, hashes: readonly Uint8Array[]): string {
  const [from, to] = [older, newer].map(({ size, root }) => ({ size, root: toBase64(root) }));
  return canonicalJson({
    type: "writ/consistency/v1",
    log,
    from: from ?? null,
    to: to ?? null,
    hashes: hashes.map(toHex),
  });
}

import { concatBytes } from "../base/bytes.ts";
import type { Hasher } from "../base/hash.ts";
import { fromHex, toHex } from "../base/hex.ts";
import { canonicalJson, type Json } from "../base/json.ts";
import { utf8Bytes } from "../base/utf8.ts";
import type { Chain } from "./state.ts";

const DOMAIN = utf8Bytes("writ/chain/v1\0");

/** The digests of chains that were just extended, as bytes: each is the beginning of the next. */
const ends = new WeakMap<Chain, Uint8Array>();

/** A growing list as its count and one digest. @see formats.md 5.2 */
export function extend(hash: Hasher, chain: Chain, item: Json): Chain {
  const before = ends.get(chain) ?? fromHex(chain.chain.slice("sha256:".length)) ?? new Uint8Array(32);
  const end = hash.sha256(concatBytes(DOMAIN, before, hash.sha256(canonicalJson(item))));
  const extended = { count: chain.count + 1, chain: `sha256:${toHex(end)}` };
  ends.set(extended, end);
  return extended;
}

import { concatBytes } from "../base/bytes.ts";
import type { Hasher } from "../base/hash.ts";
import { fromHex, toHex } from "../base/hex.ts";
import { canonicalJson, type Json } from "../base/json.ts";
import { utf8Bytes } from "../base/utf8.ts";
import type { Chain } from "./state.ts";

const DOMAIN = utf8Bytes("writ/chain/v1\0");

/** A growing list as its count and one digest. @see formats.md 5.2 */
export function extend(hash: Hasher, chain: Chain, item: Json): Chain {
  const before = fromHex(chain.chain.slice("sha256:".length)) ?? new Uint8Array(32);
  const itemHash = hash.sha256(canonicalJson(item));
  return { count: chain.count + 1, chain: `sha256:${toHex(hash.sha256(concatBytes(DOMAIN, before, itemHash)))}` };
}

import { formText } from "../base/form.ts";
import type { Hasher } from "../base/hash.ts";
import type { Json } from "../base/json.ts";
import { Preimage } from "../base/preimage.ts";
import { utf8Bytes } from "../base/utf8.ts";
import type { Chain } from "./state.ts";

const ALGORITHM = "sha256:";
const HASH_BYTES = 32;

const link = new Preimage(utf8Bytes("writ/chain/v1\0"));

/** A growing list as its count and one digest. @see formats.md 5.2 */
export function extend(hash: Hasher, { count, chain }: Chain, item: Json): Chain {
  const digest = hash.sha256Hex(formText(item));
  const joined = link
    .begin(HASH_BYTES * 2)
    .hex(chain.slice(ALGORITHM.length))
    .hex(digest)
    .bytes();
  return { count: count + 1, chain: `${ALGORITHM}${hash.sha256Hex(joined)}` };
}

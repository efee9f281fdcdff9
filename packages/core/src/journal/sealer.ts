import { commitment, SALT_BYTES } from "../base/digest.ts";
import { InvariantError } from "../base/error.ts";
import type { Hasher } from "../base/hash.ts";
import { canonicalJson, type Json } from "../base/json.ts";
import { Payload, type Sealer } from "../base/payload.ts";
import { utf8Bytes } from "../base/utf8.ts";

/** What a payload's row will hold. */
export interface Birth {
  readonly salt: Uint8Array;
  readonly bytes: Uint8Array;
}

/** Seals values and remembers what has to be stored with the entry they are born in. */
export class EntrySealer implements Sealer {
  readonly births = new Map<string, Birth>();
  readonly #hash: Hasher;
  readonly #nextSalt: () => Uint8Array;

  /** @param nextSalt 32 bytes of the Entropy port, or of the recorded entry */
  constructor(hash: Hasher, nextSalt: () => Uint8Array) {
    this.#hash = hash;
    this.#nextSalt = nextSalt;
  }

  json(value: Json): Payload {
    return this.#text("json", value, canonicalJson(value));
  }

  text(value: string): Payload {
    return this.#text("text", value, value);
  }

  bytes(value: Uint8Array): Payload {
    return Payload.bytes(this.#commit(value), value);
  }

  #text(form: "json" | "text", value: Json, text: string): Payload {
    const bytes = utf8Bytes(text);
    return Payload.fresh(this.#commit(bytes), form, bytes.length, value, text);
  }

  #commit(bytes: Uint8Array): string {
    const salt = this.#nextSalt();
    if (salt.length !== SALT_BYTES) throw new InvariantError("a salt has 32 bytes", { length: salt.length });
    const commit = commitment(this.#hash, salt, bytes);
    this.births.set(commit, { salt, bytes });
    return commit;
  }
}

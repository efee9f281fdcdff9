import { base32Number, toBase32 } from "./base32.ts";
import { InvariantError } from "./error.ts";
import { formText } from "./form.ts";
import type { Hasher } from "./hash.ts";
import { writeHex } from "./hex.ts";
import type { JsonObject } from "./json.ts";
import { err, ok, type Result } from "./result.ts";
import type { EpochMs } from "./time.ts";

const PREFIX = {
  run: "run",
  plan: "plan",
  session: "sess",
  approval: "apr",
  checkpoint: "ck",
  tool_call: "tc",
  decision_record: "dr",
  lane: "lane",
  log: "log",
  proposal: "prop",
  artifact: "art",
  message: "msg",
  request: "req",
  token: "tok",
  user: "usr",
  agent: "agt",
} as const;

export type IdKind = keyof typeof PREFIX;
declare const kindOf: unique symbol;

/** A prefixed, branded identifier, such as `run_01m7xcc2g3b93rthtjgbd2xt23`. It sorts by time; it is a name, never a secret. */
export type Id<K extends IdKind> = `${(typeof PREFIX)[K]}_${string}` & { readonly [kindOf]: K };
export type RunId = Id<"run">;

/** 26 characters of Crockford base32: 130 bits, of which 128 are used. */
const BODY = /^[0-7][0-9a-hjkmnp-tv-z]{25}$/;
const ENTROPY_BYTES = 10;
const TIME_DIGITS = 10;

export function parseId<K extends IdKind>(kind: K, text: string): Result<Id<K>, "malformed_id"> {
  const prefix = `${PREFIX[kind]}_`;
  const isId = text.startsWith(prefix) && text.length === prefix.length + 26 && BODY.test(text.slice(prefix.length));
  return isId ? ok(text as Id<K>) : err("malformed_id");
}

/**
 * A new identifier: two zero bits, 48 bits of time, 80 of entropy.
 *
 * @param entropy ten bytes from the Entropy port
 * @throws InvariantError on another number of bytes, or an instant outside 48 bits
 */
export function mintId<K extends IdKind>(kind: K, at: EpochMs, entropy: Uint8Array): Id<K> {
  if (entropy.length !== ENTROPY_BYTES)
    throw new InvariantError("an identifier takes ten bytes", { length: entropy.length });
  if (!Number.isInteger(at) || at < 0 || at >= 2 ** 48) throw new InvariantError("an instant has 48 bits", { at });
  return `${PREFIX[kind]}_${base32Number(at, TIME_DIGITS)}${toBase32(entropy)}` as Id<K>;
}

/**
 * An identifier that `decide` makes: the entry's instant, and the first 80 bits of a SHA-256 of what it names.
 *
 * @param source where it comes from: `{run, version, index}` of its fact, or `{parent, path}` of a lane's step
 */
export function deriveId<K extends IdKind>(hash: Hasher, kind: K, at: EpochMs, source: JsonObject): Id<K> {
  const digest = hash.sha256Hex(formText({ ...source, kind: PREFIX[kind] }));
  const entropy = new Uint8Array(ENTROPY_BYTES);
  writeHex(digest.slice(0, ENTROPY_BYTES * 2), entropy, 0);
  return mintId(kind, at, entropy);
}

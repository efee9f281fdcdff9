import { toBase32 } from "../base/base32.ts";
import { hmacSha256, type Digest } from "../base/digest.ts";
import type { Hasher } from "../base/hash.ts";
import { formText } from "../base/form.ts";
import type { RunId } from "../base/id.ts";

/** What makes two calls the same call. */
export interface CallIdentity {
  readonly argsHash: Digest;
  /** An integer given at intake, or a string with loop and visit marks such as `0[2]#3`; in a workflow the step's full path. */
  readonly occurrence: number | string;
  /** The run whose start holds the key's secret; a lane inherits it. */
  readonly root: RunId | string;
  readonly tenant: string;
  readonly tool: string;
}

/** `ik_` and 16 characters of base32. */
export type IdempotencyKey = `ik_${string}`;

/**
 * The key under which an attempt may be repeated without a second effect.
 *
 * It does not depend on attempt, plan, worker or restart, and cannot be guessed without the secret.
 *
 * @param secret 32 bytes, a payload of the root run's start
 * @see formats.md 4.5
 */
export function idempotencyKey(hash: Hasher, secret: Uint8Array, call: CallIdentity): IdempotencyKey {
  const { argsHash, occurrence, root, tenant, tool } = call;
  const identity = { type: "writ/ik/v1", args_hash: argsHash, occurrence, root, tenant, tool };
  return `ik_${toBase32(hmacSha256(hash, secret, formText(identity)).subarray(0, 10))}`;
}

import { createHmac } from "node:crypto";

const PREFIX = "whsec_";
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;
const SHORTEST_KEY = 24;
const LONGEST_KEY = 64;

/** The key in a secret of the form `whsec_` and base64; null where it is none, or holds too little or too much. */
export function webhookKey(secret: string): Uint8Array | null {
  const text = secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : secret;
  if (!BASE64.test(text)) return null;
  const key = Buffer.from(text, "base64");
  return key.length < SHORTEST_KEY || key.length > LONGEST_KEY ? null : key;
}

/**
 * Headers by which a receiver knows who sent a message, and that it is the same one as before.
 *
 * @param keys while one replaces another, both sign; a receiver that has either is content
 * @see Standard Webhooks, https://www.standardwebhooks.com
 */
export function signedHeaders(
  keys: readonly Uint8Array[],
  { id, body, atMs }: { readonly id: string; readonly body: string; readonly atMs: number },
): Readonly<Record<string, string>> {
  const timestamp = String(Math.floor(atMs / 1_000));
  const signatures = keys.map((key) => {
    const digest = createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest("base64");
    return `v1,${digest}`;
  });
  return { "webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": signatures.join(" ") };
}

import type { Sealer } from "@writ/core";
import type { Secrets } from "../gateway/secrets.ts";

/** Nothing that is a known secret is ever sealed: what enters the journal is what a reader of the journal may see. */
export function maskingSealer(inner: Sealer, secrets: Secrets): Sealer {
  return {
    json: (value) => inner.json(secrets.json(value)),
    text: (value) => inner.text(secrets.text(value)),
    bytes: (value) => inner.bytes(value),
  };
}

import { rmSync } from "node:fs";

import { OrchestratorError } from "@writ/core";
import type { KeyRing } from "@writ/runtime";

import { adoptNextKey, createLogKey, keyPath, openLogKey, type LogSigner } from "./ed25519-signer.ts";

/** Which log, and where its keys lie. */
export interface KeyPlace {
  /** `$XDG_DATA_HOME`, or `~/.local/share`. */
  readonly dataHome: string;
  readonly log: string;
  readonly origin: string;
}

/**
 * The key a log signs with. Where a rotation was cut short between the log's
 * entry and the change of files, the change is made now; where it was cut short
 * before the entry, the key that was never used goes.
 *
 * @param inForce the written form of the key that the log names last
 * @throws OrchestratorError `key_not_found`, `key_permissions`, `key_malformed`, `key_not_in_force`
 */
export function openKeyInForce({ dataHome, log, origin }: KeyPlace, inForce: string): LogSigner {
  const next = openNext({ dataHome, log, origin });
  if (next?.key.text === inForce) {
    adoptNextKey(dataHome, log);
    return next;
  }
  const current = openLogKey(keyPath(dataHome, log), origin);
  if (current.key.text !== inForce) {
    const message =
      "the signing key is not the one the log names; restore the right one, or let the log go on under a new one with: writ audit checkpoint --accept-loss";
    throw new OrchestratorError("key_not_in_force", message, { details: { path: keyPath(dataHome, log) } });
  }
  if (next !== null) rmSync(keyPath(dataHome, log, "next"), { force: true });
  return current;
}

export function keyRing({ dataHome, log, origin }: KeyPlace): KeyRing {
  return {
    next: async () => openNext({ dataHome, log, origin }) ?? createLogKey(keyPath(dataHome, log, "next"), origin),
    adopt: async () => adoptNextKey(dataHome, log),
  };
}

function openNext({ dataHome, log, origin }: KeyPlace): LogSigner | null {
  try {
    return openLogKey(keyPath(dataHome, log, "next"), origin);
  } catch (error) {
    if (error instanceof OrchestratorError && error.code === "key_not_found") return null;
    throw error;
  }
}

import { equalBytes } from "../base/bytes.ts";
import { OrchestratorError } from "../base/error.ts";
import type { Head } from "./proof.ts";

/**
 * Compares a log with the head its signer remembers, on open and before each signature.
 *
 * @param rootThen the root that the log has now at the remembered size; undefined if it is smaller
 * @returns undefined if the log only grew since
 */
export function rollbackOf(
  lastSeen: Head,
  size: number,
  rootThen: Uint8Array | undefined,
): OrchestratorError | undefined {
  const details = { seen: lastSeen.size, size };
  if (size < lastSeen.size) {
    return new OrchestratorError(
      "log_rolled_back",
      "the log is smaller than the head that was last signed; restore it",
      {
        details,
      },
    );
  }
  if (rootThen !== undefined && equalBytes(rootThen, lastSeen.root)) return undefined;
  return new OrchestratorError(
    "log_forked",
    "the log has another past than the head that was last signed; restore it",
    {
      details,
    },
  );
}

import { OrchestratorError } from "@writ/core";

/** @param what cannot be asked of a server, as it is typed */
export function unsupported(what: string): OrchestratorError {
  return new OrchestratorError(
    "remote_unsupported",
    `${what} works on the workspace itself; run it where the workspace lies, without --server and WRIT_SERVER`,
  );
}

import { systemClock } from "@writ/adapters/system/clock";
import { isDescendant } from "@writ/adapters/system/processes";
import { readOwnerRecord } from "@writ/adapters/workspace/owner-record";
import type { WorkspacePaths } from "@writ/adapters/workspace/layout";
import { OrchestratorError, toRfc3339, fromRfc3339 } from "@writ/core";
import type { ControlRequest } from "@writ/runtime";

/** What only a person may ask for. */
export const PERSONAL: ReadonlySet<ControlRequest["method"]> = new Set([
  "approve",
  "deny",
  "ask_again",
  "resolve",
  "extend",
  "audit_redact",
  "key_rotate",
  "token_create",
  "token_revoke",
]);

/**
 * Deciding is a person's: refused to any descendant of the process that owns the workspace, since all it starts are tools.
 *
 * @throws OrchestratorError `approval_agent_forbidden`
 */
export function assertPersonAt(paths: WorkspacePaths): void {
  const owner = readOwnerRecord(paths.ownerRecord);
  if (owner === null || owner.pid === process.pid) return;
  if (isDescendant(process.ppid, [{ pid: owner.pid, startTime: owner.startTime }])) {
    throw new OrchestratorError(
      "approval_agent_forbidden",
      "deciding is a person's; a process that Writ started cannot do it. Decide in a terminal of your own: writ approvals",
    );
  }
}

/** How far a clock may be set back without notice; clocks that are kept by a network move less. */
const CLOCK_SLACK_MS = 60_000;

/**
 * Approvals expire and runs end by the clock: one that stands before what this log has signed is not gone by.
 *
 * @param signed when the newest head was signed, RFC 3339; empty where none was
 * @throws OrchestratorError `clock_went_back`
 */
export function assertClock(signed: string): void {
  const at = fromRfc3339(signed);
  if (at === null || systemClock.now() >= at - CLOCK_SLACK_MS) return;
  throw new OrchestratorError(
    "clock_went_back",
    `the clock says ${toRfc3339(systemClock.now())}, and this workspace was signed at ${signed}; set the clock and try again`,
  );
}

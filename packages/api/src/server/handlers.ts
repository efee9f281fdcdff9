import type { OperationName } from "../contract/operations.ts";
import type { Handlers } from "./call.ts";
import { APPROVAL_HANDLERS } from "./routes/approvals.ts";
import { AUDIT_HANDLERS } from "./routes/audit.ts";
import { EVENT_HANDLERS } from "./routes/events.ts";
import { GOVERNANCE_HANDLERS } from "./routes/governance.ts";
import { JOURNAL_HANDLERS } from "./routes/journal.ts";
import { RECORD_HANDLERS } from "./routes/records.ts";
import { SERVICE_HANDLERS } from "./routes/service.ts";
import { TASK_HANDLERS } from "./routes/tasks.ts";

/** Whoever answers each operation; the compiler names one that nobody does. */
export const HANDLERS: Handlers<OperationName> = {
  ...TASK_HANDLERS,
  ...JOURNAL_HANDLERS,
  ...RECORD_HANDLERS,
  ...APPROVAL_HANDLERS,
  ...EVENT_HANDLERS,
  ...GOVERNANCE_HANDLERS,
  ...AUDIT_HANDLERS,
  ...SERVICE_HANDLERS,
};

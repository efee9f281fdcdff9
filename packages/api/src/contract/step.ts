import { APPROVAL_MODES, STEP_STATUSES } from "@writ/core";
import { approvalId, count, stepPath } from "@writ/core/schema/scalar";
import * as z from "zod";
import { history } from "./planning.ts";

export const step = z.object({
  id: stepPath,
  ...history,
  status: z.enum(STEP_STATUSES),
  approval_mode: z.enum(APPROVAL_MODES).nullable(),
  needs: z.array(z.string()),
  args: z.json().describe("as they were sent last; null before anything was, and once they were erased"),
  output: z.json(),
  output_erased: z.boolean(),
  idempotency_key: z.string().nullable(),
  approvals: z.array(approvalId),
  evidence: z.array(z.object({ ref: z.string(), value: z.json() })),
  journal: z.object({ first: count, last: count }).nullable(),
});

import { POLICY_MODES } from "@writ/core";
import * as z from "zod";
import { tool } from "./governance.ts";

export const toolName = z.strictObject({ name: z.string().min(1).max(200) });
export const toolPage = z.object({ items: z.array(tool) });

/** A call that is not made: what would policy say of it? */
export const policyTest = z.strictObject({
  tool: z.string().min(1).max(200),
  args: z.record(z.string(), z.json()).optional(),
  mode: z.enum(POLICY_MODES).optional(),
  tainted: z.boolean().optional().describe("whether the arguments come from a model or a document"),
});

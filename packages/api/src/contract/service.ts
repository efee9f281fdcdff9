import { metricsForm, metricsHoursForm } from "@writ/core/schema/metrics";
import { count, instant } from "@writ/core/schema/scalar";
import * as z from "zod";
import { CAPABILITIES, PRINCIPAL_KINDS, ROLES, POLICY_MODES } from "@writ/core";

export const health = z.object({ status: z.literal("ok") });
export const ready = z.object({ status: z.enum(["ready", "stopping", "failing"]) });

/** Exactly one of the two. */
export const logIn = z.union([
  z.strictObject({ code: z.string().min(1).max(100).describe("what writ serve printed") }),
  z.strictObject({ token: z.string().min(1).max(200) }),
]);

export const me = z.object({
  user: z.string().describe("a pseudonym"),
  name: z.string().nullable().describe("what it stands for on this machine"),
  role: z.enum(ROLES),
  kind: z.enum(PRINCIPAL_KINDS),
  token_id: z.string(),
  capabilities: z.array(z.enum(CAPABILITIES)),
  expires_at: instant.nullable(),
  csrf: z.string().nullable().describe("sent as X-Writ-CSRF with each POST of a browser; null for a token"),
  workspace: z.object({
    name: z.string(),
    log: z.string(),
    position: count,
    policy_mode: z.enum(POLICY_MODES),
    operational_mode: z.literal("NORMAL"),
    outbound: z.array(z.string()),
    model: z.string().nullable(),
    version: z.string(),
  }),
  templates: z
    .array(z.object({ id: z.string(), utterance: z.string() }))
    .describe("goals that can be typed as they stand"),
});

export const seriesQuery = z.strictObject({ from: instant.optional(), to: instant.optional() });

export const series = z.object({
  now: metricsForm,
  hours: metricsHoursForm.describe("hours in which something was written"),
});

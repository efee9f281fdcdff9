import { APPROVAL_MODES, costCents, POLICY_MODES } from "@writ/core";
import * as z from "zod";

import { outgoingFaults } from "./outgoing.ts";
import { mail, webhook } from "./outgoing-schema.ts";

const count = z.int().nonnegative();
const duration = z.string().regex(/^[0-9]+(ms|s|m|h|d)$/, "write a duration such as 30s, 15m or 24h");

/** One rule set, as a person writes it. */
const rule = z.strictObject({
  id: z.string().min(1),
  effect: z.enum(["forbid", "gate", "require"]),
  tool: z.string().min(1),
  when: z.string().optional(),
});
const lift = z.strictObject({
  id: z.string().min(1),
  tool: z.string().min(1),
  when: z.string().optional(),
  folder: z.string().optional(),
  expires: z.iso.datetime().optional(),
});
const gate = z.strictObject({
  id: z.string().regex(/^GATE_[A-Z0-9_]+$/),
  role: z.string().min(1),
  quorum: z.int().positive().optional(),
});
const gates = z.array(gate).superRefine((list, context) => {
  for (const [at, { id }] of list.entries()) {
    if (list.findIndex((each) => each.id === id) < at)
      context.addIssue({ code: "custom", path: [at, "id"], message: `${id} is there twice; write it once` });
  }
});

const budget = z.strictObject({
  steps: count.optional(),
  tool_calls: count.optional(),
  tokens: count.optional(),
  cost_cents: costCents.optional(),
  wall_clock: duration.optional(),
  replans: count.optional(),
  retries: count.optional(),
  retries_per_step: count.optional(),
});

/** What may stand in any configuration file. */
const common = {
  policy: z
    .strictObject({
      mode: z.enum(POLICY_MODES).optional(),
      ceiling: z.enum(APPROVAL_MODES).optional(),
      tools: z.array(z.string()).optional(),
      rules: z.array(rule).optional(),
      gates: gates.optional(),
    })
    .optional(),
  budget: budget.optional(),
  approvals: z.strictObject({ ttl: duration.optional(), sla: duration.optional() }).optional(),
  limits: z
    .strictObject({
      rate_per_minute: z.int().positive().optional(),
      timeout: duration.optional(),
      width: z.int().positive().max(64).optional(),
    })
    .optional(),
  on_fatal: z.enum(["pause", "fail"]).optional(),
};

/** A workspace's own file: it may only tighten, so it has no place for what loosens. */
export const workspaceFile = z.strictObject(common);

/** Where a collector listens; what it wants to know of who sends goes into headers, which stand in no file. */
const collector = z
  .url({ protocol: /^https?$/ })
  .refine((text) => !/^https?:\/\/[^/]*@/i.test(text), "write no user name or password here; use headers_env");

/** Where spans are sent, and what they say. */
const telemetry = z
  .strictObject({
    otlp_url: collector.optional(),
    /** Whether goals, arguments, outputs and reasons leave with them. */
    capture_content: z.boolean().optional(),
    /** Name of the environment variable that holds the headers, `name=value` with commas between; they stand in no file. */
    headers_env: z.string().min(1).optional(),
  })
  .optional();

const trusted = {
  ...common,
  lifts: z.array(lift).optional(),
  /** What one token, and all together, may ask of `writ serve`. */
  serve: z
    .strictObject({
      requests_per_minute: z.int().positive().optional(),
      requests_per_minute_all: z.int().positive().optional(),
    })
    .optional(),
  outbound: z.strictObject({ hosts: z.array(z.string()) }).optional(),
  webhooks: z.array(webhook).max(50).optional(),
  mail: mail.optional(),
  model: z
    .strictObject({
      base_url: z.url(),
      model: z.string().min(1),
      /** Name of the environment variable that holds the key; the key itself stands in no file. */
      api_key_env: z.string().optional(),
      max_tokens: z.int().positive().optional(),
      /** Cents for a million tokens. */
      prices: z.strictObject({ input: costCents, output: costCents }).optional(),
    })
    .optional(),
  telemetry,
};

/** The user's file: what it says holds everywhere, or for one workspace by its path. */
export const userFile = z
  .strictObject({
    ...trusted,
    workspaces: z.record(z.string(), z.strictObject(trusted)).optional(),
  })
  .superRefine((file, context) => {
    const parts = Object.entries(file.workspaces ?? {}).map(([root, part]) => ({ at: ["workspaces", root], part }));
    for (const { at, part } of [{ at: [], part: file }, ...parts])
      for (const { path, message } of outgoingFaults(part, file))
        context.addIssue({ code: "custom", path: [...at, ...path], message });
  });

export type WorkspaceFile = z.infer<typeof workspaceFile>;
export type TrustedSettings = z.infer<z.ZodObject<typeof trusted>>;

const whole = z.stringFormat("whole number", /^[1-9][0-9]*$/).transform(Number);

/** Environment variables that configure Writ, by name. */
export const environment = z.object({
  POLICY_MODE: z.enum(POLICY_MODES).optional(),
  AUTONOMY_BUDGET: whole.optional(),
  RATE_LIMIT: whole.optional(),
  TIMEOUT: duration.optional(),
  WRIT_MODEL_URL: z.url().optional(),
  WRIT_MODEL: z.string().min(1).optional(),
  WRIT_MODEL_KEY: z.string().min(1).optional(),
  // The names of every OpenTelemetry SDK; an empty value is the same as none.
  OTEL_EXPORTER_OTLP_ENDPOINT: z.union([z.literal(""), collector]).optional(),
  OTEL_SDK_DISABLED: z.string().optional(),
});

export type Environment = z.infer<typeof environment>;

const UNITS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Milliseconds of a duration such as `30s`. */
export function milliseconds(text: string): number {
  const match = /^([0-9]+)(ms|s|m|h|d)$/.exec(text);
  const unit = match?.[2];
  if (match?.[1] === undefined || (unit !== "ms" && unit !== "s" && unit !== "m" && unit !== "h" && unit !== "d"))
    return 0;
  return Number(match[1]) * UNITS[unit];
}

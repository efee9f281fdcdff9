import { APPROVAL_MODES, planDocument } from "@writ/core";
import { count, digest } from "@writ/core/schema/scalar";
import * as z from "zod";
import { dryRun } from "./planning.ts";

const document = z.record(z.string(), z.json());
const base64 = z.base64();

const governing = {
  policy: document.describe("the pinned form of the policy"),
  catalogue: document.describe("tools by name, each with its declaration by digest"),
  tools: z.array(document).describe("the declarations the catalogue names"),
};

/** What a journal is folded with. */
export const rules = z.object({ ...governing, log: z.string(), policy_hash: digest, sandbox_hash: digest });

const limits = z.object({
  steps: count,
  tool_calls: count,
  tokens: count,
  cost_millicents: count.describe("thousandths of a cent"),
  wall_clock_ms: count,
  replans: count,
  retries: count,
  retries_per_step: count,
});

/** What a task that is made now is planned and judged by. */
export const presentRules = z.object({
  ...governing,
  ceiling: z.enum(APPROVAL_MODES),
  limits,
  has_model: z.boolean(),
  file_inputs: z.array(z.string()).describe("names of inputs that take the text of a file"),
});

export const journalQuery = z.strictObject({
  from: z.coerce.number().int().min(1).optional().describe("the first version wanted; 1 where nothing is said"),
  limit: z.coerce.number().int().min(1).max(500).optional(),
});

/** Entries of one task as they are stored: bytes that hash to what the log holds, and the payloads they commit to. */
export const journalPage = z.object({
  items: z.array(
    z.object({
      seq: count,
      version: count,
      bytes: z.string().describe("exactly what was hashed"),
      payloads: z
        .array(
          z.object({ n: count, salt: base64.nullable(), bytes: base64.nullable().describe("null once it was erased") }),
        )
        .describe("in order of birth"),
    }),
  ),
  next_from: count.nullable().describe("`from` of the next page; null at the end"),
});

export const goal = z.strictObject({ goal: z.string().max(20_000) });

/** A plan that nothing was made of. */
export const checked = z.object({ ...dryRun.shape, document: planDocument });

export const nameQuery = z.strictObject({
  kind: z.enum(["run", "approval"]),
  prefix: z.string().min(1).max(40).describe("with what stands before the underscore, such as run_01m7"),
  limit: z.coerce.number().int().min(1).max(100).optional(),
});
export const names = z.object({ items: z.array(z.string()) });

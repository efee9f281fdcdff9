import { count, digest, runId } from "@writ/core/schema/scalar";
import { inclusionForm } from "@writ/core/schema/bundle";
import * as z from "zod";
import { signedHead } from "./proof.ts";
import { POLICY_MODES } from "@writ/core";

export const checkpoint = z.object({
  ...signedHead.shape,
  root: digest,
  keys: z.array(z.object({ since_entry: count, key: z.string() })).describe("keys of the log, the one in force last"),
});

const position = z.coerce.number().int().min(0);

export const proofQuery = z
  .strictObject({ entry: position.optional(), task: runId.optional() })
  .refine(({ entry, task }) => entry !== undefined || task !== undefined, "name an entry or a task");

export const proofs = z.object({ head: z.string().describe("the signed head"), proofs: z.array(inclusionForm) });

export const consistencyQuery = z.strictObject({ since: z.coerce.number().int().min(1).describe("an older size") });

export const consistency = z.object({
  head: z.string(),
  older: z.object({ size: count, root: digest.describe("what this log says of it: compare it with what you kept") }),
  proof: z.record(z.string(), z.json()).describe("consistency.json of the bundle format"),
});

export const entryQuery = z.strictObject({
  from: position.optional(),
  limit: z.coerce.number().int().min(1).max(5_000).optional(),
});

export const exportQuery = z.strictObject({ payloads: z.enum(["included", "withheld"]).optional() });

export const replayQuery = z.strictObject({
  against: z.enum(POLICY_MODES).optional().describe("what another policy mode would have answered"),
});

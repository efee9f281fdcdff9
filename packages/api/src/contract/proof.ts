import { approvalId, count, digest, hex, identifier, instant, runId } from "@writ/core/schema/scalar";
import { checkpointForm } from "@writ/core/schema/checkpoint";
import { inclusionForm } from "@writ/core/schema/bundle";
import * as z from "zod";
import { decision } from "./error.ts";

const key = z.string().describe("a public key in its written form: origin, id and key joined by +");
const log = identifier("log");
const note = z.string().describe("a signed head, a C2SP checkpoint");
const head = z.object({ size: count, time: instant });
const exit = z.int().min(0).max(5);

export const checkpoints = z.array(
  z.object({ digest, stored: z.enum(["equal", "missing", "different"]), document: checkpointForm }),
);

const fact = z.record(z.string(), z.json()).nullable();

export const replayed = z.discriminatedUnion("result", [
  z.object({ run: runId, result: z.literal("equal"), versions: count, facts: count }),
  z.object({
    run: runId,
    result: z.literal("different"),
    version: z.int().positive(),
    fact: z.int(),
    of: count,
    step: z.string().nullable(),
    recorded: fact,
    derived: fact,
    moved: z.json(),
  }),
]);

const answer = z.object({ effect: decision, rules: z.array(z.string()) });

export const replayedAgainst = z.object({
  run: runId,
  against: z.string(),
  facts: count,
  asked: count,
  recorded_policy: digest,
  policy: digest,
  different: z.array(z.object({ fact: count, step: z.string(), recorded: answer, derived: answer })),
});

export const auditVerified = z.object({
  ok: z.boolean(),
  exit,
  log,
  origin: z.string(),
  size: count,
  root: hex,
  findings: z.array(
    z.object({
      code: z.string(),
      seq: count.nullable(),
      until: count.nullable(),
      compared: z.array(z.object({ what: z.string(), value: z.string() })),
    }),
  ),
  signed: head.nullable(),
  unsigned: z.object({ entries: count, seq: count, since: instant.nullable() }).nullable(),
  since: head.nullable(),
  key: key.nullable(),
  notes: z.array(z.string()),
  took_ms: count,
});

export const signedHead = z.object({ origin: z.string(), size: count, time: instant, note });

export const proofs = z.object({ run: runId, head: note, proofs: z.array(inclusionForm) });

export const exported = z.object({
  folder: z.string(),
  size: count,
  entries: count,
  payloads: count,
  documents: count,
  key,
  checkpoint: note,
  replay: z.array(
    z.object({
      run: runId,
      versions: count,
      facts: count,
      record_hash: digest.nullable(),
      result: z.enum(["equal", "different", "not_replayable"]),
    }),
  ),
});

export const receiptWritten = z.object({
  approval: approvalId,
  binding_hash: digest,
  status: z.string(),
  file: z.string(),
});

export const redacted = z.object({ run: runId, reason: z.string(), seq: count, payloads: count });

export const bundleVerified = z.object({
  ok: z.boolean(),
  exit,
  errors: z.array(
    z.object({
      code: z.string(),
      file: z.string(),
      line: z.int().positive().optional(),
      seq: count.optional(),
      field: z.string().optional(),
      detail: z.string().optional(),
    }),
  ),
  entries: count,
  payloads_verified: count,
  payloads_redacted: count,
  payloads_withheld: count,
  documents: count,
  size: count,
  origin: z.string().nullable(),
  key: key.nullable(),
  key_pinned: z.boolean(),
  checkpoint_time: instant.nullable(),
  replay: z
    .object({ by: z.string().nullable(), equal: count, different: count, not_replayable: count })
    .nullable()
    .describe("the exporter's own word"),
  replayed_again: z
    .object({
      equal: count,
      facts: count,
      different: z.array(z.object({ run: runId, version: count, step: z.string().nullable() })),
      not_replayable: z.array(z.object({ run: runId, reason: z.string() })),
    })
    .nullable(),
  decision: z.string().nullable().optional().describe("of a receipt: the last decision"),
});

export const keyShown = z.object({
  log,
  key,
  keys: z.array(z.object({ since_entry: count, key })),
  file: z.string(),
});

export const keyRotated = z.object({ seq: count, key, head: z.object({ size: count, note }) });

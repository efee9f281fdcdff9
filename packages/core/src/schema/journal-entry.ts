import * as z from "zod";
import { journalFact } from "./journal-fact.ts";
import { runInput } from "./run-input.ts";
import { actor, commit, count, identifier, instantMs, runId } from "./scalar.ts";

const vkey = z.string().describe("a public key in its written form: origin, id and key joined by +");
const log = identifier("log");

/** What happened to the log itself. */
const logFact = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal("log_started"),
    origin: z.string(),
    tenant: z.string(),
    key: vkey,
    product: z.string(),
    continues: z
      .strictObject({ log, size: count, root: z.string() })
      .exactOptional()
      .describe("the log this one goes on from, where its key or its end was lost"),
  }),
  z.strictObject({
    type: z.literal("key_rotated"),
    reason: z.string(),
    old_key: vkey,
    new_key: vkey,
    old_signature: z.string(),
    new_signature: z.string(),
  }),
  z.strictObject({
    type: z.literal("payload_redacted"),
    reason: z.string(),
    payloads: z.array(z.strictObject({ seq: count, commit })),
  }),
  z.strictObject({ type: z.literal("log_ended"), reason: z.string(), continued_by: log }),
]);

/** One line of the log: what is hashed as a leaf of its tree. */
export const journalEntry = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("run"),
    v: z.literal(1),
    log,
    seq: count.describe("position in the log"),
    run: runId,
    version: z.int().positive().describe("position in the run"),
    at_ms: instantMs,
    actor,
    input: runInput.describe("what arrived"),
    facts: z.array(journalFact).describe("what followed from it"),
  }),
  z.strictObject({
    kind: z.literal("log"),
    v: z.literal(1),
    log,
    seq: count,
    at_ms: instantMs,
    actor,
    facts: z.array(logFact),
  }),
]);

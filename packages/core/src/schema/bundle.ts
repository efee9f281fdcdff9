import * as z from "zod";
import { count, digest, hex, identifier, instantMs, runId } from "./scalar.ts";

const log = identifier("log");
const note = z.string().describe("a signed head, a C2SP checkpoint");
const entry = z.string().describe("the stored bytes of an entry");

/** The first line of a bundle's manifest; a blank line and the signature follow. */
export const manifestForm = z.strictObject({
  type: z.literal("writ/bundle/v1"),
  log,
  origin: z.string(),
  tenant: z.string(),
  key: z.string().describe("the key in force, in its written form"),
  scope: z.discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("log") }),
    z.strictObject({ kind: z.literal("run"), run: runId }),
  ]),
  size: count.describe("entries of the whole log"),
  entries: count.describe("entries in the bundle"),
  payloads: z.enum(["included", "withheld"]),
  created_at_ms: instantMs,
  by: z.string(),
  files: z.array(z.strictObject({ name: z.string(), bytes: count, sha256: hex })),
});

/** An approval that proves itself, in one line. */
export const receiptForm = z.strictObject({
  type: z.literal("writ/receipt/v1"),
  binding_hash: digest,
  checkpoint: note,
  entries: z.array(entry),
  tree: z.string().describe("the entries' places in the log, and the roots of the rest"),
});

/** What the exporter says of its own replay. */
export const replayClaim = z.strictObject({
  type: z.literal("writ/replay/v1"),
  by: z.string(),
  runs: z.array(
    z.strictObject({
      run: runId,
      versions: count,
      facts: count,
      record_hash: digest.nullable(),
      result: z.enum(["equal", "different", "not_replayable"]),
    }),
  ),
});

/** Proof that an entry stands at its position of the log with this signed head. */
export const inclusionForm = z.strictObject({
  type: z.literal("writ/inclusion/v1"),
  log,
  seq: count,
  entry,
  size: count,
  root: z.string().describe("Base64"),
  hashes: z.array(hex),
  head: note,
});

/** Proof that a log became a longer one by appending. */
export const consistencyForm = z.strictObject({
  type: z.literal("writ/consistency/v1"),
  log,
  from: z.strictObject({ size: count, root: z.string() }),
  to: z.strictObject({ size: count, root: z.string() }),
  hashes: z.array(hex),
});

import { equalBytes } from "../base/bytes.ts";
import type { Json, JsonObject } from "../base/json.ts";
import { parseCheckpoint, type Checkpoint } from "./checkpoint.ts";
import { knownFromCover, readCover, type CoverLine } from "./cover.ts";
import { exitOf, type Exit } from "./exit.ts";
import type { Finding } from "./finding.ts";
import type { BundleFiles } from "./manifest.ts";
import { fold, type Known } from "./merkle.ts";
import { isSignedBy } from "./note.ts";
import type { Audit, VerifierPlatform } from "./platform.ts";
import { isOfReceipt } from "./receipt.ts";
import { differing, hasExactly, isText, items, member, readStored } from "./stored-json.ts";
import { checkEntries, linesOf, type Entry } from "./verify-entries.ts";
import { checkFiles, checkManifest, isLater } from "./verify-files.ts";
import { checkLastSeen } from "./verify-last-seen.ts";
import { checkLog, keyAt, type LogState } from "./verify-log.ts";
import { checkPayloads } from "./verify-payloads.ts";
import { checkReplay } from "./verify-replay.ts";
import { checkRuns } from "./verify-runs.ts";

export interface VerifyOptions {
  /** A vkey known from elsewhere; without it the key is the bundle's own word. */
  readonly trust?: string | undefined;
  /** A signed head that somebody kept. */
  readonly lastSeen?: Uint8Array | undefined;
  /** Whether payloads that the exporter withheld count as missing. */
  readonly requirePayloads?: boolean | undefined;
}

/** What was found, as `--json` prints it. */
export interface Verification {
  readonly ok: boolean;
  readonly exit: Exit;
  readonly errors: readonly Finding[];
  /** Exported entries that are in their place. */
  readonly entries: number;
  readonly payloads_verified: number;
  readonly payloads_redacted: number;
  readonly payloads_withheld: number;
  readonly documents: number;
  /** Of the whole log. */
  readonly size: number;
  readonly origin: string | null;
  /** The vkey in force. */
  readonly key: string | null;
  /** Whether the key was known from elsewhere. */
  readonly key_pinned: boolean;
  readonly checkpoint_time: string | null;
  /** The exporter's claim: who replayed, and how many runs with which result. */
  readonly replay: JsonObject | null;
  /** Of a receipt: the last decision, a fact's type. */
  readonly decision?: string | null;
}

/** Checks an export from its bytes alone: raw bytes are hashed before anything is parsed, and a finding stops nothing. */
export function verifyBundle(
  files: BundleFiles,
  platform: VerifierPlatform,
  options: VerifyOptions = {},
): Verification {
  const errors: Finding[] = [];
  const audit: Audit = {
    ...platform,
    say: (code, place, file = "entries.jsonl") => errors.push({ code, file, ...place }),
  };
  const read = (name: string): Uint8Array => files.get(name) ?? new Uint8Array();
  const manifest = checkManifest(audit, files);
  if (errors.some(({ code }) => exitOf(code) === 2)) return conclude(errors, {});
  checkFiles(audit, files, manifest);
  const lines = linesOf(read("entries.jsonl"));
  const proven = checkProven(
    audit,
    audit.utf8(read("checkpoint")),
    audit.utf8(read("tree")),
    lines.slice(0, -1),
    options.trust,
  );
  const { checkpoint, known, log, entries, shown } = proven;
  const isWhole = member(manifest?.["scope"], "kind") !== "run";
  const isWithheld = manifest?.["payloads"] === "withheld";
  const checks = { isWhole, isWithheld, mustBeThere: options.requirePayloads === true };
  if (lines.at(-1)?.length !== 0) audit.say("entry_malformed", { line: lines.length });
  const { bytes, documents, redacted, withheld } = checkPayloads(audit, read("blobs"), entries, checks);
  if (manifest !== undefined) compareManifest(audit, manifest, proven, bytes.size === 0);
  const runs = checkRuns({ audit, tenant: log.tenant, payloads: bytes, documents, isComplete: true }, entries);
  if (checkpoint) checkLastSeen(audit, log, { checkpoint, known }, files.get("consistency.json"), options.lastSeen);
  const replay = checkReplay(audit, files.get("replay.json"), runs);
  const counts = { payloads_verified: bytes.size, payloads_redacted: redacted, payloads_withheld: withheld };
  return conclude(errors, { ...shown, ...counts, documents: documents.size, replay });
}

/** Checks a receipt: a small partial bundle in one file, with nothing to trust but the key. */
export function verifyReceipt(
  bytes: Uint8Array,
  platform: VerifierPlatform,
  options: VerifyOptions = {},
): Verification {
  const errors: Finding[] = [];
  const audit: Audit = { ...platform, say: (code, place) => errors.push({ code, file: "receipt", ...place }) };
  const receipt = bytes.at(-1) === 10 ? readStored(audit.utf8(bytes.subarray(0, -1))) : undefined;
  const lines = items(member(receipt, "entries")).filter(isText);
  const { type, binding_hash: hash = null, checkpoint, tree } = hasExactly(receipt, MEMBERS) ? receipt : {};
  if (isLater(member(receipt, "type"))) audit.say("bundle_unsupported");
  else if (type !== "writ/receipt/v1") audit.say("receipt_malformed");
  if (errors.length > 0) return conclude(errors, {});
  const { log, entries, shown } = checkProven(audit, String(checkpoint), String(tree), lines, options.trust);
  for (const { facts, run, seq, line } of entries) {
    if (!isOfReceipt(facts, run === undefined, hash)) audit.say("receipt_malformed", { seq, line });
  }
  const nothing = { payloads: new Map<string, Uint8Array>(), documents: new Map<string, Json>() };
  const runs = checkRuns({ audit, tenant: log.tenant, ...nothing, isComplete: false }, entries);
  const approvals = [...runs.values()].flatMap((run) => [...run.approvals.values()]);
  const decision = approvals.find(({ bindingHash }) => bindingHash === hash)?.decision ?? null;
  if (decision === null) audit.say("approval_missing");
  return conclude(errors, { ...shown, decision });
}

const MEMBERS = "binding_hash,checkpoint,entries,tree,type";

interface Proven {
  readonly checkpoint: Checkpoint | undefined;
  readonly cover: readonly CoverLine[] | undefined;
  readonly known: Known;
  readonly entries: readonly Entry[];
  readonly log: LogState;
  readonly shown: Partial<Verification>;
}

/** Steps 3 to 6: head, tree, entries and keys. */
function checkProven(
  audit: Audit,
  head: string | undefined,
  tree: string | undefined,
  lines: readonly (Uint8Array | string)[],
  trust: string | undefined,
): Proven {
  const checkpoint = parseCheckpoint(audit, head);
  const read = readCover(tree ?? "");
  const cover = typeof read === "number" ? undefined : read;
  const size = cover?.at(-1)?.to ?? checkpoint?.size ?? 0;
  const known = knownFromCover(audit, cover ?? []);
  const root = fold(audit, known, 0, size);
  if (checkpoint === undefined) audit.say("checkpoint_malformed", {}, "checkpoint");
  if (typeof read === "number") audit.say("tree_malformed", { line: read }, "tree");
  else if (!root || checkpoint?.size !== size || !equalBytes(root, checkpoint.root)) audit.say("tree_root", {}, "tree");
  const entries = checkEntries(audit, lines, cover);
  const log = checkLog(audit, entries, checkpoint?.size ?? size);
  const key = keyAt(log, checkpoint?.size ?? size);
  const isPinned = log.keys.some((each) => each.key.text === trust);
  if (checkpoint && checkpoint.origin !== log.origin) audit.say("checkpoint_origin", {}, "checkpoint");
  if (checkpoint && !isSignedBy(audit, checkpoint.note, key)) audit.say("checkpoint_signature", {}, "checkpoint");
  if (trust !== undefined && !isPinned) audit.say("key_not_trusted", {}, "checkpoint");
  const shown = { entries: entries.length, size, origin: log.origin, key: key?.text ?? null, key_pinned: isPinned };
  return { checkpoint, cover, known, entries, log, shown: { ...shown, checkpoint_time: checkpoint?.time ?? null } };
}

/** What the manifest claims is what the log shows. */
function compareManifest(
  audit: Audit,
  manifest: JsonObject,
  { cover, log, entries, shown }: Proven,
  isBare: boolean,
): void {
  const { scope = null, payloads = null } = manifest;
  const run = entries.find((entry) => entry.run !== undefined)?.run ?? null;
  const isOneRun = entries.every((entry) => (entry.run ?? run) === run);
  const isWhole = cover?.every(({ isEntry }) => isEntry) === true;
  const told = member(scope, "kind") === "log" && isWhole ? { kind: "log" } : isOneRun ? { kind: "run", run } : null;
  const kept = payloads === "withheld" && isBare ? payloads : "included";
  const { log: id, origin, tenant } = log;
  const { size = 0, key = null } = shown;
  const expected = { log: id, origin, tenant, key, size, entries: entries.length, scope: told, payloads: kept };
  const wrong = differing(expected, manifest);
  if (wrong !== undefined) audit.say("manifest_mismatch", { field: `/${wrong}` }, "manifest");
}

/** One finding that says something was changed outweighs all others; then what cannot be read, then what cannot be connected. */
function conclude(errors: readonly Finding[], shown: Partial<Verification>): Verification {
  const exit = ([5, 2, 1] as const).find((each) => errors.some(({ code }) => exitOf(code) === each)) ?? 0;
  const counts = {
    entries: 0,
    payloads_verified: 0,
    payloads_redacted: 0,
    payloads_withheld: 0,
    documents: 0,
    size: 0,
  };
  const names = { origin: null, key: null, key_pinned: false, checkpoint_time: null, replay: null };
  return { ok: exit === 0, exit, errors, ...counts, ...names, ...shown };
}

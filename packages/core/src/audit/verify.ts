import { equalBytes } from "../base/bytes.ts";
import { parseCheckpoint, type Checkpoint } from "./checkpoint.ts";
import { knownFromCover, readCover, type CoverLine } from "./cover.ts";
import { exitOf, type Exit } from "./exit.ts";
import type { Finding, Say } from "./finding.ts";
import type { BundleFiles, Manifest } from "./manifest.ts";
import { fold } from "./merkle.ts";
import { isSignedBy } from "./note.ts";
import { isOfReceipt, readReceipt } from "./receipt.ts";
import type { VerifierPlatform } from "./signature.ts";
import { checkEntries, linesOf, type Entry } from "./verify-entries.ts";
import { checkFiles, checkManifest } from "./verify-files.ts";
import { checkLastSeen } from "./verify-last-seen.ts";
import { checkLog, keyAt, type LogState } from "./verify-log.ts";
import { checkPayloads } from "./verify-payloads.ts";
import { checkReplay, type ReplayClaim } from "./verify-replay.ts";
import { checkRuns } from "./verify-runs.ts";

export interface VerifyOptions {
  /** A vkey known from elsewhere; without it the key is the bundle's own word. */
  readonly trust?: string | undefined;
  /** A signed head that somebody kept. */
  readonly lastSeen?: Uint8Array | undefined;
  /** Whether payloads that the exporter withheld are missing. */
  readonly requirePayloads?: boolean | undefined;
}

/** What was found, as `--json` prints it. */
export interface Verification {
  readonly ok: boolean;
  readonly exit: Exit;
  readonly errors: readonly Finding[];
  /** Exported entries that hold their place. */
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
  readonly replay: ReplayClaim | null;
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
  const say: Say = (code, file, place) => void errors.push({ code, file, ...place });
  const manifest = checkManifest(say, platform, files);
  if (errors.some(({ code }) => exitOf(code) === 2)) return conclude(errors, {});
  checkFiles(say, platform, files, manifest);
  const text = (name: string): string | undefined => platform.utf8(files.get(name) ?? new Uint8Array());
  const lines = linesOf(files.get("entries.jsonl") ?? new Uint8Array());
  const proven = checkProven(
    say,
    platform,
    text("checkpoint"),
    text("tree"),
    lines.slice(0, -1),
    manifest,
    options.trust,
  );
  const { entries, log, checkpoint, cover } = proven;
  if (lines.at(-1)?.length !== 0)
    say("entry_malformed", "entries.jsonl", { line: lines.length, detail: "no line feed" });
  if (manifest !== undefined) compareManifest(say, manifest, proven);
  const payloads = checkPayloads(say, platform, files.get("blobs") ?? new Uint8Array(), entries, {
    isWhole: manifest?.scope.kind !== "run",
    isWithheld: manifest?.payloads === "withheld",
    requirePayloads: options.requirePayloads === true,
  });
  const { bytes, documents, redacted, withheld } = payloads;
  const runs = checkRuns({ say, platform, tenant: log.tenant, payloads: bytes, documents, isComplete: true }, entries);
  const given = { consistency: files.get("consistency.json"), lastSeen: options.lastSeen };
  if (checkpoint !== undefined) checkLastSeen(say, platform, log, { checkpoint, cover }, given);
  const replay = checkReplay(say, platform, files.get("replay.json"), runs);
  const counts = {
    payloads_verified: bytes.size,
    payloads_redacted: redacted,
    payloads_withheld: withheld,
    documents: documents.size,
  };
  return conclude(errors, { ...proven.shown, ...counts, replay });
}

/** Checks a receipt: a small partial bundle in one file, with nothing to trust but the key. */
export function verifyReceipt(
  bytes: Uint8Array,
  platform: VerifierPlatform,
  options: VerifyOptions = {},
): Verification {
  const errors: Finding[] = [];
  const say: Say = (code, _, place) => void errors.push({ code, file: "receipt", ...place });
  const receipt = readReceipt(platform.utf8(bytes));
  if (receipt === undefined || receipt === "unsupported") {
    say(receipt === undefined ? "receipt_malformed" : "bundle_unsupported", "receipt");
    return conclude(errors, {});
  }
  const { log, entries, shown } = checkProven(
    say,
    platform,
    receipt.checkpoint,
    receipt.tree,
    receipt.entries,
    undefined,
    options.trust,
  );
  for (const { facts, run, seq, line } of entries) {
    if (!isOfReceipt(facts, run === null, receipt.bindingHash)) say("receipt_malformed", "receipt", { seq, line });
  }
  const nothing = { payloads: new Map<string, never>(), documents: new Map<string, never>() };
  const runs = checkRuns({ say, platform, tenant: log.tenant, ...nothing, isComplete: false }, entries);
  const approvals = [...runs.values()].flatMap((run) => [...run.approvals.values()]);
  const approval = approvals.find(({ bindingHash }) => bindingHash === receipt.bindingHash);
  if (approval === undefined) say("approval_missing", "receipt");
  return conclude(errors, { ...shown, decision: approval?.decision ?? null });
}

interface Proven {
  readonly checkpoint: Checkpoint | undefined;
  readonly cover: readonly CoverLine[];
  readonly entries: readonly Entry[];
  readonly log: LogState;
  readonly shown: Partial<Verification>;
}

/** Steps 3 to 6: head, tree, entries and keys. */
function checkProven(
  say: Say,
  platform: VerifierPlatform,
  checkpointText: string | undefined,
  treeText: string | undefined,
  lines: readonly (Uint8Array | string)[],
  manifest: Manifest | undefined,
  trust: string | undefined,
): Proven {
  const checkpoint = parseCheckpoint(checkpointText ?? "");
  if (checkpoint === undefined) say("checkpoint_malformed", "checkpoint");
  const read = readCover(treeText ?? "");
  if (typeof read === "number") say("tree_malformed", "tree", { line: read });
  const cover = typeof read === "number" ? [] : read;
  const size = cover.at(-1)?.to ?? 0;
  const root = fold(platform, knownFromCover(cover), 0, size);
  const isRoot = root !== undefined && checkpoint?.size === size && equalBytes(root, checkpoint.root);
  if (!isRoot) say("tree_root", "tree");
  const entries = checkEntries(say, platform, lines, cover);
  const log = checkLog(say, platform, entries, checkpoint?.size ?? size);
  const key = checkpoint && keyAt(log, checkpoint.size);
  if (checkpoint !== undefined && checkpoint.origin !== log.origin) say("checkpoint_origin", "checkpoint");
  if (checkpoint !== undefined && (key === undefined || !isSignedBy(platform, checkpoint.note, key)))
    say("checkpoint_signature", "checkpoint");
  const isPinned = log.keys.some((each) => each.key.text === trust);
  if (trust !== undefined && !isPinned) say("key_not_trusted", manifest === undefined ? "checkpoint" : "manifest");
  const shown = { entries: entries.length, size, origin: log.origin, key: key?.text ?? null, key_pinned: isPinned };
  return { checkpoint, cover, entries, log, shown: { ...shown, checkpoint_time: checkpoint?.time ?? null } };
}

/** What the manifest claims is what the log shows. */
function compareManifest(say: Say, manifest: Manifest, { checkpoint, cover, entries, log, shown }: Proven): void {
  const { scope } = manifest;
  const isWhole = cover.every(({ isEntry }) => isEntry);
  const isOnlyRun =
    scope.kind === "run" &&
    entries.every(({ run }) => run === null || run === scope.run) &&
    entries.some(({ run }) => run !== null);
  const holds = {
    log: manifest.log === log.log,
    origin: manifest.origin === log.origin,
    tenant: manifest.tenant === log.tenant,
    key: manifest.key === shown.key,
    size: manifest.size === (checkpoint?.size ?? manifest.size),
    entries: manifest.entries === entries.length,
    scope: scope.kind === "log" ? isWhole : isOnlyRun,
  };
  for (const [name, isTrue] of Object.entries(holds))
    if (!isTrue) say("manifest_mismatch", "manifest", { field: `/${name}` });
}

/** One finding that says something was changed outweighs all others; then what cannot be read, then what cannot be connected. */
function conclude(errors: readonly Finding[], shown: Partial<Verification>): Verification {
  const exits = errors.map(({ code }) => exitOf(code));
  const exit = ([5, 2, 1] as const).find((each) => exits.includes(each)) ?? 0;
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

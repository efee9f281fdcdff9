import type { Json, JsonObject } from "../base/json.ts";
import { parseCheckpoint } from "./checkpoint.ts";
import { readCover, rootFromCover, type CoverLine } from "./cover.ts";
import { exitOf } from "./exit.ts";
import type { Finding } from "./finding.ts";
import type { BundleFiles } from "./manifest.ts";
import { isSignedBy } from "./note.ts";
import type { Audit, VerifierPlatform } from "./platform.ts";
import { isOfReceipt } from "./receipt.ts";
import { differing, formOf, isText, items, member } from "./stored-json.ts";
import { checkEntries, linesOf, type Entry } from "./verify-entries.ts";
import { checkFiles, checkManifest, isLater, readLine } from "./verify-files.ts";
import { checkLastSeen, readProof, type Present } from "./verify-last-seen.ts";
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
  /** 0 holds, 5 something was changed, 2 no bundle or a newer format, 1 the last-seen head cannot be connected. */
  readonly exit: number;
  readonly errors: readonly Finding[];
  /** Exported entries that are in their place. */
  readonly entries: number;
  readonly payloads_verified: number;
  readonly payloads_redacted: number;
  readonly payloads_withheld: number;
  readonly documents: number;
  /** Of the whole log. */
  readonly size: number;
  readonly origin: Json;
  /** The vkey in force. */
  readonly key: string | null;
  /** Whether the key was known from elsewhere. */
  readonly key_pinned: boolean;
  readonly checkpoint_time: string | null;
  /** The exporter's claim: who replayed, and how many runs with which result. */
  readonly replay: JsonObject | null;
  /** Of a receipt: the last decision, a fact's type. */
  readonly decision?: Json;
}

const RECEIPT = "binding_hash,checkpoint,entries,tree,type";
const COUNTS = { entries: 0, payloads_verified: 0, payloads_redacted: 0, payloads_withheld: 0, documents: 0, size: 0 };
const NAMES = { origin: null, key: null, key_pinned: false, checkpoint_time: null, replay: null };

/** Checks an export from its bytes alone: raw bytes are hashed before anything is parsed, and a finding stops nothing. */
export function verifyBundle(
  files: BundleFiles,
  platform: VerifierPlatform,
  options: VerifyOptions = {},
): Verification {
  const errors: Finding[] = [];
  const audit: Audit = { ...platform, say: (code, at, file = "entries.jsonl") => errors.push({ code, file, ...at }) };
  if (!files.has("manifest") && !files.has("checkpoint")) audit.say("bundle_not_found", {}, "manifest");
  const manifest = errors.length > 0 ? undefined : checkManifest(audit, files.get("manifest"));
  if (errors.some(({ code }) => code.startsWith("bundle_"))) return conclude(errors, {});
  checkFiles(audit, files, manifest);
  const lines = linesOf(files.get("entries.jsonl") ?? new Uint8Array());
  if (lines.pop()?.length !== 0) audit.say("entry_malformed", { line: lines.length + 1 });
  const [head, tree] = ["checkpoint", "tree"].map((name) => audit.utf8(files.get(name)));
  const { present, cover, entries, log, shown } = checkProven(audit, head, tree, lines, options.trust);
  const isWhole = member(manifest?.["scope"], "kind") !== "run";
  const rules = { isWhole, isWithheld: manifest?.["payloads"] === "withheld", mustBeThere: options.requirePayloads };
  const { counts, ...held } = checkPayloads(audit, files.get("blobs") ?? new Uint8Array(), entries, rules);
  if (manifest)
    compareManifest(audit, manifest, entries, { ...shown, ...log, cover, isBare: held.payloads.size === 0 });
  const runs = checkRuns({ audit, tenant: log.tenant, ...held, isComplete: true }, entries);
  const [proof, replay] = [files.get("consistency.json"), files.get("replay.json")];
  const from = present && proof && readProof(audit, present, proof);
  if (present && options.lastSeen) checkLastSeen(audit, present, from, options.lastSeen);
  return conclude(errors, { ...shown, ...counts, replay: replay ? checkReplay(audit, replay, runs) : null });
}

/** Checks a receipt: a small partial bundle in one file, with nothing to trust but the key. */
export function verifyReceipt(
  bytes: Uint8Array,
  platform: VerifierPlatform,
  options: VerifyOptions = {},
): Verification {
  const errors: Finding[] = [];
  const audit: Audit = { ...platform, say: (code, place) => errors.push({ code, file: "receipt", ...place }) };
  const value = readLine(audit, bytes);
  const receipt = formOf(value, "writ/receipt/v1", RECEIPT);
  if (!receipt) audit.say(isLater(value) ? "bundle_unsupported" : "receipt_malformed");
  if (!receipt) return conclude(errors, {});
  const { binding_hash: hash = null, checkpoint, tree } = receipt;
  const lines = items(receipt["entries"]).filter(isText);
  const { log, entries, shown } = checkProven(audit, String(checkpoint), String(tree), lines, options.trust);
  for (const { seq, line, facts, run } of entries)
    if (!isOfReceipt(facts, run === undefined, hash)) audit.say("receipt_malformed", { seq, line });
  const scene = { audit, tenant: log.tenant, payloads: new Map(), documents: new Map(), isComplete: false };
  const approvals = [...checkRuns(scene, entries).values()].flatMap((run) => [...run.approvals.values()]);
  const approval = approvals.find(({ bindingHash }) => bindingHash === hash);
  if (approval === undefined) audit.say("approval_missing");
  return conclude(errors, { ...shown, decision: approval?.decision ?? null });
}

/** What a signed head proves of a log. */
interface Proven {
  readonly present: Present | undefined;
  readonly cover: readonly CoverLine[] | undefined;
  readonly entries: readonly Entry[];
  readonly log: LogState;
  readonly shown: Shown;
}

type Shown = Pick<Verification, "entries" | "size" | "origin" | "key" | "key_pinned" | "checkpoint_time">;

/** Steps 3 to 6: head, tree, entries and keys. */
function checkProven(
  audit: Audit,
  head: string | undefined,
  tree: string | undefined,
  lines: readonly (Uint8Array | string)[],
  trust: string | undefined,
): Proven {
  const checkpoint = parseCheckpoint(audit, head);
  const read = readCover(tree);
  const cover = typeof read === "number" ? undefined : read;
  const size = cover?.at(-1)?.to ?? checkpoint?.size ?? 0;
  const rootAt = rootFromCover(audit, cover ?? []);
  if (checkpoint === undefined) audit.say("checkpoint_malformed", {}, "checkpoint");
  if (typeof read === "number") audit.say("tree_malformed", { line: read }, "tree");
  else if (checkpoint?.size !== size || rootAt(size) !== audit.toHex(checkpoint.root))
    audit.say("tree_root", {}, "tree");
  const entries = checkEntries(audit, lines, cover);
  const log = checkLog(audit, entries, checkpoint?.size ?? size);
  const key = keyAt(log, checkpoint?.size ?? size);
  const isPinned = log.keys.some((each) => each.key.text === trust);
  if (checkpoint && checkpoint.origin !== log.origin) audit.say("checkpoint_origin", {}, "checkpoint");
  if (checkpoint && !isSignedBy(audit, checkpoint.note, key)) audit.say("checkpoint_signature", {}, "checkpoint");
  if (trust !== undefined && !isPinned) audit.say("key_not_trusted", {}, "checkpoint");
  const names = { origin: log.origin, key: key?.text ?? null, key_pinned: isPinned };
  const shown = { entries: entries.length, size, ...names, checkpoint_time: checkpoint?.time ?? null };
  return { present: checkpoint && { checkpoint, rootAt, log }, cover, entries, log, shown };
}

type Claim = Shown & LogState & { readonly cover: readonly CoverLine[] | undefined; readonly isBare: boolean };

/** What the manifest claims is what the log shows. */
function compareManifest(audit: Audit, manifest: JsonObject, entries: readonly Entry[], claim: Claim): void {
  const { log, origin, tenant, key, size, cover = [], isBare } = claim;
  const runs = new Set(entries.flatMap(({ run }) => run ?? []));
  const isWhole = cover.every(({ isEntry }) => isEntry) && member(manifest["scope"], "kind") === "log";
  const scope = isWhole ? { kind: "log" } : { kind: "run", run: (runs.size === 1 && [...runs][0]) || null };
  const payloads = manifest["payloads"] === "withheld" && isBare ? "withheld" : "included";
  const wrong = differing({ log, origin, tenant, key, size, entries: entries.length, scope, payloads }, manifest);
  if (wrong !== undefined) audit.say("manifest_mismatch", { field: `/${wrong}` }, "manifest");
}

function conclude(errors: readonly Finding[], shown: Partial<Verification>): Verification {
  const exit = exitOf(errors.map(({ code }) => code));
  return { ok: exit === 0, exit, errors, ...COUNTS, ...NAMES, ...shown };
}

import {
  checkEntries,
  checkLog as checkLogFacts,
  type Checkpoint,
  isSignedBy,
  keyAt,
  type LogState,
  parseCheckpoint,
  toHex,
  toRfc3339,
  type VerifierPlatform,
} from "@writ/core";
import { rootAt } from "../engine/tree-parts.ts";
import type { Store } from "../ports/store.ts";
import { differingViews } from "./check-views.ts";
import { entryInstant } from "./entry-instant.ts";
import { LogWalk, type Walked } from "./log-walk.ts";
import type { LogFinding, LogReport, UnsignedTail } from "./log-report.ts";

/**
 * Hashes every stored entry again and holds the log against its tiles, its
 * head, its signed head, its views and a head remembered elsewhere. Goes on
 * after a finding, so that all places are named.
 *
 * @param lastSeen notes of signed heads that were kept outside the workspace
 */
export async function checkLog(
  store: Store,
  platform: VerifierPlatform,
  lastSeen: readonly string[],
): Promise<LogReport> {
  const findings: LogFinding[] = [];
  const say = (finding: LogFinding): void => void findings.push(finding);
  const newest = await store.audit.signedHead();
  const note = parseCheckpoint(platform, newest?.note);
  const seen = lastSeen.map((text) => parseCheckpoint(platform, text));
  const heads = [note, ...seen].flatMap((head) => head ?? []);
  const walked = await new LogWalk(store, platform, new Set(heads.map(({ size }) => size)), say).finished();
  const log = logFacts(platform, walked, say);
  const signed = newest === null ? null : held(platform, note, log, walked, "signed head", say);
  const kept = seen.flatMap((head) => held(platform, head, log, walked, "last seen", say) ?? []);
  for (const seq of await differingViews(store, walked)) say({ code: "views_differ", seq, until: null, compared: [] });
  const placed = await Promise.all(findings.map((finding) => narrowed(store, platform, log, finding)));
  return {
    log: store.log.id,
    origin: store.log.origin,
    size: walked.size,
    root: toHex(walked.root),
    findings: placed.toSorted((a, b) => rank(a) - rank(b)),
    signed: signed && { size: signed.size, time: signed.time },
    unsigned: await unsignedTail(store, signed?.size ?? 0, walked.size),
    since: kept.map(({ size, time }) => ({ size, time })).toSorted((a, b) => a.size - b.size)[0] ?? null,
    key: keyAt(log, walked.size)?.text ?? null,
  };
}

async function unsignedTail(store: Store, signed: number, size: number): Promise<UnsignedTail | null> {
  if (signed >= size) return null;
  const at = await entryInstant(store, signed);
  return { entries: size - signed, seq: signed, since: at === null ? null : toRfc3339(at) };
}

/** The log before its views, and what has a place before what has none. */
function rank({ code, seq }: LogFinding): number {
  return (seq ?? Number.MAX_SAFE_INTEGER / 4) + (code === "views_differ" ? Number.MAX_SAFE_INTEGER / 2 : 0);
}

/**
 * Behind the last full tile no hash of a single entry is kept; heads that were
 * signed on the way say which of them the change lies between.
 */
async function narrowed(
  store: Store,
  platform: VerifierPlatform,
  log: LogState,
  finding: LogFinding,
): Promise<LogFinding> {
  let { seq: from, until } = finding;
  if (finding.code !== "tree_root" || from === null || until === null) return finding;
  for (const { note } of await store.audit.signedHeads(from, until + 1)) {
    const head = parseCheckpoint(platform, note);
    if (head === undefined || !isSignedBy(platform, head.note, keyAt(log, head.size))) continue;
    const root = await rootAt(store.audit, platform, head.size);
    if (root !== undefined && toHex(root) === toHex(head.root)) from = head.size;
    else until = Math.min(until, head.size - 1);
  }
  return from === until ? { ...finding, code: "entry_leaf", seq: from, until: null } : { ...finding, seq: from, until };
}

/** What the log's own entries say of its keys and its end. */
function logFacts(platform: VerifierPlatform, walked: Walked, say: (finding: LogFinding) => void): LogState {
  const audit = {
    ...platform,
    say: (code: LogFinding["code"], place?: { readonly seq?: number }) => say(plain(code, place?.seq ?? null)),
  };
  return checkLogFacts(audit, checkEntries(audit, walked.logEntries, undefined), walked.size);
}

/** A signed head, if the log has it behind itself. */
function held(
  platform: VerifierPlatform,
  head: Checkpoint | undefined,
  log: LogState,
  walked: Walked,
  what: "signed head" | "last seen",
  say: (finding: LogFinding) => void,
): Checkpoint | null {
  const isSeen = what === "last seen";
  if (head === undefined || head.origin !== log.origin)
    return said(plain(isSeen ? "last_seen_malformed" : "checkpoint_malformed", null));
  if (head.size > walked.size) return said(plain(isSeen ? "log_rolled_back" : "rolled_back", walked.size));
  if (!isSignedBy(platform, head.note, keyAt(log, head.size)))
    return said(plain(isSeen ? "last_seen_signature" : "checkpoint_signature", null));
  const then = walked.roots.get(head.size);
  if (then !== undefined && toHex(then) === toHex(head.root)) return head;
  const compared = [
    { what: `root of ${what}`, value: `sha256:${toHex(head.root)}` },
    { what: "root of entries", value: `sha256:${then === undefined ? "" : toHex(then)}` },
  ];
  return said({ code: isSeen ? "log_forked" : "tree_root", seq: null, until: null, compared });

  function said(finding: LogFinding): null {
    say(finding);
    return null;
  }
}

function plain(code: LogFinding["code"], seq: number | null): LogFinding {
  return { code, seq, until: null, compared: [] };
}

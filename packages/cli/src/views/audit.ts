import { fromRfc3339 } from "@writ/core";
import { SIGNED_WITHIN_MS, type LogFinding, type LogReport, type UnsignedTail } from "@writ/runtime";
import { grouped } from "@writ/core/text/figure";
import type { AuditView } from "../terminal/view.ts";

/** What was found of the log, as the terminal shows it. Entries are counted from 0, as everywhere: the position is part of their bytes. */
export function auditView(
  report: LogReport,
  { now, tookMs }: { readonly now: number; readonly tookMs: number },
): AuditView {
  const [first] = report.findings;
  if (first !== undefined) return notIntact(report, first);
  const { key, root, signed, since, size, unsigned } = report;
  return {
    kind: "intact",
    entries: size,
    tookMs,
    head: `sha256:${root}`,
    signed: signed === null ? null : { at: fromRfc3339(signed.time) ?? 0, entries: signed.size, ...signerOf(key) },
    unsigned:
      unsigned === null
        ? null
        : { entries: unsigned.entries, since: sinceOf(unsigned), code: auditNotes(report, now)[0] ?? null },
    since: since === null ? null : { at: fromRfc3339(since.time) ?? 0, entries: since.size },
    now,
  };
}

/** What is no finding and yet to be known: a tail that should have been signed by now (formats.md 3.4). */
export function auditNotes({ unsigned }: LogReport, now: number): readonly "head_unsigned"[] {
  if (unsigned === null) return [];
  return now - (sinceOf(unsigned) ?? 0) > SIGNED_WITHIN_MS ? ["head_unsigned"] : [];
}

function sinceOf({ since }: UnsignedTail): number | null {
  return since === null ? null : fromRfc3339(since);
}

function notIntact(report: LogReport, first: LogFinding): AuditView {
  const { findings, signed, size } = report;
  const more =
    findings.length === 1
      ? ""
      : ` ${grouped(findings.length - 1)} more ${findings.length === 2 ? "finding" : "findings"}: --json lists them.`;
  const good =
    first.seq === null || first.seq === 0 || first.code === "views_differ" || first.code === "log_rolled_back"
      ? null
      : `Entries 0 to ${grouped(first.seq - 1)} are as they were signed${signed === null ? "" : ` at ${signed.time}`}.`;
  return {
    kind: "not_intact",
    finding: `${sentenceOf(first, size)}${more}`,
    compared: first.compared,
    good,
    ...adviceOf(first),
  };
}

/** What a finding means, in one sentence. */
function sentenceOf({ code, seq, until }: LogFinding, size: number): string {
  const entry =
    seq === null
      ? "The log"
      : until === null
        ? `Entry ${grouped(seq)} of ${grouped(size)}`
        : `An entry between ${grouped(seq)} and ${grouped(until)} of ${grouped(size)}`;
  switch (code) {
    case "entry_leaf":
    case "tree_root":
      return `${entry} was changed.  [${code}]`;
    case "entry_missing":
      return `${entry} is missing.  [${code}]`;
    case "entry_order":
      return `${entry} is another one's, moved here.  [${code}]`;
    case "run_gap":
      return `${entry} does not follow the one before it in its run.  [${code}]`;
    case "tree_malformed":
      return `The stored tree over entries ${grouped(seq ?? 0)} to ${grouped(until ?? size)} is not theirs.  [${code}]`;
    case "checkpoint_signature":
    case "checkpoint_malformed":
      return `The newest head is not signed by the log's key.  [${code}]`;
    case "rolled_back":
    case "log_rolled_back":
      return `The log was set back: it has ${grouped(size)} entries, and a larger head was signed.  [${code}]`;
    case "log_forked":
      return `The log has another past than the head that was remembered.  [${code}]`;
    case "last_seen_malformed":
    case "last_seen_signature":
      return `The remembered head is none of this log's.  [${code}]`;
    case "views_differ":
      return `The journal is intact, but the list says something else about the run that begins at entry ${grouped(seq ?? 0)}.  [${code}]`;
    default:
      return `${entry} does not hold.  [${code}]`;
  }
}

function adviceOf({ code }: LogFinding): { readonly advice: string; readonly next: string | null } {
  if (code === "views_differ")
    return { advice: "Nothing is lost; the lists are written anew with:", next: "writ rebuild" };
  if (code === "log_rolled_back" || code === "log_forked")
    return {
      advice: "Restore the newer database; or, if it is lost for good, end this log and go on in one that says so:",
      next: "writ audit checkpoint --accept-loss",
    };
  return {
    advice:
      "Keep a copy of the workspace as it is, restore a backup, and compare. What was exported before still verifies.",
    next: null,
  };
}

/** `writ.local/log_…+9f3c12ab+…` */
function signerOf(key: string | null): { readonly by: string; readonly key: string } {
  const [by = "", id = ""] = (key ?? "").split("+");
  return { by, key: id };
}

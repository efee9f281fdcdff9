import { InvariantError, OrchestratorError } from "../base/error.ts";
import { utf8Length } from "../base/utf8.ts";
import type { EntryDraft } from "./stored-entry.ts";

/** Bytes of one entry. */
export const MAX_ENTRY_BYTES = 65_536;
/** Payloads born in one entry: their numbers are 0 … 4,095. */
export const MAX_BIRTHS = 4_096;
/** Digits of the largest position. */
const SEQ_DIGITS = 16;

/** A use of an idempotency key: whose it is and whether its call ended. */
export interface KeyClaim {
  readonly run: string;
  readonly state: "in_flight" | "done";
}

/** What a store answers while it decides whether an entry may follow those it has. */
export interface Ledger {
  /** 0 for an unknown run. */
  versionOf(run: string): number;
  isRedeemed(approval: string): boolean;
  claimOf(key: string): KeyClaim | undefined;
}

/**
 * Why a draft may not become the next entry, or undefined. Every store asks this
 * before it writes the first row of a draft, so that a refused one leaves no trace.
 *
 * The same key may be in flight again in the same run (a retry), and end more
 * than once; in another run, or after its end, a new call under it is a conflict.
 *
 * @returns OrchestratorError `stale_journal`, `approval_already_redeemed`,
 * `idempotency_conflict`, `entry_too_large`; InvariantError for a draft that no core makes
 */
export function refusalOf(draft: EntryDraft, ledger: Ledger): OrchestratorError | InvariantError | undefined {
  return (
    versionRefusal(draft, ledger) ?? sizeRefusal(draft) ?? approvalRefusal(draft, ledger) ?? keyRefusal(draft, ledger)
  );
}

function versionRefusal(draft: EntryDraft, ledger: Ledger): OrchestratorError | undefined {
  const version = ledger.versionOf(draft.run);
  if (version === draft.version - 1) return undefined;
  return new OrchestratorError("stale_journal", "the run has moved on; load it again and decide anew", {
    details: { run: draft.run, version, expected: draft.version - 1 },
  });
}

function sizeRefusal({ run, head, tail, payloads }: EntryDraft): OrchestratorError | InvariantError | undefined {
  const units = head.length + tail.length + SEQ_DIGITS;
  // Three bytes are the most that one UTF-16 code unit becomes, so most entries need no count.
  const isTooLarge = units * 3 > MAX_ENTRY_BYTES && utf8Length(head) + utf8Length(tail) + SEQ_DIGITS > MAX_ENTRY_BYTES;
  if (isTooLarge || payloads.length > MAX_BIRTHS) {
    const message = `one entry holds at most ${MAX_ENTRY_BYTES} bytes and ${MAX_BIRTHS} payloads; do less at a time`;
    return new OrchestratorError("entry_too_large", message, { details: { run, units, payloads: payloads.length } });
  }
  for (const [index, { n, salt, commit }] of payloads.entries()) {
    const isWhole = n === index && salt.length === 32 && commit.length === 64;
    if (!isWhole) return new InvariantError("a payload's number, salt or commitment is malformed", { run, n, index });
  }
  return undefined;
}

function approvalRefusal({ run, approvalUses }: EntryDraft, ledger: Ledger): OrchestratorError | undefined {
  for (const [index, { approval }] of approvalUses.entries()) {
    const isSecond = approvalUses.findIndex((use) => use.approval === approval) < index;
    if (!isSecond && !ledger.isRedeemed(approval)) continue;
    const message = "this approval was used before; ask for a new one";
    return new OrchestratorError("approval_already_redeemed", message, { details: { run, approval } });
  }
  return undefined;
}

function keyRefusal({ run, keys }: EntryDraft, ledger: Ledger): OrchestratorError | undefined {
  for (const { key, state } of keys) {
    const claim = ledger.claimOf(key);
    const isOpen = claim === undefined || (claim.run === run && (claim.state === "in_flight" || state === "done"));
    if (isOpen) continue;
    const message = `another call under this idempotency key is ${claim.state === "done" ? "done" : "in flight"}; look at its run first`;
    return new OrchestratorError("idempotency_conflict", message, { details: { run, key, holder: claim.run } });
  }
  return undefined;
}

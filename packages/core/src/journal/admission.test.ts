import { describe, expect, test } from "vitest";

import { OrchestratorError } from "../base/error.ts";
import { MAX_ENTRY_BYTES, type KeyClaim, type Ledger, refusalOf } from "./admission.ts";
import type { EntryDraft } from "./stored-entry.ts";

const amounts = { steps: 0, tool_calls: 0, tokens: 0, cost_millicents: 0, wall_clock_ms: 0 };
const run: EntryDraft["views"]["run"] = {
  run_id: "run_a",
  status: "in_progress",
  reason: null,
  goal: null,
  door: "run",
  started_by: "usr_a",
  plan_id: null,
  plan_hash: null,
  version: 3,
  created_at_ms: 1,
  updated_at_ms: 1,
  ended_at_ms: null,
  wake_at_ms: null,
  worked_ms: 0,
  waited_ms: 0,
  steps: { total: 0, done: 0, failed: 0 },
  waiting: { gates: [], doubts: [], reviews: [] },
  budget: { used: amounts, limits: amounts },
};
const draft = (over: Partial<EntryDraft> = {}): EntryDraft => ({
  run: "run_a",
  version: 3,
  atMs: 1,
  head: '{"seq":',
  tail: "}",
  payloads: [],
  documents: [],
  approvalUses: [],
  keys: [],
  views: { run, approvals: [], artifacts: [] },
  ...over,
});
const ledger = (over: Partial<Ledger> = {}): Ledger => ({
  versionOf: () => 2,
  isRedeemed: () => false,
  claimOf: () => undefined,
  ...over,
});
const code = (over: Partial<EntryDraft>, known: Partial<Ledger> = {}): string | undefined => {
  const refusal = refusalOf(draft(over), ledger(known));
  return refusal instanceof OrchestratorError ? refusal.code : refusal?.name;
};

describe("a draft is refused", () => {
  test("unless it follows the run's version", () => {
    expect(code({})).toBeUndefined();
    expect(code({ version: 2 })).toBe("stale_journal");
    expect(code({ version: 4 })).toBe("stale_journal");
    expect(code({}, { versionOf: () => 0 })).toBe("stale_journal");
  });

  test("when its bytes or births are too many, counted in UTF-8", () => {
    const room = MAX_ENTRY_BYTES - 16 - 1 - '{"seq":'.length;
    expect(code({ tail: `${"x".repeat(room)}}` })).toBeUndefined();
    expect(code({ tail: `${"x".repeat(room + 1)}}` })).toBe("entry_too_large");
    expect(code({ tail: "€".repeat(22_000) })).toBe("entry_too_large");
    const payload = { n: 0, commit: "c".repeat(64), salt: new Uint8Array(32), bytes: new Uint8Array() };
    expect(code({ payloads: Array.from({ length: 4_097 }, (_, n) => ({ ...payload, n })) })).toBe("entry_too_large");
    expect(code({ payloads: Array.from({ length: 4_096 }, (_, n) => ({ ...payload, n })) })).toBeUndefined();
    expect(code({ payloads: [{ ...payload, n: 1 }] })).toBe("InvariantError");
    expect(code({ payloads: [{ ...payload, salt: new Uint8Array(31) }] })).toBe("InvariantError");
  });

  test("when an approval was used before, or is named twice", () => {
    const use = { approval: "apr_a", bindingHash: "sha256:00" };
    expect(code({ approvalUses: [use] })).toBeUndefined();
    expect(code({ approvalUses: [use] }, { isRedeemed: (approval) => approval === "apr_a" })).toBe(
      "approval_already_redeemed",
    );
    expect(code({ approvalUses: [use, { ...use, approval: "apr_b" }, use] })).toBe("approval_already_redeemed");
  });

  test.each<[state: "in_flight" | "done", claim: KeyClaim | undefined, refused: boolean]>([
    ["in_flight", undefined, false],
    ["done", undefined, false],
    ["in_flight", { run: "run_a", state: "in_flight" }, false],
    ["done", { run: "run_a", state: "in_flight" }, false],
    ["done", { run: "run_a", state: "done" }, false],
    ["in_flight", { run: "run_a", state: "done" }, true],
    ["in_flight", { run: "run_b", state: "in_flight" }, true],
    ["in_flight", { run: "run_b", state: "done" }, true],
    ["done", { run: "run_b", state: "in_flight" }, true],
  ])("a key %s after %j: %s", (state, claim, refused) => {
    expect(code({ keys: [{ key: "ik_a", state }] }, { claimOf: () => claim })).toBe(
      refused ? "idempotency_conflict" : undefined,
    );
  });
});

import { createHash } from "node:crypto";

import {
  type ApprovalView,
  type ArtifactView,
  canonicalJson,
  commitment,
  type EntryDraft,
  type Hasher,
  type JsonObject,
  type NewLog,
  type NewPayload,
  type RunId,
  type RunView,
  parseId,
} from "@writ/core";

/** Hashes without the code under test. */
export const plainHasher: Hasher = {
  sha256: (data) => createHash("sha256").update(data).digest(),
  sha256Hex: (data) => createHash("sha256").update(data).digest("hex"),
};

const LOG = "log_01m7xcc2g3b93rthtjgbd2xt23";

/** The log that every contract works on. Its key is nobody's. */
export const TEST_LOG: NewLog = {
  id: LOG,
  origin: `writ.local/${LOG}`,
  tenant: "local",
  key: `writ.local/${LOG}+00000000+AQ==`,
  product: "writ/0.0.0",
  atMs: 1_795_208_645_130,
  actor: { kind: "system", id: "writ" },
  continues: null,
};

/** The run with this number, from 0. Names sort as numbers do. */
export function runNumber(number: number): RunId {
  const id = parseId("run", `run_${"0".repeat(20)}${String(number).padStart(6, "0")}`);
  if (!id.ok) throw new RangeError(`no run ${number}`);
  return id.value;
}

/** A payload with a salt that follows from `name`, so that equal names mean equal commitments. */
export function aPayload(
  n: number,
  name: string,
  bytes: Uint8Array = new TextEncoder().encode(`payload ${name}`),
): NewPayload {
  const salt = plainHasher.sha256(`salt ${name}`);
  return { n, salt, bytes, commit: commitment(plainHasher, salt, bytes) };
}

export interface DraftParts {
  readonly payloads?: readonly NewPayload[];
  readonly documents?: EntryDraft["documents"];
  readonly approvalUses?: EntryDraft["approvalUses"];
  readonly keys?: EntryDraft["keys"];
  readonly view?: Partial<RunView>;
  readonly approvals?: readonly ApprovalView[];
  readonly artifacts?: readonly ArtifactView[];
  readonly facts?: readonly JsonObject[];
}

/** An entry as the core would draft it: its input gives birth to all payloads. */
export function aDraft(run: RunId, version: number, parts: DraftParts = {}): EntryDraft {
  const { payloads = [], documents = [], approvalUses = [], keys = [], approvals = [], artifacts = [] } = parts;
  const atMs = TEST_LOG.atMs + version;
  const values = payloads.map(({ commit, bytes }) => ({ $as: "bytes", $bytes: bytes.length, $commit: commit }));
  const text = canonicalJson({
    actor: { id: "executor", kind: "system" },
    at_ms: atMs,
    facts: parts.facts ?? [{ type: "noted" }],
    input: { type: "note", values },
    ...{ kind: "run", log: LOG, run, seq: 0, v: 1, version },
  });
  const at = text.lastIndexOf('"seq":0,') + '"seq":'.length;
  const views = { run: aRunView(run, { version, updated_at_ms: atMs, ...parts.view }), approvals, artifacts };
  return {
    run,
    version,
    atMs,
    head: text.slice(0, at),
    tail: text.slice(at + 1),
    payloads,
    documents,
    approvalUses,
    keys,
    views,
  };
}

export function aRunView(run: RunId, over: Partial<RunView> = {}): RunView {
  const used = { steps: 1, tool_calls: 2, tokens: 3, cost_millicents: 4, wall_clock_ms: 5 };
  return {
    run_id: run,
    status: "in_progress",
    reason: null,
    goal: `goal of ${run}`,
    door: "run",
    started_by: "usr_06bq3v1k9e7m2x8c4d5f0h1j2n",
    plan_id: "plan_01m7xcc2ghp67kdy95b36qd0h5",
    plan_hash: `sha256:${"a".repeat(64)}`,
    version: 1,
    created_at_ms: TEST_LOG.atMs,
    updated_at_ms: TEST_LOG.atMs,
    ended_at_ms: null,
    wake_at_ms: null,
    worked_ms: 6,
    waited_ms: 7,
    steps: { total: 3, done: 1, failed: 0 },
    waiting: { gates: ["write"], doubts: [], reviews: ["score", "read"] },
    budget: { used, limits: { ...used, steps: 25 } },
    ...over,
  };
}

export function anApproval(run: RunId, id: string, over: Partial<ApprovalView> = {}): ApprovalView {
  return {
    approval_id: id,
    run_id: run,
    step: "write",
    status: "waiting",
    tool: "docs.write_doc",
    tier: "local_write",
    gates: ["GATE_OPERATOR"],
    title: "write notes/brief.md",
    binding_hash: `sha256:${"b".repeat(64)}`,
    requested_at_ms: 10,
    expires_at_ms: 1_000,
    decided_at_ms: null,
    decided_by: null,
    reason: null,
    ...over,
  };
}

export function anArtifact(run: RunId, path: string, over: Partial<ArtifactView> = {}): ArtifactView {
  return { run_id: run, step: "write", path, sha256: `sha256:${"c".repeat(64)}`, bytes: 12, at_ms: 20, ...over };
}

import {
  type Amounts,
  type ApprovalView,
  type ArtifactView,
  isJsonArray,
  isJsonObject,
  type Json,
  type JsonObject,
  OrchestratorError,
  parseStrict,
  type RunView,
} from "@writ/core";

import { integerOf, integerOrNull, type Row, textOf, textOrNull } from "./row.ts";

export const RUN_COLUMNS: readonly string[] = [
  ...["run_id", "created_at_ms", "status", "reason", "goal", "door", "started_by", "plan_id", "plan_hash", "version"],
  ...["updated_at_ms", "ended_at_ms", "wake_at_ms", "worked_ms", "waited_ms", "tally"],
];
export const APPROVAL_COLUMNS: readonly string[] = [
  ...["approval_id", "run_id", "step", "status", "tool", "tier", "gates", "title", "binding_hash"],
  ...["requested_at_ms", "expires_at_ms", "decided_at_ms", "decided_by", "reason"],
];
export const ARTIFACT_COLUMNS: readonly string[] = ["path", "run_id", "step", "sha256", "bytes", "at_ms"];

type Value = string | number | null;

export function runValues(view: RunView): Value[] {
  const { steps, waiting, budget } = view;
  return [
    ...[view.run_id, view.created_at_ms, view.status, view.reason, view.goal, view.door, view.started_by],
    ...[view.plan_id, view.plan_hash, view.version, view.updated_at_ms, view.ended_at_ms, view.wake_at_ms],
    ...[view.worked_ms, view.waited_ms, JSON.stringify({ steps, waiting, budget })],
  ];
}

export function approvalValues(view: ApprovalView): Value[] {
  return [
    ...[view.approval_id, view.run_id, view.step, view.status, view.tool, view.tier, JSON.stringify(view.gates)],
    ...[view.title, view.binding_hash, view.requested_at_ms, view.expires_at_ms, view.decided_at_ms],
    ...[view.decided_by, view.reason],
  ];
}

export function artifactValues({ path, run_id, step, sha256, bytes, at_ms }: ArtifactView): Value[] {
  return [path, run_id, step, sha256, bytes, at_ms];
}

export function runViewOf(row: Row): RunView {
  const tally = objectIn(textOf(row, "tally"));
  const [steps, waiting, budget] = [member(tally, "steps"), member(tally, "waiting"), member(tally, "budget")];
  return {
    run_id: textOf(row, "run_id"),
    status: textOf(row, "status"),
    reason: textOrNull(row, "reason"),
    goal: textOrNull(row, "goal"),
    door: textOf(row, "door"),
    started_by: textOf(row, "started_by"),
    plan_id: textOrNull(row, "plan_id"),
    plan_hash: textOrNull(row, "plan_hash"),
    version: integerOf(row, "version"),
    created_at_ms: integerOf(row, "created_at_ms"),
    updated_at_ms: integerOf(row, "updated_at_ms"),
    ended_at_ms: integerOrNull(row, "ended_at_ms"),
    wake_at_ms: integerOrNull(row, "wake_at_ms"),
    worked_ms: integerOf(row, "worked_ms"),
    waited_ms: integerOf(row, "waited_ms"),
    steps: { total: count(steps, "total"), done: count(steps, "done"), failed: count(steps, "failed") },
    waiting: { gates: names(waiting, "gates"), doubts: names(waiting, "doubts"), reviews: names(waiting, "reviews") },
    budget: { used: amounts(member(budget, "used")), limits: amounts(member(budget, "limits")) },
  };
}

export function approvalViewOf(row: Row): ApprovalView {
  return {
    approval_id: textOf(row, "approval_id"),
    run_id: textOf(row, "run_id"),
    step: textOf(row, "step"),
    status: statusOf(textOf(row, "status")),
    tool: textOf(row, "tool"),
    tier: textOf(row, "tier"),
    gates: namesIn(parseStrict(textOf(row, "gates"))),
    title: textOrNull(row, "title"),
    binding_hash: textOf(row, "binding_hash"),
    requested_at_ms: integerOf(row, "requested_at_ms"),
    expires_at_ms: integerOf(row, "expires_at_ms"),
    decided_at_ms: integerOrNull(row, "decided_at_ms"),
    decided_by: textOrNull(row, "decided_by"),
    reason: textOrNull(row, "reason"),
  };
}

export function artifactViewOf(row: Row): ArtifactView {
  return {
    run_id: textOf(row, "run_id"),
    step: textOf(row, "step"),
    path: textOf(row, "path"),
    sha256: textOf(row, "sha256"),
    bytes: integerOf(row, "bytes"),
    at_ms: integerOf(row, "at_ms"),
  };
}

export const APPROVAL_STATUSES = ["waiting", "granted", "used", "denied", "expired", "voided", "cancelled"] as const;

function statusOf(text: string): ApprovalView["status"] {
  return APPROVAL_STATUSES.find((status) => status === text) ?? malformed();
}

function amounts(value: JsonObject): Amounts {
  return {
    steps: count(value, "steps"),
    tool_calls: count(value, "tool_calls"),
    tokens: count(value, "tokens"),
    cost_millicents: count(value, "cost_millicents"),
    wall_clock_ms: count(value, "wall_clock_ms"),
  };
}

function objectIn(text: string): JsonObject {
  const value = parseStrict(text);
  return isJsonObject(value) ? value : malformed();
}

function member(value: JsonObject, name: string): JsonObject {
  const found = value[name];
  return isJsonObject(found) ? found : malformed();
}

function count(value: JsonObject, name: string): number {
  const found = value[name];
  return typeof found === "number" ? found : malformed();
}

function names(value: JsonObject, name: string): readonly string[] {
  return namesIn(value[name] ?? null);
}

function namesIn(value: Json): readonly string[] {
  if (!isJsonArray(value)) return malformed();
  return value.map((name) => (typeof name === "string" ? name : malformed()));
}

function malformed(): never {
  throw new OrchestratorError("database_corrupt", "a row of a list is malformed; writ rebuild writes the lists anew");
}

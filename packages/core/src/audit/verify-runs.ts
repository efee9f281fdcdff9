import { isDigest } from "../base/digest.ts";
import { equalJson, isJsonObject, type Json, type JsonObject } from "../base/json.ts";
import { planHash } from "../plan/plan-hash.ts";
import { idempotencyKey } from "../tool/idempotency-key.ts";
import type { Say } from "./finding.ts";
import type { VerifierPlatform } from "./signature.ts";
import { isCount, isText, items, member, readStored } from "./stored-json.ts";
import { checkApproval, type Approval, type Objection } from "./verify-approvals.ts";
import type { Entry } from "./verify-entries.ts";

/** A run as far as the log has shown it. */
export interface RunState {
  readonly approvals: Map<string, Approval>;
  versions: number;
  facts: number;
  atMs: number;
  started: JsonObject | undefined;
  proposed: JsonObject | undefined;
  /** `plan` and `plan_commit` of the plan in force. */
  plan: JsonObject | undefined;
  recordHash: Json;
  isEnded: boolean;
}

export interface RunScene {
  readonly say: Say;
  readonly platform: VerifierPlatform;
  readonly tenant: string;
  readonly payloads: ReadonlyMap<string, Uint8Array>;
  readonly documents: ReadonlyMap<string, Json>;
  /** Whether all entries of each run are there; a receipt holds those of one approval. */
  readonly isComplete: boolean;
}

const DOCUMENT_PINS = ["policy", "tools", "evaluators", "models", "sandbox"];

/** Step 8: versions, plans, approvals, keys and records of each run. */
export function checkRuns(scene: RunScene, entries: readonly Entry[]): ReadonlyMap<string, RunState> {
  const runs = new Map<string, RunState>();
  for (const entry of entries) {
    if (entry.run === null) continue;
    const run = runs.get(entry.run) ?? newRun();
    runs.set(entry.run, run);
    const place = { seq: entry.seq, line: entry.line };
    const isNext = entry.version === run.versions + 1 && entry.atMs >= run.atMs;
    if (scene.isComplete && !isNext)
      scene.say("run_gap", "entries.jsonl", { ...place, detail: `version ${run.versions + 1} expected` });
    run.versions = entry.version;
    run.atMs = entry.atMs;
    for (const [index, fact] of entry.facts.entries()) {
      const object: Objection = (code, name, detail) => {
        const field = name === undefined ? `/facts/${index}` : `/facts/${index}/${name}`;
        scene.say(code, "entries.jsonl", { ...place, field, ...(detail === undefined ? {} : { detail }) });
      };
      run.facts += 1;
      if (run.isEnded) object("run_after_end");
      if (scene.isComplete) checkCourse(scene, runs, run, entry, fact, object);
      const pinned = scene.isComplete
        ? { ...run.plan, policy_hash: member(run.started?.["pins"], "policy") ?? null }
        : undefined;
      const { policy_hash: _, ...plan } = pinned ?? {};
      const isRequest = fact["type"] === "approval_requested";
      checkApproval(
        { platform: scene.platform, tenant: scene.tenant, approvals: run.approvals, pinned: isRequest ? pinned : plan },
        entry,
        fact,
        object,
      );
    }
    if (scene.isComplete && run.started === undefined) scene.say("run_start", "entries.jsonl", place);
  }
  return runs;
}

function newRun(): RunState {
  const nothing = { started: undefined, proposed: undefined, plan: undefined, recordHash: null, isEnded: false };
  return { approvals: new Map(), versions: 0, facts: 0, atMs: 0, ...nothing };
}

/** Start, plan, calls and end of a run. */
function checkCourse(
  scene: RunScene,
  runs: ReadonlyMap<string, RunState>,
  run: RunState,
  entry: Entry,
  fact: JsonObject,
  object: Objection,
): void {
  switch (fact["type"]) {
    case "run_started": {
      const pins = fact["pins"];
      const isPinned = DOCUMENT_PINS.every((name) => isDigest(member(pins, name))) && isText(member(pins, "runtime"));
      if (entry.version !== 1 || run.started !== undefined || fact["tenant"] !== scene.tenant || !isPinned)
        object("run_start");
      run.started = fact;
      return;
    }
    case "plan_proposed":
      run.proposed = { plan: fact["plan_id"] ?? null, plan_commit: member(fact["plan"], "$commit") ?? null };
      return checkPlan(scene, run.proposed, object);
    case "plan_verified": {
      const verified = { plan: fact["plan_id"] ?? null, plan_commit: fact["plan_commit"] ?? null };
      if (run.proposed === undefined || !equalJson(verified, run.proposed)) object("plan_binding", "plan_commit");
      run.plan = verified;
      return;
    }
    case "step_started":
      if (run.plan === undefined) object("plan_binding");
      return checkKey(scene, runs, run, entry, fact, object);
    case "run_ended":
      run.isEnded = true;
      run.recordHash = fact["record_hash"] ?? null;
      return checkRecord(scene, run, entry, fact, object);
    default:
  }
}

function payloadOf(scene: RunScene, reference: Json | undefined): Uint8Array | undefined {
  return scene.payloads.get(String(member(reference, "$commit")));
}

/** The plan says its own hash; it is computed anew. */
function checkPlan(scene: RunScene, proposed: JsonObject, object: Objection): void {
  const bytes = scene.payloads.get(String(proposed["plan_commit"]));
  const plan = bytes && readStored(scene.platform.utf8(bytes));
  if (plan === undefined) return;
  if (!isJsonObject(plan) || plan["plan_hash"] !== planHash(scene.platform, plan)) object("plan_hash", "plan");
  if (member(plan, "plan_id") !== undefined && member(plan, "plan_id") !== proposed["plan"])
    object("plan_binding", "plan_id");
}

/** The idempotency key, wherever its secret and the arguments are still there. */
function checkKey(
  scene: RunScene,
  runs: ReadonlyMap<string, RunState>,
  run: RunState,
  entry: Entry,
  fact: JsonObject,
  object: Objection,
): void {
  const root = fact["root"] ?? entry.run;
  const secret =
    payloadOf(scene, runs.get(String(root))?.started?.["key_secret"]) ?? payloadOf(scene, run.started?.["key_secret"]);
  const args = payloadOf(scene, fact["args"]);
  const { occurrence, tool } = fact;
  if (!isCount(occurrence) && !isText(occurrence)) return object("idempotency_key", "occurrence");
  if (secret === undefined || args === undefined) return;
  const argsHash = `sha256:${scene.platform.sha256Hex(args)}` as const;
  const key = idempotencyKey(scene.platform, secret, {
    argsHash,
    occurrence,
    root: String(root),
    tenant: scene.tenant,
    tool: String(tool),
  });
  if (fact["idempotency_key"] !== key) object("idempotency_key", "idempotency_key");
}

/** The decision record tells the same run, end and plan as the log. */
function checkRecord(scene: RunScene, run: RunState, entry: Entry, fact: JsonObject, object: Objection): void {
  const record = scene.documents.get(String(fact["record_hash"]));
  if (record === undefined) return isDigest(fact["record_hash"]) ? undefined : object("record_mismatch", "record_hash");
  const expected: JsonObject = {
    type: "writ/record/v1",
    record_id: fact["record_id"] ?? null,
    outcome: fact["outcome"] ?? null,
    run_id: entry.run,
    log_id: entry.log,
    tenant_id: scene.tenant,
    journal_version: entry.version,
    pins: run.started?.["pins"] ?? null,
    policy_hash: member(run.started?.["pins"], "policy") ?? null,
    ...(run.plan === undefined
      ? {}
      : { plan_id: run.plan["plan"] ?? null, plan_commit: run.plan["plan_commit"] ?? null }),
  };
  const wrong = Object.keys(expected).find((name) => !equalJson(expected[name] ?? null, member(record, name) ?? null));
  const isKnown = (item: Json) =>
    run.approvals.get(String(member(item, "approval")))?.bindingHash === member(item, "binding_hash");
  if (wrong !== undefined) object("record_mismatch", "record_hash", wrong);
  else if (!items(member(record, "approvals")).every(isKnown)) object("record_mismatch", "record_hash", "approvals");
}

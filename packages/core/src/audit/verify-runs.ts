import { isDigest } from "../base/digest.ts";
import { isJsonObject, type Json, type JsonObject } from "../base/json.ts";
import { normalPlan } from "../plan/plan-hash.ts";
import { identityDocument, keyOfMac } from "../tool/idempotency-key.ts";
import type { Audit } from "./platform.ts";
import { canonicalText, differing, isCount, isText, items, member, readStored } from "./stored-json.ts";
import { checkApproval, type Approval, type Objection } from "./verify-approvals.ts";
import type { Entry } from "./verify-entries.ts";

/** A run as far as the log has shown it. */
export interface RunState {
  readonly approvals: Map<Json | undefined, Approval>;
  version: number;
  facts: number;
  at: number;
  started: JsonObject | undefined;
  /** `plan` and `plan_commit` of the plan proposed last, and of the one in force. */
  proposed: JsonObject | undefined;
  plan: JsonObject | undefined;
  recordHash: Json;
  isEnded: boolean;
}

export interface RunScene {
  readonly audit: Audit;
  readonly tenant: string;
  readonly payloads: ReadonlyMap<string, Uint8Array>;
  readonly documents: ReadonlyMap<string, Json>;
  /** Whether all entries of each run are there; a receipt holds those of one approval. */
  readonly isComplete: boolean;
}

const PINS = ["policy", "tools", "evaluators", "models", "sandbox"];

/** Step 8: versions, plans, approvals, keys and records of each run. */
export function checkRuns(scene: RunScene, entries: readonly Entry[]): ReadonlyMap<string, RunState> {
  const runs = new Map<string, RunState>();
  for (const entry of entries) {
    if (entry.run === undefined) continue;
    const run: RunState = runs.get(entry.run) ?? newRun();
    runs.set(entry.run, run);
    const { seq, line, version = 0, at_ms: at } = entry;
    if (scene.isComplete && (version !== run.version + 1 || at < run.at)) scene.audit.say("run_gap", { seq, line });
    for (const [index, fact] of entry.facts.entries()) {
      const object: Objection = (code, name) =>
        scene.audit.say(code, { seq, line, field: `/facts/${index}${name === undefined ? "" : `/${name}`}` });
      if (run.isEnded) object("run_after_end");
      if (scene.isComplete) checkCourse(scene, runs, run, entry, fact, object);
      const policy = member(run.started?.["pins"], "policy") ?? null;
      const request = fact["type"] === "approval_requested" ? { policy_hash: policy, tenant: scene.tenant } : {};
      const pinned = scene.isComplete ? { ...run.plan, ...request } : {};
      checkApproval(
        { audit: scene.audit, tenant: scene.tenant, approvals: run.approvals, pinned },
        entry,
        fact,
        object,
      );
    }
    if (scene.isComplete && run.started === undefined) scene.audit.say("run_start", { seq, line });
    Object.assign(run, { version, at, facts: run.facts + entry.facts.length });
  }
  return runs;
}

function newRun(): RunState {
  const nothing = { started: undefined, proposed: undefined, plan: undefined, recordHash: null, isEnded: false };
  return { approvals: new Map(), version: 0, facts: 0, at: 0, ...nothing };
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
  const { type, pins, plan_id: plan = null, plan_commit = null } = fact;
  if (type === "run_started") {
    const isPinned = PINS.every((name) => isDigest(member(pins, name))) && isText(member(pins, "runtime"));
    const isFirst = entry.version === 1 && run.started === undefined;
    if (!isFirst || !isPinned || fact["tenant"] !== scene.tenant) object("run_start");
    run.started = fact;
  } else if (type === "plan_proposed") {
    run.proposed = { plan, plan_commit: member(fact["plan"], "$commit") ?? null };
    checkPlan(scene, run.proposed, object);
  } else if (type === "plan_verified") {
    if (differing({ plan, plan_commit }, run.proposed) !== undefined) object("plan_binding", "plan_commit");
    run.plan = { plan, plan_commit };
  } else if (type === "step_started") {
    if (run.plan === undefined) object("plan_binding");
    checkKey(scene, [runs.get(String(fact["root"])), run], fact["root"] ?? entry.run ?? null, fact, object);
  } else if (type === "run_ended") {
    run.isEnded = true;
    run.recordHash = fact["record_hash"] ?? null;
    checkRecord(scene, run, entry, fact, object);
  }
}

/** The plan says its own hash; it is computed anew. */
function checkPlan(scene: RunScene, proposed: JsonObject, object: Objection): void {
  const bytes = scene.payloads.get(String(proposed["plan_commit"]));
  const plan = readStored(bytes && scene.audit.utf8(bytes));
  if (!isJsonObject(plan)) return;
  const hash = `sha256:${scene.audit.sha256Hex(canonicalText(normalPlan(plan)))}`;
  if (member(plan, "plan_hash") !== hash) object("plan_hash", "plan");
  if ((member(plan, "plan_id") ?? proposed["plan"]) !== proposed["plan"]) object("plan_binding", "plan_id");
}

/** The idempotency key, wherever its secret and the arguments are still there. */
function checkKey(
  scene: RunScene,
  secretOf: readonly (RunState | undefined)[],
  root: Json,
  fact: JsonObject,
  object: Objection,
): void {
  const payloadOf = (reference: Json | undefined) => scene.payloads.get(String(member(reference, "$commit")));
  const secret = secretOf.map((run) => payloadOf(run?.started?.["key_secret"])).find((bytes) => bytes !== undefined);
  const args = payloadOf(fact["args"]);
  const { occurrence, tool } = fact;
  if (!isCount(occurrence) && !isText(occurrence)) return object("idempotency_key", "occurrence");
  if (secret === undefined || args === undefined) return;
  const argsHash = `sha256:${scene.audit.sha256Hex(args)}`;
  const call = { argsHash, occurrence, root: String(root), tenant: scene.tenant, tool: String(tool) };
  const key = keyOfMac(scene.audit.hmacSha256(secret, canonicalText(identityDocument(call))));
  if (fact["idempotency_key"] !== key) object("idempotency_key", "idempotency_key");
}

/** The decision record tells the same run, end and plan as the log. */
function checkRecord(scene: RunScene, run: RunState, entry: Entry, fact: JsonObject, object: Objection): void {
  const { record_id = null, outcome = null, record_hash } = fact;
  const record = scene.documents.get(String(record_hash)) ?? null;
  const { plan: plan_id = null, plan_commit = null } = run.plan ?? {};
  const pins = run.started?.["pins"] ?? null;
  const told = { record_id, outcome, pins, policy_hash: member(pins, "policy") ?? null, tenant_id: scene.tenant };
  const here = { run_id: entry.run ?? null, log_id: entry.log, journal_version: entry.version ?? null };
  const planned = run.plan === undefined ? {} : { plan_id, plan_commit };
  const wrong = differing({ type: "writ/record/v1", ...told, ...here, ...planned }, record);
  const hashOf = (item: Json) => run.approvals.get(member(item, "approval"))?.bindingHash;
  const isKnown = items(member(record, "approvals")).every((item) => hashOf(item) === member(item, "binding_hash"));
  if (!isDigest(record_hash) || (record !== null && (wrong !== undefined || !isKnown)))
    object("record_mismatch", "record_hash");
}

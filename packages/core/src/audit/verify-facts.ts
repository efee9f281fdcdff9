import { isDigest } from "../base/digest.ts";
import { isJsonObject, type Json } from "../base/json.ts";
import { normalPlan } from "../plan/plan-hash.ts";
import { identityDocument, keyOfMac } from "../tool/idempotency-key.ts";
import type { Moment, Rules } from "./run-state.ts";
import { canonicalText, differing, digestText, isText, items, member, readStored } from "./stored-json.ts";
import { APPROVAL_RULES, checkAuthority, commitOf } from "./verify-approvals.ts";

const PINS = ["policy", "tools", "evaluators", "models", "sandbox"];

/** What 2.5 says of each fact of a run. */
export const FACT_RULES: Rules = {
  ...APPROVAL_RULES,
  run_started({ tenant, run, entry, fact, object }) {
    const { pins } = fact;
    const isPinned = PINS.every((name) => isDigest(member(pins, name))) && isText(member(pins, "runtime"));
    const isFirst = entry.version === 1 && run.started === undefined;
    if (!isFirst || !isPinned || fact["tenant"] !== tenant) object("run_start");
    run.started = fact;
  },
  plan_proposed({ audit, payloads, run, fact, object }) {
    const bytes = payloads.get(String(commitOf(fact["plan"])));
    const plan = readStored(bytes && audit.utf8(bytes));
    const hash = isJsonObject(plan) ? digestText(audit, normalPlan(plan)) : undefined;
    if (bytes && member(plan, "plan_hash") !== hash) object("plan_hash", "/plan");
    run.proposed = { plan: fact["plan_id"] ?? null, plan_commit: commitOf(fact["plan"]) };
  },
  plan_verified({ run, fact, object }) {
    run.plan = { plan: fact["plan_id"] ?? null, plan_commit: fact["plan_commit"] ?? null };
    if (differing(run.plan, run.proposed) !== undefined) object("plan_binding", "/plan_commit");
  },
  step_started(moment) {
    if (moment.isComplete && moment.run.plan === undefined) moment.object("plan_binding");
    checkAuthority(moment);
    checkKey(moment);
  },
  run_ended: checkRecord,
};

/** The idempotency key, wherever its secret and the arguments are still there. */
function checkKey({ audit, tenant, payloads, runs, run, entry, fact, object }: Moment): void {
  const { occurrence = null, tool = null, root = entry.run ?? null, idempotency_key: key } = fact;
  const payloadOf = (handle: Json | undefined): Uint8Array | undefined => payloads.get(String(commitOf(handle)));
  const [args, own] = [fact["args"], run.started?.["key_secret"]].map(payloadOf);
  const secret = payloadOf(runs.get(String(root))?.started?.["key_secret"]) ?? own;
  if (args === undefined || secret === undefined) return;
  const call = { args_hash: `sha256:${audit.sha256Hex(args)}`, occurrence, root, tenant, tool };
  const mac = audit.hmacSha256(secret, canonicalText(identityDocument(call)));
  if (key !== keyOfMac(mac)) object("idempotency_key", "/idempotency_key");
}

/** The decision record tells the same run, end and plan as the log. */
function checkRecord({ tenant, documents, run, entry, fact, object }: Moment): void {
  const { record_id = null, outcome = null, record_hash } = fact;
  const pins = run.started?.["pins"] ?? null;
  const plan = run.plan && { plan_id: run.plan["plan"] ?? null, plan_commit: run.plan["plan_commit"] ?? null };
  const told = { record_id, outcome, tenant_id: tenant, pins, policy_hash: member(pins, "policy") ?? null, ...plan };
  const here = { run_id: entry.run ?? null, log_id: entry.log, journal_version: entry.version ?? null };
  const record = documents.get(String(record_hash)) ?? null;
  const isTold = differing({ type: "writ/record/v1", ...told, ...here }, record) === undefined;
  const hashOf = (item: Json): Json | undefined => run.approvals.get(member(item, "approval"))?.bindingHash;
  const isKnown = items(member(record, "approvals")).every((item) => hashOf(item) === member(item, "binding_hash"));
  if (!isDigest(record_hash) || (record !== null && !(isTold && isKnown))) object("record_mismatch", "/record_hash");
  run.ended = fact;
}

import { isDigest } from "../base/digest.ts";
import { isJsonObject, type Json } from "../base/json.ts";
import { normalPlan } from "../plan/plan-hash.ts";
import type { Moment, Rules } from "./run-state.ts";
import { canonicalText, differing, digestText, isText, items, member, readStored } from "./stored-json.ts";
import { checkAuthority, checkDecision, checkRequest, commitOf } from "./verify-approvals.ts";

const DECISIONS = ["approval_voted", "approval_granted", "approval_denied", "approval_expired", "approval_voided"];
const PINS = ["policy", "tools", "evaluators", "models", "sandbox"];

/** What 2.5 and 4.2 say of each fact of a run. */
export const FACT_RULES: Rules = {
  run_started({ tenant, run, entry, fact, object }) {
    const isPinned =
      PINS.every((name) => isDigest(member(fact["pins"], name))) && isText(member(fact["pins"], "runtime"));
    if (entry.version !== 1 || run.started || !isPinned || fact["tenant"] !== tenant) object("run_start");
    run.started = fact;
  },
  plan_proposed({ audit, payloads, run, fact, object }) {
    const bytes = payloads.get(String(commitOf(fact["plan"])));
    const plan = readStored(audit.utf8(bytes));
    const isHashed = isJsonObject(plan) && plan["plan_hash"] === digestText(audit, normalPlan(plan));
    if (bytes && !isHashed) object("plan_hash", "/plan");
    run.proposed = { plan: fact["plan_id"] ?? null, plan_commit: commitOf(fact["plan"]) };
  },
  plan_verified({ run, fact, object }) {
    run.plan = { plan: fact["plan_id"], plan_commit: fact["plan_commit"] };
    if (differing(run.plan, run.proposed) !== undefined) object("plan_binding", "/plan_commit");
  },
  approval_requested: checkRequest,
  ...Object.fromEntries(DECISIONS.map((type) => [type, checkDecision])),
  step_started(moment) {
    if (moment.isComplete && moment.run.plan === undefined) moment.object("plan_binding");
    checkAuthority(moment);
    checkKey(moment);
  },
  run_ended: checkRecord,
};

/** The idempotency key (4.5), wherever its secret and the arguments are still there. */
function checkKey({ audit, tenant, payloads, runs, run, entry, fact, object }: Moment): void {
  const { occurrence = null, tool = null, root = entry.run ?? null, idempotency_key: key } = fact;
  const payloadOf = (handle: Json | undefined): Uint8Array | undefined => payloads.get(String(commitOf(handle)));
  const secrets = [runs.get(String(root)), run].map((each) => payloadOf(each?.started?.["key_secret"]));
  const [args, secret] = [payloadOf(fact["args"]), secrets[0] ?? secrets[1]];
  if (args === undefined || secret === undefined) return;
  const call = { args_hash: `sha256:${audit.sha256Hex(args)}`, occurrence, root, tenant, tool, type: "writ/ik/v1" };
  if (key !== `ik_${base32(audit.hmacSha256Hex(secret, canonicalText(call)).slice(0, 20))}`)
    object("idempotency_key", "/idempotency_key");
}

/** 80 bits in hex, in Crockford's alphabet: it leaves out i, l, o and u. */
function base32(hex: string): string {
  const digits = BigInt(`0x${hex}`).toString(32).padStart(16, "0");
  return digits.replaceAll(/[i-v]/g, (digit) => "jkmnpqrstvwxyz".charAt(parseInt(digit, 32) - 18));
}

/** The decision record tells the same run, end and plan as the log. */
function checkRecord({ tenant, documents, run, entry, fact, object }: Moment): void {
  const { record_id, outcome, record_hash } = fact;
  const pins = run.started?.["pins"];
  const plan = run.plan && { plan_id: run.plan["plan"], plan_commit: run.plan["plan_commit"] };
  const told = { record_id, outcome, tenant_id: tenant, pins, policy_hash: member(pins, "policy"), ...plan };
  const here = { type: "writ/record/v1", run_id: entry.run, log_id: entry.log, journal_version: entry.version };
  const record = documents.get(String(record_hash)) ?? null;
  const hashOf = (item: Json): Json | undefined => run.approvals.get(member(item, "approval"))?.bindingHash;
  const isKnown = items(member(record, "approvals")).every((item) => hashOf(item) === member(item, "binding_hash"));
  const isTold = isKnown && differing({ ...told, ...here }, record) === undefined;
  if (!isDigest(record_hash) || (record !== null && !isTold)) object("record_mismatch", "/record_hash");
  run.ended = fact;
}

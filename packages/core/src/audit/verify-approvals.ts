import type { Json } from "../base/json.ts";
import { approvalText } from "./checkpoint.ts";
import type { Moment } from "./run-state.ts";
import { differing, digestText, hasExactly, isCount, items, matches, member } from "./stored-json.ts";

const BINDING =
  "approval,args_commit,budget,evidence,expires_at_ms,gates,idempotency_key,log,nonce,plan,plan_commit,policy_hash," +
  "preview_commit,run,sandbox_hash,step,tenant,tier,tool,tool_hash,type";

/** An approval is asked for: what the fact shows is what its binding binds (4.1). */
export function checkRequest({ audit, tenant, run, entry, fact, object }: Moment): void {
  const { approval, binding = null, binding_hash: bindingHash, step, args, preview } = fact;
  const evidence = items(fact["evidence"]).map(boundEvidence);
  const gates = items(member(binding, "gates"));
  const pinned = run.started && { policy_hash: member(run.started["pins"], "policy") };
  const place = { type: "writ/approval/v1", log: entry.log, run: entry.run, tenant, approval, step };
  const shown = { args_commit: commitOf(args), preview_commit: commitOf(preview), evidence, ...run.plan, ...pinned };
  const isOrdered = gates.length > 0 && isRising(evidence.map(({ ref }) => ref)) && isRising(gates);
  const isBinding = hasExactly(binding, BINDING) && isCount(binding["expires_at_ms"]) && isOrdered;
  const wrong = isBinding ? differing({ ...place, ...shown }, binding) : "";
  if (run.approvals.has(approval)) object("approval_reused", "/approval");
  if (wrong !== undefined) object("approval_binding", `/binding/${wrong}`);
  if (digestText(audit, binding) !== bindingHash) object("approval_binding", "/binding_hash");
  if (isBinding) run.approvals.set(approval, { binding, bindingHash });
}

/** An approval is voted on, decided, expired or voided; a grant is by a person or a policy, in time and once. */
export function checkDecision({ audit, run, entry, fact, object }: Moment): void {
  const { approval: id, type, step, binding_hash: bindingHash, signature } = fact;
  const approval = run.approvals.get(id);
  const isSame = approval?.bindingHash === bindingHash && approval?.binding["step"] === step;
  if (approval === undefined) object("approval_missing", "/approval");
  else if (!isSame) object("approval_binding", "/binding_hash");
  if (type === "approval_granted") {
    const [key, sig] = ["key", "sig"].map((name) => audit.fromBase64(member(signature, name)));
    const isSigned = audit.verifyEd25519(key, approvalText(String(approval?.bindingHash)), sig);
    if (approval?.decision !== undefined) object("approval_reused", "/approval");
    if (!matches(entry.actor["kind"], /^(user|policy)$/)) object("approval_actor");
    if (entry.at_ms > Number(approval?.binding["expires_at_ms"])) object("approval_expired", "/approval");
    if (signature !== undefined && !(isSigned && member(signature, "alg") === "ed25519"))
      object("approval_signature", "/signature");
  }
  if (approval && type !== "approval_voted") approval.decision = type;
}

/** What a call may be started under: an approval of its own, a standing one, or rules. */
export function checkAuthority({ run, entry, fact, object }: Moment): void {
  const { authority, args, attempt, idempotency_key, root, step, tool, tool_call: call } = fact;
  const rules = hasExactly(authority, "rules") ? items(authority["rules"]) : [];
  const isCovered = rules.every((rule) => {
    const [, id] = /^standing:(.*)$/.exec(String(rule)) ?? [];
    const { decision, binding } = run.approvals.get(id) ?? {};
    // A lane is covered by the approval of its root, whose entries may not be here.
    return id === undefined || root !== undefined || (decision === "approval_granted" && binding?.["step"] === "*");
  });
  if (rules.length > 0 && isCovered) return;
  const approval = run.approvals.get(member(authority, "approval"));
  if (approval?.decision !== "approval_granted") return object("approval_missing", "/authority");
  const { binding, bindingHash, started } = approval;
  const bound = { step, tool, idempotency_key, args_commit: commitOf(args), ...run.plan };
  const isBound = differing(bound, binding) === undefined && member(authority, "binding_hash") === bindingHash;
  const isNext = started?.["tool_call"] === call && Number(started?.["attempt"]) + 1 === attempt;
  if (!isBound) object("approval_binding", "/authority");
  if (entry.at_ms > Number(binding["expires_at_ms"])) object("approval_expired", "/authority");
  if (started !== undefined && !isNext) object("approval_reused", "/attempt");
  approval.started = fact;
}

/** The commitment that a handle stands for. */
export const commitOf = (handle: Json | undefined): Json => member(handle, "$commit") ?? null;

/** How a binding holds a piece of evidence. */
const boundEvidence = (item: Json) => ({ commit: commitOf(member(item, "value")), ref: member(item, "ref") ?? null });

const isRising = (list: readonly Json[]): boolean =>
  list.every((item, at) => at === 0 || String(list[at - 1]) < String(item));

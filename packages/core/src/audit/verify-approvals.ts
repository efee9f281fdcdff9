import type { Json } from "../base/json.ts";
import { approvalText } from "./checkpoint.ts";
import type { Moment, Rules } from "./run-state.ts";
import { differing, digestText, hasExactly, isCount, items, member } from "./stored-json.ts";

const BINDING =
  "approval,args_commit,budget,evidence,expires_at_ms,gates,idempotency_key,log,nonce,plan,plan_commit,policy_hash," +
  "preview_commit,run,sandbox_hash,step,tenant,tier,tool,tool_hash,type";

/** The rules of 4.2: asked, decided, started, all under one binding. */
export const APPROVAL_RULES: Rules = {
  approval_requested({ audit, tenant, run, entry, fact, object }) {
    const { approval = null, binding = null, binding_hash: bindingHash = null, step = null, args, preview } = fact;
    const evidence = items(fact["evidence"]).map(boundEvidence);
    const pinned = run.started && { policy_hash: member(run.started["pins"], "policy") ?? null };
    const place = { type: "writ/approval/v1", log: entry.log, run: entry.run ?? null, tenant, approval, step };
    const shown = { args_commit: commitOf(args), preview_commit: commitOf(preview), evidence };
    const bound = { ...place, ...shown, ...run.plan, ...pinned };
    const isOrdered = isRising(evidence.map(({ ref }) => ref)) && isRising(items(member(binding, "gates")));
    const isBinding = hasExactly(binding, BINDING) && isCount(binding["expires_at_ms"]) && isOrdered;
    const wrong = isBinding && items(binding["gates"]).length > 0 ? differing(bound, binding) : "";
    if (run.approvals.has(approval)) object("approval_reused", "/approval");
    if (wrong !== undefined) object("approval_binding", `/binding/${wrong}`);
    if (digestText(audit, binding) !== bindingHash) object("approval_binding", "/binding_hash");
    if (isBinding) run.approvals.set(approval, { binding, bindingHash });
  },
  approval_voted: decided,
  approval_granted(moment) {
    const { audit, run, entry, fact, object } = moment;
    const approval = run.approvals.get(fact["approval"]);
    const { signature } = fact;
    const [key, sig] = ["key", "sig"].map((name) => audit.fromBase64(String(member(signature, name))));
    const text = approvalText(String(approval?.bindingHash));
    const isSigned = key && sig && member(signature, "alg") === "ed25519" && audit.verifyEd25519(key, text, sig);
    if (approval?.decision !== undefined) object("approval_reused", "/approval");
    if (!/^(user|policy)$/.test(String(entry.actor["kind"]))) object("approval_actor");
    if (entry.at_ms > Number(approval?.binding["expires_at_ms"])) object("approval_expired", "/approval");
    if (signature !== undefined && !isSigned) object("approval_signature", "/signature");
    decided(moment);
  },
  approval_denied: decided,
  approval_expired: decided,
  approval_voided: decided,
};

function decided({ run, fact, object }: Moment): void {
  const { approval: id, type, step, binding_hash: bindingHash } = fact;
  const approval = run.approvals.get(id);
  const isSame = approval?.bindingHash === bindingHash && approval?.binding["step"] === step;
  if (approval === undefined) object("approval_missing", "/approval");
  else if (!isSame) object("approval_binding", "/binding_hash");
  if (approval && type !== "approval_voted") approval.decision = type;
}

/** What a call may be started under: an approval of its own, a standing one, or rules. */
export function checkAuthority({ run, entry, fact, object }: Moment): void {
  const { authority, step = null, tool = null, idempotency_key: key = null, tool_call: call, attempt, root } = fact;
  const rules = hasExactly(authority, "rules") ? items(authority["rules"]) : [];
  const isCovered = rules.every((rule) => {
    const [, id] = /^standing:(.*)$/.exec(String(rule)) ?? [];
    const standing = run.approvals.get(id);
    // A lane is covered by the approval of its root, whose entries may not be here.
    const isLane = id === undefined || root !== undefined;
    return isLane || (standing?.decision === "approval_granted" && standing.binding["step"] === "*");
  });
  if (rules.length > 0 && isCovered) return;
  const approval = run.approvals.get(member(authority, "approval"));
  if (approval?.decision !== "approval_granted") return object("approval_missing", "/authority");
  const { binding, bindingHash, started } = approval;
  const bound = { step, tool, idempotency_key: key, args_commit: commitOf(fact["args"]), ...run.plan };
  const isNext = started?.["tool_call"] === call && Number(started?.["attempt"]) + 1 === attempt;
  const isBound = differing(bound, binding) === undefined && member(authority, "binding_hash") === bindingHash;
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

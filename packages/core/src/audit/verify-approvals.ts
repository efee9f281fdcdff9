import type { Json, JsonObject } from "../base/json.ts";
import { approvalText } from "./checkpoint.ts";
import type { FindingCode } from "./finding.ts";
import type { Audit } from "./platform.ts";
import { canonicalText, differing, hasExactly, isCount, items, member } from "./stored-json.ts";
import type { Entry } from "./verify-entries.ts";

/** An approval as far as the log has shown it. */
export interface Approval {
  readonly binding: JsonObject;
  readonly bindingHash: Json;
  /** The last decision, a fact's type; empty while there is none. */
  decision: string;
  /** The attempt that was started last. */
  started: JsonObject | undefined;
}

/** What 4.2 compares an approval with. */
export interface ApprovalScene {
  readonly audit: Audit;
  readonly tenant: string;
  /** Of the entry's run, by id. */
  readonly approvals: Map<Json | undefined, Approval>;
  /** Members of the binding that the run's other entries decide. */
  readonly pinned: JsonObject;
}

/** Notes what does not hold of a fact; `name` is a member of it. */
export type Objection = (code: FindingCode, name?: string) => void;

const MEMBERS =
  "approval,args_commit,budget,evidence,expires_at_ms,gates,idempotency_key,log,nonce,plan,plan_commit,policy_hash," +
  "preview_commit,run,sandbox_hash,step,tenant,tier,tool,tool_hash,type";

/** The rules of 4.2, for one fact of a run. */
export function checkApproval(scene: ApprovalScene, entry: Entry, fact: JsonObject, object: Objection): void {
  const type = String(fact["type"]);
  if (type === "approval_requested") checkRequest(scene, entry, fact, object);
  else if (/^approval_(granted|denied|expired|voided|voted)$/.test(type)) checkDecision(scene, entry, fact, object);
  else if (type === "step_started") checkStart(scene, entry, fact, object);
}

function checkRequest(scene: ApprovalScene, entry: Entry, fact: JsonObject, object: Objection): void {
  const { approval = null, step = null, binding = null, binding_hash: bindingHash = null } = fact;
  const evidence = items(fact["evidence"]).map((item) => ({
    commit: commitOf(member(item, "value")),
    ref: member(item, "ref") ?? null,
  }));
  const { log, run = null } = entry;
  const commits = { args_commit: commitOf(fact["args"]), preview_commit: commitOf(fact["preview"]), evidence };
  const fixed = { type: "writ/approval/v1", log, run, approval, step, tenant: scene.tenant };
  const wrong = differing({ ...fixed, ...commits, ...scene.pinned }, binding);
  const isOrdered = isRising(evidence.map(({ ref }) => ref)) && isRising(items(member(binding, "gates")));
  const isBinding =
    hasExactly(binding, MEMBERS) &&
    isCount(binding["expires_at_ms"]) &&
    isOrdered &&
    items(binding["gates"]).length > 0;
  if (scene.approvals.has(approval)) object("approval_reused", "approval");
  if (wrong !== undefined || !isBinding) object("approval_binding", `binding/${wrong ?? ""}`);
  if (`sha256:${scene.audit.sha256Hex(canonicalText(binding))}` !== bindingHash)
    object("approval_binding", "binding_hash");
  if (isBinding) scene.approvals.set(approval, { binding, bindingHash, decision: "", started: undefined });
}

function checkDecision(scene: ApprovalScene, entry: Entry, fact: JsonObject, object: Objection): void {
  const approval = scene.approvals.get(fact["approval"]);
  if (approval === undefined) return object("approval_missing", "approval");
  const { binding, bindingHash, decision } = approval;
  const { type, step, signature } = fact;
  if (fact["binding_hash"] !== bindingHash || step !== binding["step"]) object("approval_binding", "binding_hash");
  if (type === "approval_voted") return;
  approval.decision = String(type);
  if (type !== "approval_granted") return;
  const [key, sig] = [member(signature, "key"), member(signature, "sig")].map((text) =>
    scene.audit.fromBase64(String(text)),
  );
  const isSigned = key && sig && scene.audit.verifyEd25519(key, approvalText(String(bindingHash)), sig);
  if (decision !== "") object("approval_reused", "approval");
  if (!/^(user|policy)$/.test(String(entry.actor["kind"]))) object("approval_actor", "approval");
  if (entry.at_ms > Number(binding["expires_at_ms"])) object("approval_expired", "approval");
  if (signature !== undefined && !(isSigned && member(signature, "alg") === "ed25519"))
    object("approval_signature", "signature");
}

function checkStart(scene: ApprovalScene, entry: Entry, fact: JsonObject, object: Objection): void {
  const { authority, step = null, tool = null, idempotency_key: key = null, tool_call: call } = fact;
  const rules = hasExactly(authority, "rules") ? items(authority["rules"]) : [];
  const isCovered = rules.every((rule) => {
    const [, id] = /^standing:(.*)$/.exec(String(rule)) ?? [];
    const standing = scene.approvals.get(id);
    const isStanding = standing?.decision === "approval_granted" && standing.binding["step"] === "*";
    // A lane is covered by the approval of its root, whose entries may not be here.
    return id === undefined || isStanding || fact["root"] !== undefined;
  });
  if (rules.length > 0 && isCovered) return;
  const approval = scene.approvals.get(member(authority, "approval"));
  if (approval?.decision !== "approval_granted") return object("approval_missing", "authority");
  const { binding, bindingHash, started } = approval;
  const expected = { step, tool, idempotency_key: key, args_commit: commitOf(fact["args"]), ...scene.pinned };
  const wrong = differing(expected, binding);
  const isNext = started?.["tool_call"] === call && Number(started?.["attempt"]) + 1 === fact["attempt"];
  if (wrong !== undefined) object("approval_binding", wrong);
  if (member(authority, "binding_hash") !== bindingHash) object("approval_binding", "authority");
  if (entry.at_ms > Number(binding["expires_at_ms"])) object("approval_expired", "authority");
  if (started !== undefined && !isNext) object("approval_reused", "attempt");
  approval.started = fact;
}

function commitOf(reference: Json | undefined): Json {
  return member(reference, "$commit") ?? null;
}

function isRising(list: readonly Json[]): boolean {
  return list.every((item, at) => at === 0 || String(list[at - 1]) < String(item));
}

import { digestOf } from "../base/digest.ts";
import { fromBase64 } from "../base/base64.ts";
import { equalJson, isJsonObject, type Json, type JsonObject } from "../base/json.ts";
import { approvalText } from "./checkpoint.ts";
import type { FindingCode } from "./finding.ts";
import { isSigned, type VerifierPlatform } from "./signature.ts";
import { hasExactly, isCount, isText, items, member } from "./stored-json.ts";
import type { Entry } from "./verify-entries.ts";

/** An approval as far as the log has shown it. */
export interface Approval {
  readonly binding: JsonObject;
  readonly bindingHash: string;
  /** The last decision, a fact's type. */
  decision: string | null;
  call: Json | undefined;
  attempt: number | undefined;
}

/** What 4.2 compares an approval with. */
export interface ApprovalScene {
  readonly platform: VerifierPlatform;
  readonly tenant: string;
  /** Of the entry's run, by id. */
  readonly approvals: Map<string, Approval>;
  /** The plan in force and the policy of the run; undefined where the entries of the run are not all there. */
  readonly pinned: JsonObject | undefined;
}

/** Notes what does not hold of a fact; `name` is a member of it. */
export type Objection = (code: FindingCode, name?: string, detail?: string) => void;

const BINDING =
  "approval,args_commit,budget,evidence,expires_at_ms,gates,idempotency_key,log,nonce,plan,plan_commit,policy_hash,preview_commit,run,sandbox_hash,step,tenant,tier,tool,tool_hash,type";
const DECISIONS = /^approval_(granted|denied|expired|voided|voted)$/;

/** The rules of 4.2, for one fact of a run. */
export function checkApproval(scene: ApprovalScene, entry: Entry, fact: JsonObject, object: Objection): void {
  const type = String(fact["type"]);
  if (type === "approval_requested") checkRequest(scene, entry, fact, object);
  else if (DECISIONS.test(type)) checkDecision(scene, entry, fact, object);
  else if (type === "step_started") checkAuthority(scene, entry, fact, object);
}

function checkRequest(scene: ApprovalScene, entry: Entry, fact: JsonObject, object: Objection): void {
  const { binding, binding_hash: bindingHash, approval } = fact;
  if (!hasExactly(binding, BINDING) || !isText(bindingHash) || !isText(approval))
    return object("approval_binding", "binding");
  if (scene.approvals.has(approval)) object("approval_reused", "approval");
  if (digestOf(scene.platform, binding) !== bindingHash) object("approval_binding", "binding_hash");
  const evidence = items(fact["evidence"]).map((item) => ({
    commit: commitOf(member(item, "value")),
    ref: member(item, "ref") ?? null,
  }));
  const expected: JsonObject = {
    type: "writ/approval/v1",
    log: entry.log,
    run: entry.run,
    approval,
    tenant: scene.tenant,
    step: fact["step"] ?? null,
    args_commit: commitOf(fact["args"]),
    preview_commit: commitOf(fact["preview"]),
    evidence,
    ...scene.pinned,
  };
  const wrong = Object.keys(expected).find((name) => !equalJson(expected[name] ?? null, binding[name] ?? null));
  const isOrdered =
    isRising(evidence.map(({ ref }) => ref)) && isRising(items(binding["gates"])) && items(binding["gates"]).length > 0;
  if (wrong !== undefined) object("approval_binding", `binding/${wrong}`);
  else if (!isOrdered || !isCount(binding["expires_at_ms"])) object("approval_binding", "binding");
  scene.approvals.set(approval, { binding, bindingHash, decision: null, call: undefined, attempt: undefined });
}

function checkDecision(scene: ApprovalScene, entry: Entry, fact: JsonObject, object: Objection): void {
  const approval = scene.approvals.get(String(fact["approval"]));
  if (approval === undefined) return object("approval_missing", "approval");
  if (fact["binding_hash"] !== approval.bindingHash) object("approval_binding", "binding_hash");
  if (fact["step"] !== approval.binding["step"]) object("approval_binding", "step");
  if (fact["type"] === "approval_voted") return;
  if (fact["type"] === "approval_granted") {
    if (approval.decision !== null) object("approval_reused", "approval", `granted after ${approval.decision}`);
    if (entry.actor["kind"] !== "user" && entry.actor["kind"] !== "policy")
      object("approval_actor", "approval", String(entry.actor["kind"]));
    if (entry.atMs > Number(approval.binding["expires_at_ms"])) object("approval_expired", "approval");
    if (fact["signature"] !== undefined && !isApprover(scene.platform, fact["signature"], approval))
      object("approval_signature", "signature");
  }
  approval.decision = String(fact["type"]);
}

function isApprover(platform: VerifierPlatform, signature: Json, { bindingHash }: Approval): boolean {
  if (!hasExactly(signature, "alg,key,sig") || signature["alg"] !== "ed25519") return false;
  const [key, sig] = [signature["key"], signature["sig"]].map((text) => fromBase64(String(text)));
  return (
    key !== undefined &&
    sig !== undefined &&
    isSigned(platform, key, approvalText(`sha256:${bindingHash.slice(7)}`), sig)
  );
}

function checkAuthority(scene: ApprovalScene, entry: Entry, fact: JsonObject, object: Objection): void {
  const authority = fact["authority"];
  if (hasExactly(authority, "rules") && items(authority["rules"]).length > 0) {
    for (const rule of items(authority["rules"])) {
      const [, standing] = /^standing:(apr_.*)$/.exec(String(rule)) ?? [];
      const approval = scene.approvals.get(standing ?? "");
      const isCovered = approval?.decision === "approval_granted" && approval.binding["step"] === "*";
      // A lane is covered by the approval of its root, whose entries may not be here.
      if (standing !== undefined && !isCovered && fact["root"] === undefined) object("approval_missing", "authority");
    }
    return;
  }
  const approval = hasExactly(authority, "approval,binding_hash")
    ? scene.approvals.get(String(authority["approval"]))
    : undefined;
  if (approval?.decision !== "approval_granted" || !isJsonObject(authority))
    return object("approval_missing", "authority");
  const { binding } = approval;
  if (authority["binding_hash"] !== approval.bindingHash) object("approval_binding", "authority");
  const started: JsonObject = {
    step: fact["step"] ?? null,
    tool: fact["tool"] ?? null,
    idempotency_key: fact["idempotency_key"] ?? null,
    args_commit: commitOf(fact["args"]),
    ...scene.pinned,
  };
  const wrong = Object.keys(started).find((name) => !equalJson(started[name] ?? null, binding[name] ?? null));
  if (wrong !== undefined) object("approval_binding", wrong === "args_commit" ? "args" : wrong);
  if (entry.atMs > Number(binding["expires_at_ms"])) object("approval_expired", "authority");
  const isNext =
    approval.attempt === undefined || (fact["attempt"] === approval.attempt + 1 && fact["tool_call"] === approval.call);
  if (!isNext) object("approval_reused", "authority");
  approval.call = fact["tool_call"];
  approval.attempt = Number(fact["attempt"]);
}

function commitOf(reference: Json | undefined): string {
  return String(member(reference, "$commit"));
}

function isRising(list: readonly Json[]): boolean {
  return list.every((item, at) => at === 0 || String(list[at - 1]) < String(item));
}

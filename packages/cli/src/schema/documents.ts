import { decisionRecordForm } from "@writ/core/schema/decision-record";
import * as z from "zod";
import { approval, approvalDetail, approved, denied } from "@writ/api/contract/approval";
import { explanation, failure } from "@writ/api/contract/error";
import * as governance from "@writ/api/contract/governance";
import { comparison, dryRun, planned, report } from "@writ/api/contract/planning";
import * as proof from "@writ/api/contract/proof";
import { event, listItem, run } from "@writ/api/contract/run";
import { tokenCreated, tokenRevoked, tokens } from "./token.ts";
import * as outgoing from "./outgoing.ts";
import * as workspace from "./workspace.ts";

/** What `--json` prints, by the heading of `docs/json.md` that tells of it, and the name of its schema's file. */
export const OUTPUTS: readonly (readonly [heading: string, file: string, schema: z.ZodType])[] = [
  ["An error", "error", failure],
  ["writ run", "run", run],
  ["writ list", "list", z.array(listItem)],
  ["writ plan", "plan", planned],
  ["writ plan --explain", "plan-explain", comparison],
  ["writ run --dry-run", "dry-run", dryRun],
  ["writ run --events, writ show --follow, writ watch", "event", event],
  ["writ show --checkpoints", "checkpoints", proof.checkpoints],
  ["writ show --record", "record", decisionRecordForm],
  ["writ report", "report", report],
  ["writ approvals", "approvals", z.array(approval)],
  ["writ approvals show", "approval", approvalDetail],
  ["writ approvals approve", "approved", approved],
  ["writ approvals deny", "denied", denied],
  ["writ replay", "replay", proof.replayed],
  ["writ replay --against", "replay-against", proof.replayedAgainst],
  ["writ audit verify", "audit-verify", proof.auditVerified],
  ["writ audit checkpoint", "audit-checkpoint", proof.signedHead],
  ["writ audit prove", "audit-prove", proof.proofs],
  ["writ audit export", "audit-export", proof.exported],
  ["writ audit receipt", "audit-receipt", proof.receiptWritten],
  ["writ audit redact", "audit-redact", proof.redacted],
  ["writ verify-bundle", "verify-bundle", proof.bundleVerified],
  ["writ key show", "key-show", proof.keyShown],
  ["writ key rotate", "key-rotate", proof.keyRotated],
  ["writ init", "init", workspace.made],
  ["writ doctor", "doctor", workspace.examined],
  ["writ export", "export", workspace.folderWritten],
  ["writ rebuild", "rebuild", workspace.rebuilt],
  ["writ backup", "backup", workspace.backedUp],
  ["writ tools list", "tools-list", z.array(governance.tool)],
  ["writ tools show", "tools-show", governance.toolDetail],
  ["writ tools approve", "tools-approve", governance.toolsApproved],
  ["writ policy show", "policy-show", governance.policy],
  ["writ policy test", "policy-test", governance.tested],
  ["writ policy explain <tool>", "policy-explain-tool", governance.toolExplained],
  ["writ policy explain <run>", "policy-explain-run", governance.runExplained],
  ["writ policy lift", "policy-lift", governance.lifted],
  ["writ policy unlift", "policy-unlift", governance.unlifted],
  ["writ config show", "config-show", workspace.configured],
  ["writ token create", "token-create", tokenCreated],
  ["writ token list", "token-list", tokens],
  ["writ token revoke", "token-revoke", tokenRevoked],
  ["writ webhooks list", "webhooks-list", outgoing.destinations],
  ["writ webhooks list --dead", "webhooks-list-dead", z.array(outgoing.deadLetter)],
  ["writ webhooks replay", "webhooks-replay", outgoing.replayed],
  ["writ explain", "explain", z.union([explanation, z.array(z.string())])],
  ["writ completion", "completion", workspace.completion],
];

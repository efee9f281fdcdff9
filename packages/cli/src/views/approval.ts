import { furthest, isJsonArray, isJsonObject, previewOf, type Binding, type Json, type Preview } from "@writ/core";
import type { ApprovalDetail } from "@writ/runtime";
import { confirmationWord } from "../terminal/prompt.ts";
import type { ApprovalView, BasisView } from "../terminal/view.ts";

/** A request as the terminal shows it: everything from the bytes that are bound. */
export function approvalView(detail: ApprovalDetail, now: number): ApprovalView {
  const { binding, bindingHash, requestedAt } = detail.request;
  return {
    approval: binding.approval,
    reach: binding.tier,
    preview: shownPreview(detail.preview, binding),
    expiresAt: binding.expires_at_ms,
    now,
    reasons: binding.gates.map((gate) => reasonOf(gate, binding)),
    basis: basisOf(detail, requestedAt),
    bindingHash,
    bound: boundFields(binding),
  };
}

/** The word that approves a destructive step; null where `y` does. */
export function wordFor(view: ApprovalView): string | null {
  return view.reach === "destructive" ? confirmationWord(objectOf(view.preview), view.bindingHash) : null;
}

function objectOf(preview: Preview): string {
  if (preview.kind === "files" && preview.changes.length === 1) return preview.changes[0]?.path.split("/").at(-1) ?? "";
  if (preview.kind === "command") return preview.argv[0]?.split("/").at(-1) ?? "";
  return "";
}

function shownPreview(preview: Json, binding: Binding): Preview {
  return (
    previewOf(preview) ?? {
      kind: "arguments",
      title: binding.tool,
      tool: binding.tool,
      args: JSON.stringify(preview, null, 2),
    }
  );
}

/** Why a person is asked, in words: a rule of the mode by what it says, any other by its name. */
export function reasonOf(gate: string, binding: Pick<Binding, "tier">): string {
  const [policy, mode, what] = gate.split(".");
  if (gate === "policy.always_approve") return "this tool asks every time, in every mode";
  if (gate === "policy.sensitive_path")
    return "it would write a file that acts by itself, with content that did not come from you";
  if (policy === "policy" && what === "plan") return `mode ${mode ?? ""} asks before a plan begins`;
  if (policy === "policy" && mode !== undefined && what !== undefined) return `mode ${mode} asks before every ${what}`;
  if (gate.startsWith("GATE_") || gate === "plan.gate") return `the plan asks for ${gate} before this step`;
  return `rule ${gate} asks before this ${furthest(binding.tier, "read_only")}`;
}

function basisOf({ evidence, moved, view }: ApprovalDetail, frozenAt: number): BasisView | null {
  const counted = evidence.map(({ ref, value }) => evidenceNoun(ref, value)).filter((noun) => noun !== null);
  if (counted.length === 0 && moved === null) return null;
  const change =
    moved === "evidence" ? "what it would touch is not what it was" : "what it would do is not what it was";
  return {
    what: counted.length === 0 ? "what it would touch" : counted.join(", "),
    frozenAt,
    moved: moved === null ? [] : [{ what: view.title ?? view.step, agoMs: 0, change }],
  };
}

function evidenceNoun(ref: string, value: Json): string | null {
  const hits = isJsonObject(value) ? value["hits"] : undefined;
  if (isJsonArray(hits)) return `${hits.length} document${hits.length === 1 ? "" : "s"}`;
  if (ref.startsWith("live:")) return null;
  const tool = ref.split(":")[1];
  return tool === undefined || tool === "llm.generate" ? null : `the answer of ${tool}`;
}

function boundFields(binding: Binding): ApprovalView["bound"] {
  return Object.entries(binding).map(([field, value]) => ({
    field,
    value: typeof value === "string" ? value : JSON.stringify(value),
  }));
}

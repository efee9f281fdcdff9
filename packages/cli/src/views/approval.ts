import {
  confirmationFor,
  gateWords,
  isJsonArray,
  isJsonObject,
  previewOf,
  type Binding,
  type Json,
  type Preview,
} from "@writ/core";
import type { ApprovalDetail } from "@writ/runtime";
import type { ApprovalView, BasisView } from "../terminal/view.ts";
import type { NameOf } from "./name-of.ts";

/** A request as the terminal shows it: everything from the bytes that are bound. */
export function approvalView(detail: ApprovalDetail, now: number, nameOf: NameOf): ApprovalView {
  const { binding, bindingHash, requestedAt } = detail.request;
  return {
    approval: binding.approval,
    reach: binding.tier,
    preview: shownPreview(detail.preview, binding),
    expiresAt: binding.expires_at_ms,
    decided: decidedWords(detail.view, nameOf),
    now,
    reasons: binding.gates.map((gate) => gateWords(gate, binding.tier)),
    basis: basisOf(detail, requestedAt),
    bindingHash,
    bound: boundFields(binding),
  };
}

const WORDS: Readonly<Record<string, string>> = {
  granted: "approved",
  used: "approved",
  denied: "denied",
  expired: "expired",
  voided: "no longer holds",
  cancelled: "cancelled",
};

function decidedWords({ status, decided_by: by }: ApprovalDetail["view"], nameOf: NameOf): string | null {
  const word = WORDS[status];
  if (word === undefined) return null;
  return by === null ? word : `${word} by ${nameOf(by)}`;
}

/** The word that approves a destructive step; null where `y` does. */
export function wordFor(view: ApprovalView): string | null {
  return view.reach === "destructive" ? confirmationFor(view.preview, view.bindingHash) : null;
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

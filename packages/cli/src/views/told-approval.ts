import type { JournalEvent, Reason } from "@writ/core";
import { reasonWords } from "@writ/core/text/reason-words";
import type { Telling, ToldFact } from "./told-fact.ts";
import { quoted } from "./told-run.ts";

type Told = Omit<ToldFact, "at">;
type Fact = Extract<JournalEvent, { approval: string; step: string }>;

/** A fact about a request for somebody's decision; null for any other. */
export function toldApproval(fact: JournalEvent, { by }: Telling): Told | null {
  switch (fact.type) {
    case "approval_requested":
      return told(fact, "waiting", `asks you · ${fact.approval}`, "asks");
    case "approval_voted":
      return told(fact, "voted", `approved by ${by}; others are still asked`, "neutral");
    case "approval_granted":
      return told(fact, "granted", `approved by ${by}`, "good");
    case "approval_denied":
      return told(fact, "denied", `denied by ${by}: ${quoted(fact.reason)}`, "bad");
    case "approval_expired":
      return told(fact, "expired", "nobody answered in time", "bad");
    case "approval_voided":
      return told(fact, "voided", `request void: ${voidWords(fact.reason, by)}`, "neutral");
    default:
      return null;
  }
}

function voidWords({ code, detail }: Reason, by: string): string {
  if (detail === "ask_again") return `${by} wants it asked anew`;
  return code === "run_closing" || detail === undefined
    ? reasonWords({ code })
    : `${detail.replaceAll("_", " ")} moved`;
}

function told(fact: Fact, state: string, detail: string, tone: ToldFact["tone"]): Told {
  return { noun: "approval", name: fact.approval, fact: fact.type, state, said: null, detail, tone, step: fact.step };
}

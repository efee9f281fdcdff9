import type { JournalEvent, RunInput } from "@writ/core";

/** An input in few words. */
export function inputLine(input: RunInput): string {
  const about = "step" in input ? ` ${input.step}` : "approval" in input ? ` ${input.approval.slice(-4)}` : "";
  return `${input.type}${about}${"attempt" in input ? `#${input.attempt ?? ""}` : ""}`;
}

/** A fact in few words. */
export function factLine(fact: JournalEvent): string {
  const about = "step" in fact && fact.step !== null ? `:${fact.step}` : "";
  const outcome = "outcome" in fact ? `=${fact.outcome}` : "";
  return `${fact.type}${about}${outcome}${reasonText(fact)}`;
}

function reasonText(fact: JournalEvent): string {
  const reason = "reason" in fact ? fact.reason : null;
  if (reason === null || !("code" in reason)) return "";
  return `(${reason.code}${reason.detail === undefined ? "" : ` ${reason.detail}`})`;
}

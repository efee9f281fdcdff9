/**
 * The approval prompt as a state machine: no input, no clock, no terminal. It
 * has no default: Enter alone asks again, and nothing but a whole answer
 * followed by Enter decides.
 */

/** Where a conversation about one request stands. */
export type PromptState =
  | { readonly kind: "asking"; readonly word: string | null }
  | { readonly kind: "asking_reason"; readonly word: string | null }
  | { readonly kind: "closed"; readonly answer: PromptAnswer };

/** How it ended. `later` leaves the request open. */
export type PromptAnswer =
  | { readonly kind: "approved" }
  | { readonly kind: "denied"; readonly reason: string }
  | { readonly kind: "later"; readonly because: "chosen" | "end_of_input" | "interrupted" | "withdrawn" };

export type PromptEvent =
  | { readonly type: "line"; readonly text: string }
  | { readonly type: "end_of_input" }
  | { readonly type: "interrupt" }
  /** Decided elsewhere, or expired. */
  | { readonly type: "withdraw" };

/** What is to be written before the next question. */
export type PromptOutput = "question" | "reason_question" | "whole_preview" | "reasons" | "hint";

export interface PromptStep {
  readonly state: PromptState;
  readonly outputs: readonly PromptOutput[];
}

/**
 * @param word what has to be typed to approve a destructive step; null where `y` does
 */
export function openPrompt(word: string | null): PromptStep {
  return { state: { kind: "asking", word }, outputs: ["question"] };
}

/** One event later. A closed prompt stays as it is. */
export function promptStep(state: PromptState, event: PromptEvent): PromptStep {
  if (state.kind === "closed") return { state, outputs: [] };
  switch (event.type) {
    case "end_of_input":
      return later("end_of_input");
    case "interrupt":
      return later("interrupted");
    case "withdraw":
      return later("withdrawn");
    case "line":
      return state.kind === "asking" ? answered(state, event.text) : reasoned(state, event.text);
  }
}

function answered(state: Extract<PromptState, { kind: "asking" }>, text: string): PromptStep {
  const answer = text.trim();
  if (state.word !== null && answer === state.word) return closed({ kind: "approved" });
  const choice = answer.toLowerCase();
  switch (choice) {
    case "y":
    case "yes":
      return state.word === null ? closed({ kind: "approved" }) : { state, outputs: ["hint", "question"] };
    case "n":
    case "no":
      return { state: { kind: "asking_reason", word: state.word }, outputs: ["reason_question"] };
    case "v":
      return { state, outputs: ["whole_preview", "question"] };
    case "w":
      return { state, outputs: ["reasons", "question"] };
    case "l":
      return later("chosen");
    case "":
      return { state, outputs: ["question"] };
    default:
      return { state, outputs: ["hint", "question"] };
  }
}

/** A denial carries a reason; without one it is asked for again. */
function reasoned(state: Extract<PromptState, { kind: "asking_reason" }>, text: string): PromptStep {
  const reason = text.trim();
  return reason === "" ? { state, outputs: ["reason_question"] } : closed({ kind: "denied", reason });
}

function later(because: Extract<PromptAnswer, { kind: "later" }>["because"]): PromptStep {
  return closed({ kind: "later", because });
}

function closed(answer: PromptAnswer): PromptStep {
  return { state: { kind: "closed", answer }, outputs: [] };
}

import type { ApprovalMode, RunStatus, StepPublicStatus } from "@writ/core";

import { blanks, lineWidth } from "./layout.ts";
import type { Screen } from "./screen.ts";
import { say, type Line, type Role } from "./span.ts";

/** How a state is shown: what happened by glyph and word, whether you must act by colour. */
export interface StateLook {
  readonly glyph: string;
  readonly word: string;
  readonly role: Role;
}

export const RUN_LOOKS: Readonly<Record<RunStatus, StateLook>> = {
  planned: { glyph: "○", word: "Not started", role: "dim" },
  in_progress: { glyph: "●", word: "Running", role: "info" },
  awaiting_gate: { glyph: "◆", word: "Waiting for you", role: "wait" },
  paused: { glyph: "‖", word: "Paused", role: "dim" },
  in_doubt: { glyph: "?", word: "In doubt", role: "doubt" },
  completed: { glyph: "✓", word: "Completed", role: "ok" },
  failed: { glyph: "✗", word: "Failed", role: "bad" },
  rejected: { glyph: "⊘", word: "Rejected", role: "bad" },
  expired: { glyph: "◔", word: "Expired", role: "dim" },
  cancelled: { glyph: "–", word: "Cancelled", role: "dim" },
  escalated: { glyph: "↑", word: "Escalated", role: "wait" },
};

export const STEP_LOOKS: Readonly<Record<StepPublicStatus, StateLook>> = {
  pending: { glyph: "○", word: "Not started", role: "dim" },
  ready: { glyph: "○", word: "Next", role: "dim" },
  awaiting_gate: { glyph: "◆", word: "Waiting for you", role: "wait" },
  running: { glyph: "●", word: "Running", role: "info" },
  completed: { glyph: "✓", word: "Completed", role: "ok" },
  failed: { glyph: "✗", word: "Failed", role: "bad" },
  skipped: { glyph: "–", word: "Skipped", role: "dim" },
  blocked: { glyph: "–", word: "Blocked", role: "dim" },
  in_doubt: { glyph: "?", word: "In doubt", role: "doubt" },
  compensating: { glyph: "●", word: "Being undone", role: "info" },
  compensated: { glyph: "⊘", word: "Undone", role: "dim" },
  cancelled: { glyph: "–", word: "Cancelled", role: "dim" },
};

/** Indent, glyph and one blank: everything after it starts in the same column, whatever the glyph. */
export function mark(screen: Screen, role: Role, glyph: string): Line {
  const drawn = say(screen, role, glyph);
  const widest = screen.glyphs === "ascii" ? 2 : 1;
  return [...blanks(2), ...drawn, ...blanks(widest + 1 - lineWidth(drawn))];
}

/** Colour and weight of a tool's reach. */
export const TIER_ROLES: Readonly<Record<ApprovalMode, Role>> = {
  read_only: "dim",
  local_write: "local",
  network: "info",
  delegated: "doubt",
  destructive: "grave",
};

import { remaining, shortDigest } from "@writ/core/text/figure";
import type { Extent } from "./extent.ts";
import { about, dayAndTime, timeOrDay } from "./instant.ts";
import { hanging, lineWidth, padded, paragraph } from "./layout.ts";
import { nounOf, previewLines } from "./preview-view.ts";
import { gateEdge, isOneColumn, type Screen } from "./screen.ts";
import { say, type Line } from "./span.ts";
import { TIER_ROLES } from "./state.ts";
import type { ApprovalView, BasisView, MovedView } from "./view.ts";

const GROUND_COLUMN = 21;
const COMMAND_COLUMN = 12;

/** The rule that opens a request: how far the step reaches, and until when an answer counts. */
export function approvalHead(screen: Screen, view: ApprovalView): readonly Line[] {
  const left = view.expiresAt - view.now;
  const deadline = left > 0 ? `expires in ${remaining(left)}` : `expired ${dayAndTime(screen, view.expiresAt)}`;
  const until = view.decided ?? deadline;
  const open = [
    ...say(screen, "wait", "  ── Approval ──"),
    ...say(screen, "plain", " "),
    ...say(screen, TIER_ROLES[view.reach], view.reach),
  ];
  const rule = gateEdge(screen) - lineWidth(open) - lineWidth(say(screen, "dim", until)) - 2;
  if (isOneColumn(screen) || rule < 2) return [open, say(screen, "dim", `  ${until}`)];
  return [[...open, ...say(screen, "dim", ` ${"─".repeat(rule)} ${until}`)]];
}

/** What a person decides on: the head, what would happen, and what it rests on. */
export function approvalLines(screen: Screen, view: ApprovalView, extent: Extent): readonly Line[] {
  return [
    ...approvalHead(screen, view),
    ...previewLines(screen, view.preview, extent),
    [],
    ...groundLines(screen, view, extent),
  ];
}

/** Why a person is asked, what the request is based on, what exactly would be approved. */
export function groundLines(screen: Screen, view: ApprovalView, extent: Extent): readonly Line[] {
  const { basis } = view;
  return [
    ...reasonLines(screen, extent.kind === "whole" ? view.reasons : view.reasons.slice(0, 1)),
    ...(basis === null ? [] : ground(screen, "Based on", basisLine(screen, basis, view))),
    ...(basis?.moved ?? []).flatMap((moved) => movedLines(screen, moved)),
    ...ground(
      screen,
      "You approve",
      say(screen, "plain", `exactly ${nounOf(view.preview)}, once · ${shortDigest(view.bindingHash)}`),
    ),
  ];
}

/** The request as `writ approvals show` prints it: nothing left out, every bound field, both commands. */
export function approvalShowLines(screen: Screen, view: ApprovalView): readonly Line[] {
  return [
    ...approvalLines(screen, view, { kind: "whole" }),
    [],
    ...paragraph(screen, 2, say(screen, "dim", "What it binds; if any of it moves, Writ refuses and asks again")),
    ...view.bound.flatMap(({ field, value }) => boundLines(screen, field, value)),
    ...(view.decided === null ? ways(screen, view.approval) : []),
  ];
}

/** How one decides, while one may. */
function ways(screen: Screen, approval: string): readonly Line[] {
  return [
    [],
    ...command(screen, "Approve", `writ approvals approve ${approval}`),
    ...command(screen, "Deny", `writ approvals deny ${approval} --reason TEXT`),
  ];
}

/** Reasons under one label. */
export function reasonLines(screen: Screen, reasons: readonly string[]): readonly Line[] {
  return reasons.flatMap((reason, index) =>
    ground(screen, index === 0 ? "Why you are asked" : "", say(screen, "plain", reason)),
  );
}

/** `~ The file moved 2 min ago: line 6 is now keep_days: 400, not 365.` */
export function movedLines(screen: Screen, moved: MovedView): readonly Line[] {
  return paragraph(screen, 2, [
    ...say(screen, "doubt", `~ ${moved.what} moved ${about(moved.agoMs)} ago:`),
    ...say(screen, "plain", ` ${moved.change}.`),
  ]);
}

function basisLine(screen: Screen, basis: BasisView, { now, decided }: ApprovalView): Line {
  const frozen = say(screen, "plain", `${basis.what}, frozen ${timeOrDay(screen, basis.frozenAt, now)}`);
  if (decided !== null) return frozen;
  const state = basis.moved.length === 0 ? say(screen, "ok", "unchanged") : say(screen, "doubt", "moved since");
  return [...frozen, ...say(screen, "plain", ", "), ...state];
}

function ground(screen: Screen, label: string, value: Line): readonly Line[] {
  return hanging(screen, say(screen, "dim", `  ${label}`), GROUND_COLUMN, value);
}

/** A bound field; its digest short for a person, in full for a program. */
function boundLines(screen: Screen, field: string, value: string): readonly Line[] {
  const head = say(screen, "dim", `    ${field}`);
  if (screen.form === "lines") return [[...padded(head, GROUND_COLUMN), ...say(screen, "plain", value)]];
  return hanging(screen, head, GROUND_COLUMN, say(screen, "plain", shortDigest(value)));
}

/** A command is never broken: it is there to be copied. */
function command(screen: Screen, label: string, text: string): readonly Line[] {
  const head = padded(say(screen, "dim", `  ${label}`), COMMAND_COLUMN);
  const typed = say(screen, "strong", text);
  return lineWidth(head) + lineWidth(typed) <= screen.columns ? [[...head, ...typed]] : [head, typed];
}

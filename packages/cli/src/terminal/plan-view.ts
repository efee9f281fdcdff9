import { columnRows } from "./columns.ts";
import { allowed, counted, grouped, shortDigest, span, spent } from "@writ/core/text/figure";
import { blanks, hanging, lineWidth, wrapped } from "./layout.ts";
import { planLayers, planOrder, type OrderedStep } from "./plan-order.ts";
import { isOneColumn, textEdge, type Screen } from "./screen.ts";
import { say, type Line, type Role } from "./span.ts";
import { TIER_ROLES } from "./state.ts";
import type { PlanStepView, PlanView, RunHeadView } from "./view.ts";

const LABEL_COLUMN = 9;
const FIGURE_COLUMN = 13;

/** The plan as graph and table in one, its estimate, its limits, and the command that runs it. */
export function planLines(screen: Screen, view: PlanView): readonly Line[] {
  const { estimate, limits } = view;
  const gates = view.steps.filter((step) => step.answer === "asks").length;
  const costs = [
    counted(estimate.toolCalls, "tool call"),
    `about ${counted(estimate.tokens, "token")}`,
    spent(estimate.costMillicents),
    `${span(estimate.workMs)} of work`,
  ];
  const bounds = [
    counted(limits.steps, "step"),
    counted(limits.tokens, "token"),
    allowed(limits.costMillicents),
    span(limits.wallMs),
  ];
  const body = `${view.plan} · ${counted(view.steps.length, "step")}, ${counted(gates, "gate")}, verified · nothing has run`;
  return [
    ...hanging(screen, say(screen, "strong", "  Plan"), LABEL_COLUMN, say(screen, "plain", body)),
    [],
    ...planTable(screen, view),
    [],
    ...labelled(screen, "Estimate", FIGURE_COLUMN, costs.join(", ")),
    ...labelled(screen, "At most", FIGURE_COLUMN, `${bounds.join(", ")} (${limits.source})`),
    [],
    ...labelled(screen, "Run it", FIGURE_COLUMN, view.runWith),
  ];
}

/** The plan's table alone. A program gets it without header, and nothing cut. */
export function planTable(screen: Screen, view: Pick<PlanView, "steps" | "policyMode">): readonly Line[] {
  const rows = planOrder(view.steps);
  const digits = grouped(rows.length).length;
  const numbered = (text: string): Line => say(screen, "dim", text.padStart(digits));
  const titles = ["step", "tool", "reach", `in mode ${view.policyMode}`].map((title) => say(screen, "dim", title));
  const isHeaded = screen.form === "block" && !isOneColumn(screen);
  const table = columnRows(screen, 2, [
    ...(isHeaded ? [[numbered("#"), ...titles]] : []),
    ...rows.map((row, index) => [numbered(grouped(index + 1)), ...cells(screen, row)]),
  ]);
  const header = isHeaded ? (table[0] ?? []) : [];
  const body = isHeaded ? table.slice(1) : table;
  return [...header, ...body.flatMap((lines, index) => [...lines, ...dependencies(screen, digits, rows[index])])];
}

/** What is wanted and what will happen: the head of `writ run`. */
export function runHeadLines(screen: Screen, view: RunHeadView): readonly Line[] {
  const gates = view.steps.filter((step) => step.gated).length;
  const verified = view.verifiedMs === null ? "verified" : `verified in ${Math.floor(view.verifiedMs)} ms`;
  const plan = `${counted(view.steps.length, "step")}, ${counted(gates, "gate")}, ${verified} · ${shortDigest(view.planHash)}`;
  const flow = planLayers(view.steps)
    .map((layer) => layer.map((step) => (step.gated ? `◆ ${step.name}` : step.name)).join(", "))
    .join(" → ");
  return [
    ...(view.goal === null ? [] : labelled(screen, "Goal", LABEL_COLUMN, view.goal)),
    ...labelled(screen, "Plan", LABEL_COLUMN, plan),
    ...hanging(screen, blanks(2), LABEL_COLUMN, say(screen, "dim", flow)),
  ];
}

function labelled(screen: Screen, label: string, column: number, text: string): readonly Line[] {
  return hanging(screen, say(screen, "strong", `  ${label}`), column, say(screen, "plain", text));
}

function cells(screen: Screen, { step, bracket }: OrderedStep<PlanStepView>): readonly Line[] {
  const drawn = { alone: "", member: "├ ", last: "└ " }[bracket];
  const gate = step.answer === "asks" ? say(screen, "wait", "◆ ") : [];
  return [
    [...say(screen, "dim", drawn), ...gate, ...say(screen, "plain", step.name)],
    say(screen, "plain", step.tool),
    step.reach === null ? [] : say(screen, TIER_ROLES[step.reach], step.reach),
    say(
      screen,
      ANSWER_ROLES[step.answer],
      [ANSWER_WORDS[step.answer], step.note].filter((part) => part !== null).join(", "),
    ),
  ];
}

const ANSWER_WORDS: Readonly<Record<PlanStepView["answer"], string>> = {
  runs: "runs",
  asks: "asks you",
  refused: "refused",
};
const ANSWER_ROLES: Readonly<Record<PlanStepView["answer"], Role>> = { runs: "plain", asks: "wait", refused: "bad" };

/** `after find_code`, under a step whose dependencies the brackets do not say. */
function dependencies(screen: Screen, digits: number, row: OrderedStep<PlanStepView> | undefined): readonly Line[] {
  if (row === undefined || row.after.length === 0) return [];
  const bar = { alone: "", member: "│ ", last: "  " }[row.bracket];
  const lead = [...blanks(2 + digits + 2), ...say(screen, "dim", bar)];
  const text = say(screen, "dim", `after ${row.after.join(", ")}`);
  if (screen.form === "lines") return [[...lead, ...text]];
  const [first = [], ...others] = wrapped(text, Math.max(20, textEdge(screen) - lineWidth(lead)), 0);
  return [[...lead, ...first], ...others.map((line) => [...blanks(lineWidth(lead)), ...line])];
}

import { counted, grouped, shortDigest } from "@writ/core/text/figure";
import { blanks, hanging, padded, paragraph, sentence } from "./layout.ts";
import type { Screen } from "./screen.ts";
import { say, type Line } from "./span.ts";
import { mark } from "./state.ts";
import type { PolicyReplayView, ReplayView } from "./view.ts";
import { displayWidth } from "./width.ts";

const VALUE_COLUMN = 19;
const POLICY_COLUMN = 37;

/** A replay of what was recorded: a difference is an alarm. */
export function replayLines(screen: Screen, view: ReplayView): readonly Line[] {
  if (view.kind === "same") return same(screen, view.facts);
  const { input, next } = view;
  const [recorded = "", derived = ""] = aligned([view.recorded, view.derived]);
  const moved =
    input === null
      ? []
      : [`${input.what} · ${shortDigest(input.was)} is now ${shortDigest(input.is).replace("sha256:", "")}`];
  const equal = view.fact - 1;
  return [
    ...sentence(screen, [
      ...mark(screen, "bad", "≠"),
      ...say(screen, "bad", "Not the same"),
      ...say(screen, "plain", `   fact ${grouped(view.fact)} of ${grouped(view.of)}, step ${view.step}`),
    ]),
    ...value(screen, "recorded", recorded),
    ...value(screen, "re-derived", derived),
    ...moved.flatMap((text) => value(screen, "input moved", text)),
    ...paragraph(
      screen,
      2,
      say(
        screen,
        "plain",
        `${counted(equal, "fact")} before it ${equal === 1 ? "is" : "are"} equal. No tool, no model, no network was used.`,
      ),
    ),
    ...(next === null
      ? []
      : paragraph(screen, 2, [
          ...say(screen, "dim", "Next   "),
          ...say(screen, "strong", next.command),
          ...say(screen, "dim", next.purpose === null ? "" : `     ${next.purpose}`),
        ])),
  ];
}

/** What another policy would have decided: a difference is an answer. */
export function policyReplayLines(screen: Screen, view: PolicyReplayView): readonly Line[] {
  if (view.kind === "same") return same(screen, view.facts);
  const { before } = view;
  const beside = (head: Line, text: string): readonly Line[] =>
    hanging(screen, head, POLICY_COLUMN, say(screen, "plain", text));
  const sides = [
    { label: "recorded", verdict: view.recorded, policy: view.recordedPolicy },
    { label: "re-derived", verdict: view.derived, policy: view.derivedPolicy },
  ];
  const widest = Math.max(...sides.map(({ verdict }) => displayWidth(verdict)));
  return [
    ...(before === null
      ? []
      : beside(
          [...mark(screen, "ok", "✓"), ...say(screen, "plain", `${before.from} … ${before.to}`)],
          `${counted(before.facts, "fact")}, same`,
        )),
    ...beside(
      [...mark(screen, "info", "≠"), ...say(screen, "info", view.step)],
      `first difference, fact ${grouped(view.fact)}`,
    ),
    [],
    ...sides.flatMap(({ label, verdict, policy }) =>
      hanging(screen, labelOf(screen, label), VALUE_COLUMN, [
        ...padded(say(screen, "plain", verdict), widest + 5),
        ...say(screen, "dim", `policy ${shortDigest(policy).replace("sha256:", "")}`),
      ]),
    ),
    ...value(screen, "decided by", view.decidedBy),
    [],
    ...paragraph(
      screen,
      2,
      say(
        screen,
        "plain",
        `${counted(view.later, "later fact")} follow${view.later === 1 ? "s" : ""} from it. No tool, no model, no network.`,
      ),
    ),
  ];
}

function same(screen: Screen, facts: number): readonly Line[] {
  return sentence(screen, [
    ...mark(screen, "ok", "✓"),
    ...say(screen, "ok", "The same"),
    ...say(screen, "plain", `   ${counted(facts, "fact")} re-derived, no difference, no tool called`),
  ]);
}

function value(screen: Screen, label: string, text: string): readonly Line[] {
  return hanging(screen, labelOf(screen, label), VALUE_COLUMN, say(screen, "plain", text));
}

function labelOf(screen: Screen, label: string): Line {
  return [...blanks(6), ...say(screen, "dim", label)];
}

/** Clauses of two texts under each other, so that the one that differs shows. */
function aligned(texts: readonly (readonly string[])[]): readonly string[] {
  const count = Math.max(...texts.map((clauses) => clauses.length));
  const widths = Array.from({ length: count }, (_, at) =>
    Math.max(...texts.map((clauses) => displayWidth(clauses[at] ?? ""))),
  );
  return texts.map((clauses) =>
    clauses
      .map((clause, at) =>
        at === clauses.length - 1 ? clause : `${clause},${" ".repeat((widths[at] ?? 0) - displayWidth(clause))}`,
      )
      .join(" "),
  );
}

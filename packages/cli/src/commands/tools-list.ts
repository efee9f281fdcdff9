import { answerFor, questionOf, repeatable, toolDocument, toolsByReach, type ToolQuestion } from "@writ/runtime";
import type { ToolSpec } from "@writ/core";
import type { ExitCode, Setting } from "../command-module.ts";
import { atRunDesk, systemClockOf } from "../compose.ts";
import { columns } from "../terminal/columns.ts";
import { isOneColumn, type Screen } from "../terminal/screen.ts";
import { say, type Line } from "../terminal/span.ts";
import { TIER_ROLES } from "../terminal/state.ts";
import { ANSWERS } from "../views/rules.ts";

/** `writ tools list`: by reach, with what policy answers in the present mode. */
export async function run({ invocation, terminal, world }: Setting): Promise<ExitCode> {
  return atRunDesk(world, invocation, async (desk) => {
    const specs = toolsByReach(desk);
    const question = questionOf(desk, systemClockOf().now());
    if (invocation.json) {
      terminal.json(specs.map((spec) => toolDocument(desk, spec, question)));
      return 0;
    }
    const screen = terminal.screen();
    const isHeaded = screen.form === "block" && !isOneColumn(screen);
    const head = ["tool", "reach", `in mode ${question.mode}`, "sent again", "where"].map((title) =>
      say(screen, "dim", title),
    );
    terminal.out(
      columns(screen, 2, [...(isHeaded ? [head] : []), ...specs.map((spec) => cells(screen, spec, question))]),
    );
    return 0;
  });
}

function cells(screen: Screen, spec: ToolSpec, question: ToolQuestion): readonly Line[] {
  const { effect } = answerFor(spec, question);
  return [
    say(screen, "plain", spec.name),
    say(screen, TIER_ROLES[spec.tier], spec.tier),
    say(
      screen,
      effect === "gate" ? "wait" : effect === "forbid" ? "bad" : "plain",
      ANSWERS[effect].split(",")[0] ?? "",
    ),
    say(screen, "plain", repeatable(spec)),
    say(screen, "plain", spec.traits.sandboxed ? "sandbox" : "in Writ"),
  ];
}

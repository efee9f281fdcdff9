import { reaches, type ToolSpec } from "@writ/core";
import type { ExitCode, Setting } from "../command-module.ts";
import { atDesk, systemClockOf } from "../compose.ts";
import type { Desk } from "../desk.ts";
import { columns } from "../terminal/columns.ts";
import { isOneColumn, type Screen } from "../terminal/screen.ts";
import { say, type Line } from "../terminal/span.ts";
import { TIER_ROLES } from "../terminal/state.ts";
import { ANSWERS } from "../views/rules.ts";
import { answerFor, repeatable, type ToolQuestion } from "../views/tools.ts";

/** `writ tools list`: by reach, with what policy answers in the present mode. */
export async function run({ invocation, terminal, world }: Setting): Promise<ExitCode> {
  return atDesk(world, invocation, async (desk) => {
    const specs = [...desk.tools.values()].map((tool) => tool.spec).toSorted(byReach);
    const question = questionOf(desk);
    if (invocation.json) {
      terminal.json(specs.map((spec) => toolJson(desk, spec, question)));
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

export function questionOf(desk: Desk): ToolQuestion {
  const { policy } = desk.config;
  return { policy, mode: policy.mode, at: systemClockOf().now() };
}

/** A tool as programs see it in a list. */
export function toolJson(desk: Desk, spec: ToolSpec, question: ToolQuestion) {
  const { effect, rules } = answerFor(spec, question);
  return {
    name: spec.name,
    version: spec.version,
    summary: spec.summary,
    tier: spec.tier,
    source: "built_in",
    schema_hash: desk.toolRules.get(spec.name)?.hash ?? null,
    decision: effect,
    rules,
    repeat: repeatable(spec),
    sandboxed: spec.traits.sandboxed,
    reversible: spec.traits.reversible,
  };
}

function byReach(a: ToolSpec, b: ToolSpec): number {
  if (a.tier !== b.tier) return reaches(a.tier, b.tier) ? 1 : -1;
  return a.name < b.name ? -1 : 1;
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

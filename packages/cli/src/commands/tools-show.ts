import {
  ruleWords,
  answerFor,
  questionOf,
  repeatable,
  toolDetailDocument,
  type RunDesk,
  type ToolQuestion,
} from "@writ/runtime";
import type { ToolSpec } from "@writ/core";
import { argumentOf } from "../argv/invocation.ts";
import type { ExitCode, Setting } from "../command-module.ts";
import { atRunDesk, systemClockOf } from "../compose.ts";
import { columns } from "../terminal/columns.ts";
import { shortDigest, span } from "@writ/core/text/figure";
import { blanks, hanging, paragraph } from "../terminal/layout.ts";
import type { Screen } from "../terminal/screen.ts";
import { say, type Line, type Role } from "../terminal/span.ts";
import { TIER_ROLES } from "../terminal/state.ts";
import { toolNamed } from "../tool-named.ts";
import { ANSWERS, dayOn } from "../views/rules.ts";
import { parameterRows } from "../views/tools.ts";

const LABEL_COLUMN = 14;

/** `writ tools show <name>`: what is declared of a tool, which is what decisions rest on. */
export async function run({ invocation, terminal, world }: Setting): Promise<ExitCode> {
  return atRunDesk(world, invocation, async (desk) => {
    const { spec } = toolNamed(desk, argumentOf(invocation, "tool") ?? "");
    const question = questionOf(desk, systemClockOf().now());
    if (invocation.json) terminal.json(toolDetailDocument(desk, spec, question));
    else terminal.out(toolLines(terminal.screen(), desk, spec, question));
    return 0;
  });
}

function toolLines(screen: Screen, desk: RunDesk, spec: ToolSpec, question: ToolQuestion): readonly Line[] {
  const { effect, rules } = answerFor(spec, question);
  const why = rules.map((rule) => ruleWords(dayOn(screen), question.policy, rule, effect)).join("; ");
  const row = (label: string, text: string, role: Role = "plain"): readonly Line[] =>
    hanging(screen, [...blanks(4), ...say(screen, "dim", label)], LABEL_COLUMN, say(screen, role, text));
  const parameters = parameterRows(spec.inputSchema);
  const again = {
    idempotent: "the same call again is the same effect",
    probe: "asked whether it happened",
    once: "never by itself; a person says",
  }[repeatable(spec)];
  return [
    [...blanks(2), ...say(screen, "strong", spec.name), ...say(screen, "dim", `  version ${spec.version}`)],
    ...paragraph(screen, 2, say(screen, "plain", spec.summary)),
    [],
    ...row("reach", spec.tier, TIER_ROLES[spec.tier]),
    ...row("policy", `${ANSWERS[effect]}: ${why}`),
    ...row("again", again),
    ...row("where", spec.traits.sandboxed ? "in the sandbox, or not at all" : "in Writ itself"),
    ...row("at most", spec.traits.timeout === null ? "as long as the run allows" : span(spec.traits.timeout)),
    ...row("undo", undoText(spec)),
    ...row("declared", shortDigest(desk.toolRules.get(spec.name)?.hash ?? "")),
    ...(parameters.length === 0 ? [] : [[], say(screen, "strong", "  Parameters")]),
    ...columns(
      screen,
      4,
      parameters.map(({ name, type, presence, says }) => [
        say(screen, presence === "required" ? "strong" : "plain", name),
        say(screen, "dim", type),
        say(
          screen,
          "plain",
          [presence === "required" ? "required" : null, says === "" ? null : says]
            .filter((part) => part !== null)
            .join("; "),
        ),
      ]),
    ),
  ];
}

function undoText({ tier, traits }: ToolSpec): string {
  if (tier === "read_only") return "nothing to take back";
  return traits.reversible ? "can be taken back" : "cannot be taken back";
}

import { ruleWords, ruleText, liftWords, liftDocument, type Desk } from "@writ/runtime";
import {
  authorize,
  POLICY_MODES,
  relaxes,
  type Authorization,
  type Lift,
  type Policy,
  type Rule,
  type ToolSpec,
} from "@writ/core";
import type { ExitCode, Setting } from "./command-module.ts";
import { systemClockOf } from "./compose.ts";
import { blanks, hanging } from "./terminal/layout.ts";
import type { Screen } from "./terminal/screen.ts";
import { say, type Line } from "./terminal/span.ts";
import { ANSWERS, dayOn } from "./views/rules.ts";

const LABEL_COLUMN = 26;

/** What can decide about a tool: mode by mode, and the rules and lifts that name it. */
export function explainTool(desk: Desk, { invocation, terminal }: Setting, spec: ToolSpec): ExitCode {
  const { policy } = desk.config;
  const at = systemClockOf().now();
  const modes = POLICY_MODES.filter((mode) => !relaxes(mode, policy.mode)).map((mode) => {
    const answer = authorize(policy, { spec, tool: spec.name, args: {}, mode, gates: [], tainted: false, at });
    return { mode, ...answer };
  });
  const rules = policy.rules.filter((rule) => isNamed(rule, spec));
  const lifts = policy.lifts
    .filter((lift) => isNamed(lift, spec))
    .map((lift) => ({ ...lift, holds: holdsFor(lift, spec, at) }));
  if (invocation.json) {
    terminal.json({
      tool: spec.name,
      tier: spec.tier,
      modes: modes.map(({ mode, effect, rules: ids }) => ({ mode, decision: effect, rules: ids })),
      rules,
      lifts: lifts.map(({ holds, ...lift }) => ({ ...liftDocument(lift), holds })),
    });
    return 0;
  }
  const screen = terminal.screen();
  terminal.out([
    [...blanks(2), ...say(screen, "strong", spec.name), ...say(screen, "plain", `  ${spec.tier}`)],
    ...modes.flatMap(({ mode, effect, rules: ids }) => modeLines(screen, policy, mode, { effect, rules: ids })),
    ...rules.flatMap((rule) => row(screen, rule.id, ruleText(rule))),
    ...lifts.flatMap((lift) =>
      row(screen, lift.id, `lifts ${liftWords(dayOn(screen), lift)}${lift.holds === "yes" ? "" : ` · ${lift.holds}`}`),
    ),
  ]);
  return 0;
}

function modeLines(screen: Screen, policy: Policy, mode: string, { effect, rules }: Authorization): readonly Line[] {
  const why = rules.map((rule) => ruleWords(dayOn(screen), policy, rule, effect)).join("; ");
  return row(screen, `mode ${mode}`, `${ANSWERS[effect]}: ${why}`);
}

function row(screen: Screen, label: string, text: string): readonly Line[] {
  return hanging(screen, [...blanks(4), ...say(screen, "dim", label)], LABEL_COLUMN, say(screen, "plain", text));
}

function isNamed({ tool }: Pick<Rule | Lift, "tool">, { name }: ToolSpec): boolean {
  return tool === "*" || tool === name || (tool.endsWith(".*") && name.startsWith(tool.slice(0, -1)));
}

/** Whether a lift can hold for a tool at all. */
function holdsFor({ expiresAtMs }: Lift, { tier, traits }: ToolSpec, at: number): string {
  if (tier === "destructive") return "never: what is destructive always asks";
  if (traits.alwaysApprove) return "never: this tool asks every time";
  return expiresAtMs !== null && expiresAtMs <= at ? "no longer: it is over" : "yes";
}

import { testPolicy } from "@writ/runtime";
import {
  isJsonObject,
  OrchestratorError,
  parseStrict,
  POLICY_MODES,
  relaxes,
  type JsonObject,
  type PolicyMode,
  type SchemaProblem,
} from "@writ/core";
import { argumentOf, hasOption, optionOf, type Invocation } from "../argv/invocation.ts";
import type { ExitCode, Setting } from "../command-module.ts";
import { atRunDesk, systemClockOf } from "../compose.ts";
import { findingLines } from "../terminal/error-view.ts";
import { blanks, hanging } from "../terminal/layout.ts";
import { say } from "../terminal/span.ts";
import { toolNamed } from "../tool-named.ts";
import { ANSWERS, dayOn } from "../views/rules.ts";

const RULE_COLUMN = 4;

/** `writ policy test <tool> --args JSON`: what policy would answer, and the rules that decide. An answer, whatever it says. */
export async function run({ invocation, terminal, world }: Setting): Promise<ExitCode> {
  const args = argsOf(invocation);
  return atRunDesk(world, invocation, async (desk) => {
    const { spec } = toolNamed(desk, argumentOf(invocation, "tool") ?? "");
    const mode = modeOf(invocation, desk.config.policy.mode);
    const screen = terminal.screen();
    const call = { tool: spec.name, args, mode, tainted: hasOption(invocation, "--tainted") };
    const answer = testPolicy(desk, call, systemClockOf().now(), dayOn(screen));
    const { decision, rules, problems } = answer;
    if (invocation.json) terminal.json(answer);
    else
      terminal.out([
        [
          ...blanks(2),
          ...say(screen, decision === "gate" ? "wait" : decision === "forbid" ? "bad" : "ok", ANSWERS[decision]),
          ...say(screen, "plain", `  ${spec.name}, ${spec.tier}, mode ${mode}`),
        ],
        ...rules.flatMap(({ id, says }) =>
          hanging(
            screen,
            [...blanks(RULE_COLUMN), ...say(screen, "strong", id)],
            RULE_COLUMN + Math.max(...rules.map((each) => each.id.length)) + 3,
            say(screen, "plain", says),
          ),
        ),
        ...problems.flatMap((problem) => findingLines(screen, findingOf(problem))),
      ]);
    return 0;
  });
}

function findingOf({ at, message }: SchemaProblem) {
  return { place: at === "" ? "--args" : at, code: "argument_not_allowed", message, source: null, hint: null };
}

/** @throws OrchestratorError `input_malformed` */
function argsOf(invocation: Invocation): JsonObject | null {
  const text = optionOf(invocation, "--args");
  if (text === undefined) return null;
  try {
    const value = parseStrict(Buffer.from(text));
    if (isJsonObject(value)) return value;
  } catch (error) {
    if (!(error instanceof OrchestratorError)) throw error;
    throw new OrchestratorError(
      "input_malformed",
      `--args is not JSON (${error.message}); write it as: --args '{"path":"a.md"}'`,
      { cause: error },
    );
  }
  throw new OrchestratorError("input_malformed", `--args takes a JSON object, such as: --args '{"path":"a.md"}'`);
}

/** A request may only tighten, so a looser mode is no question to be asked of this configuration. */
function modeOf(invocation: Invocation, present: PolicyMode): PolicyMode {
  const wanted = POLICY_MODES.find((mode) => mode === optionOf(invocation, "--mode")) ?? present;
  if (!relaxes(wanted, present)) return wanted;
  throw new OrchestratorError(
    "policy_relaxation",
    `mode ${wanted} is looser than ${present}, which holds here; a run cannot ask for it. Change it in your own configuration: writ config show`,
  );
}

import { OrchestratorError, type Amounts, type RunId } from "@writ/core";
import { argumentOf, optionOf, type Invocation } from "../argv/invocation.ts";
import type { ExitCode, Setting } from "../command-module.ts";
import { assertPerson, openDesk } from "../compose.ts";
import { taskJson } from "../drive.ts";
import { say } from "../terminal/span.ts";
import { amountsText } from "../views/amounts.ts";
import { wholeNumber } from "../whole-number.ts";
import { stay } from "./run.ts";

const MILLICENTS = 1_000;

/** `writ extend <run> --steps N --reason TEXT`: more of what ran out; the run goes on. */
export async function run(setting: Setting): Promise<ExitCode> {
  const { invocation, terminal, world } = setting;
  const amounts = amountsOf(invocation);
  const reason = optionOf(invocation, "--reason")?.trim() ?? "";
  if (reason === "")
    throw new OrchestratorError(
      "input_malformed",
      'more budget needs a reason, which stands in the record; add: --reason "…"',
    );
  assertPerson(world, invocation);
  const desk = await openDesk(world, invocation);
  try {
    const id: RunId = await desk.runNamed(argumentOf(invocation, "run") ?? "");
    await desk.send({ method: "extend", run: id, amounts, reason });
    if (invocation.json) {
      await desk.send({ method: "rest", run: id });
      terminal.json(await taskJson(desk, id));
    } else {
      terminal.out([
        say(terminal.screen(), "plain", `  Extended by ${amountsText(amounts)}, recorded with your name and reason.`),
        [],
      ]);
      await stay(desk, setting, id);
    }
    return 0;
  } finally {
    await desk.close();
  }
}

/** @throws OrchestratorError `input_malformed` */
function amountsOf(invocation: Invocation): Amounts {
  const amount = (flag: `--${string}`): number => wholeNumber(invocation, flag, 0) ?? 0;
  const amounts = {
    steps: amount("--steps"),
    tool_calls: amount("--tool-calls"),
    tokens: amount("--tokens"),
    cost_millicents: amount("--cost-cents") * MILLICENTS,
    wall_clock_ms: amount("--wall-clock-ms"),
  };
  if (Object.values(amounts).some((value) => value > 0)) return amounts;
  throw new OrchestratorError("input_malformed", "say by how much the budget grows, such as: --steps 5");
}

import { costCents, millicentsOf, OrchestratorError, type Amounts } from "@writ/core";
import { optionOf, type Invocation } from "../argv/invocation.ts";
import type { ExitCode, Setting } from "../command-module.ts";
import { atRunDesk } from "../compose.ts";
import { amountsText } from "../views/amounts.ts";
import { wholeNumber } from "../whole-number.ts";
import { wholeRunId } from "../whole-run-id.ts";
import { goOn } from "./run.ts";

/** `writ extend <run> --steps N --reason TEXT`: more of what ran out; the run goes on. */
export async function run(setting: Setting): Promise<ExitCode> {
  const { invocation, world } = setting;
  const amounts = amountsOf(invocation);
  const reason = optionOf(invocation, "--reason")?.trim() ?? "";
  if (reason === "")
    throw new OrchestratorError(
      "input_malformed",
      'more budget needs a reason, which stands in the record; add: --reason "…"',
    );
  const id = wholeRunId(invocation, "extending");
  return atRunDesk(world, invocation, async (desk) => {
    await desk.send({ method: "extend", run: id, amounts, reason });
    return goOn(desk, setting, id, `Extended by ${amountsText(amounts)}, recorded with your name and reason.`);
  });
}

/** @throws OrchestratorError `input_malformed` */
function amountsOf(invocation: Invocation): Amounts {
  const amount = (flag: `--${string}`): number => wholeNumber(invocation, flag, 0) ?? 0;
  const amounts = {
    steps: amount("--steps"),
    tool_calls: amount("--tool-calls"),
    tokens: amount("--tokens"),
    cost_millicents: costOf(invocation),
    wall_clock_ms: amount("--wall-clock-ms"),
  };
  if (Object.values(amounts).some((value) => value > 0)) return amounts;
  throw new OrchestratorError("input_malformed", "say by how much the budget grows, such as: --steps 5");
}

/** Thousandths of a cent. @throws OrchestratorError `input_malformed` */
function costOf(invocation: Invocation): number {
  const text = optionOf(invocation, "--cost-cents");
  if (text === undefined) return 0;
  const cents = costCents.safeParse(/^[0-9]+(\.[0-9]+)?$/.test(text) ? Number(text) : Number.NaN);
  if (cents.success) return millicentsOf(cents.data);
  throw new OrchestratorError(
    "input_malformed",
    `--cost-cents takes cents with at most three decimals, such as 12.5, not "${text}"`,
  );
}

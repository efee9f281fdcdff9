import { ruleText, liftWords, shownPolicy, policyMatrix, type PolicyMatrix } from "@writ/runtime";
import type { Lift, Policy } from "@writ/core";
import type { ExitCode, Setting } from "../command-module.ts";
import { atRunDesk, systemClockOf } from "../compose.ts";
import { userConfigFile } from "../compose-config.ts";
import { policyLines, type PolicyShowView } from "../terminal/policy-view.ts";
import type { Screen } from "../terminal/screen.ts";
import { dayOn } from "../views/rules.ts";

/** `writ policy show`: what may run here, what asks, what is refused, and which named exceptions there are. */
export async function run({ invocation, terminal, world }: Setting): Promise<ExitCode> {
  return atRunDesk(world, invocation, async (desk) => {
    const { policy, ceiling } = desk.config;
    const now = systemClockOf().now();
    const matrix = policyMatrix(policy, now);
    if (invocation.json) terminal.json(shownPolicy(desk.config, now));
    else {
      const screen = terminal.screen();
      terminal.out(
        policyLines(screen, viewOf(screen, policy, ceiling, matrix, now, desk.server ?? userConfigFile(world))),
      );
    }
    return 0;
  });
}

function viewOf(
  screen: Screen,
  policy: Policy,
  ceiling: string,
  { modes, rows, plan }: PolicyMatrix,
  now: number,
  file: string,
): PolicyShowView {
  const some = (values: readonly string[]): readonly string[] => (values.length === 0 ? ["none"] : values);
  return {
    modes,
    present: policy.mode,
    rows: [
      { name: "the plan", tier: null, answers: plan },
      ...rows.map(({ tier, answers }) => ({ name: tier, tier, answers })),
    ],
    notes: [
      { name: "Ceiling", values: [`${ceiling}: nothing that reaches further is planned`] },
      {
        name: "Tools",
        values: [policy.tools.includes("*") ? "every one that is registered" : policy.tools.join(", ")],
      },
      { name: "Outbound", values: [policy.hosts.length === 0 ? "off; no host is allowed" : policy.hosts.join(", ")] },
      { name: "Rules", values: some(policy.rules.map((rule) => `${rule.id}  ${ruleText(rule)}`)) },
      {
        name: "Lifts",
        values: some(
          policy.lifts.map(
            (lift) => `${lift.id}  ${liftWords(dayOn(screen), lift)}${isOver(lift, now) ? " (over)" : ""}`,
          ),
        ),
      },
      { name: "Gates", values: policy.gates.map(({ id, role, quorum }) => `${id}  role ${role}, quorum ${quorum}`) },
      { name: "Yours", values: [file] },
    ],
  };
}

function isOver({ expiresAtMs }: Lift, now: number): boolean {
  return expiresAtMs !== null && expiresAtMs <= now;
}

import { OrchestratorError } from "@writ/core";
import { argumentOf } from "../argv/invocation.ts";
import type { ExitCode, Setting } from "../command-module.ts";
import { atDesk } from "../compose.ts";
import { explainRun } from "../explain-run.ts";
import { explainTool } from "../explain-tool.ts";
import { toolNamed } from "../tool-named.ts";

/** `writ policy explain <tool> | <run> [<step>]`: which rules can decide, or which did. */
export async function run(setting: Setting): Promise<ExitCode> {
  const { invocation, world } = setting;
  const what = argumentOf(invocation, "what") ?? "";
  const step = argumentOf(invocation, "step") ?? null;
  return atDesk(world, invocation, async (desk) => {
    const isTool = desk.tools.has(what) || /[./]/.test(what);
    if (!isTool) return await explainRun(desk, setting, await desk.runNamed(what), step);
    const { spec } = toolNamed(desk, what);
    if (step === null) return explainTool(desk, setting, spec);
    throw new OrchestratorError(
      "input_malformed",
      `${what} is a tool and has no step; give a run before a step: writ policy explain <run> ${step}`,
    );
  });
}

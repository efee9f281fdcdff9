import { OrchestratorError } from "@writ/core";
import type { Command } from "./argv/command.ts";
import { hasOption } from "./argv/invocation.ts";
import type { CommandModule, ExitCode, Setting } from "./command-module.ts";

/** Runs a command; what it refuses is said in one place. */
export async function carryOut(command: Command<CommandModule>, setting: Setting): Promise<ExitCode> {
  try {
    const isNamed = hasOption(setting.invocation, "--server") || "WRIT_SERVER" in setting.world.environment;
    if (isNamed) (await import("./server-choice.ts")).assertServes(command, setting);
    const { run } = await command.run();
    return await run(setting);
  } catch (error) {
    if (!(error instanceof OrchestratorError)) throw error;
    const { reportError } = await import("./error-report.ts");
    return reportError(setting, error, setting.invocation.json);
  }
}

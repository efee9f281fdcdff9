import { OrchestratorError } from "@writ/core";
import type { Command } from "./argv/command.ts";
import type { CommandModule, ExitCode, Setting } from "./command-module.ts";
import { reportError } from "./error-report.ts";

/** Runs a command; what it refuses is said in one place. */
export async function carryOut(command: Command<CommandModule>, setting: Setting): Promise<ExitCode> {
  try {
    const { run } = await command.run();
    return await run(setting);
  } catch (error) {
    if (!(error instanceof OrchestratorError)) throw error;
    return reportError(setting.terminal, error, setting.invocation.json);
  }
}

import { OrchestratorError } from "@writ/core";
import { completionScript, SHELLS } from "../argv/completion.ts";
import { argumentOf } from "../argv/invocation.ts";
import type { Command } from "../argv/command.ts";
import type { CommandModule, ExitCode, Setting } from "../command-module.ts";
import { nearest } from "../terminal/nearest.ts";

/** `writ completion bash|zsh|fish`: the script on stdout, from the table that parses. */
export function completion(table: readonly Command<unknown>[]): CommandModule {
  return { run: async (setting) => await Promise.resolve(complete(setting, table)) };
}

function complete({ invocation, terminal }: Setting, table: readonly Command<unknown>[]): ExitCode {
  const given = argumentOf(invocation, "shell") ?? "";
  const shell = SHELLS.find((each) => each === given);
  if (shell === undefined) {
    const meant = nearest(given, SHELLS);
    throw new OrchestratorError(
      "input_malformed",
      `there is no completion for "${given}"; ${meant === null ? `use one of ${SHELLS.join(", ")}` : `did you mean: writ completion ${meant}`}`,
    );
  }
  const script = completionScript(shell, table);
  if (invocation.json) terminal.json({ shell, script });
  else terminal.raw("out", script);
  return 0;
}

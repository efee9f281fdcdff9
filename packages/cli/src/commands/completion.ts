import { OrchestratorError } from "@writ/core";
import { completionScript, SHELLS } from "../argv/completion.ts";
import { argumentOf } from "../argv/invocation.ts";
import type { ExitCode, Setting } from "../command-module.ts";
import { nearest } from "../terminal/nearest.ts";

/** `writ completion bash|zsh|fish`: the script on stdout, from the table that parses. */
export async function run({ invocation, terminal }: Setting): Promise<ExitCode> {
  const given = argumentOf(invocation, "shell") ?? "";
  const shell = SHELLS.find((each) => each === given);
  if (shell === undefined) {
    const meant = nearest(given, SHELLS);
    throw new OrchestratorError(
      "input_malformed",
      `there is no completion for "${given}"; ${meant === null ? `use one of ${SHELLS.join(", ")}` : `did you mean: writ completion ${meant}`}`,
    );
  }
  const { COMMANDS } = await import("../table.ts");
  const script = completionScript(shell, COMMANDS);
  if (invocation.json) terminal.json({ shell, script });
  else terminal.raw("out", script);
  return 0;
}

import { readCommandLine } from "./argv/command-line.ts";
import type { ExitCode } from "./command-module.ts";
import { COMMANDS, VERSION } from "./table.ts";
import { plainTerminal, systemTerminal } from "./terminal.ts";
import { systemWorld } from "./world.ts";

/** One command line to its exit status. Nothing is loaded that the command does not need. */
async function main(argv: readonly string[]): Promise<ExitCode> {
  const { env: environment } = process;
  const terminal = systemTerminal({
    get stdin() {
      return process.stdin;
    },
    get stdout() {
      return process.stdout;
    },
    get stderr() {
      return process.stderr;
    },
    environment,
  });
  const line = await readCommandLine(argv, COMMANDS, VERSION, terminal);
  if (line.kind === "answered") return line.exit;
  const { invocation, command } = line;
  const warn = (sentence: string): void => terminal.err([[{ role: "plain", text: `writ: ${sentence}` }]]);
  const shown = invocation.plain ? plainTerminal(terminal) : terminal;
  const setting = { invocation, terminal: shown, world: { ...systemWorld(), warn } };
  const { carryOut } = await import("./carry-out.ts");
  return carryOut(command, setting);
}

process.exitCode = await main(process.argv.slice(2));

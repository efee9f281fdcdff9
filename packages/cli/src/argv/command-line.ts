import { errorLines } from "../terminal/error-view.ts";
import type { Terminal } from "../terminal.ts";
import { commandHelp } from "./command-help.ts";
import type { Command } from "./command.ts";
import { firstPage } from "./first-page.ts";
import type { Invocation } from "./invocation.ts";
import { readArguments } from "./read-arguments.ts";
import { resolve } from "./resolve.ts";
import type { UsageProblem } from "./usage-problem.ts";

/** What is left to do: run a command, or nothing because the answer is given. */
export type CommandLine<M> =
  | { readonly kind: "run"; readonly command: Command<M>; readonly invocation: Invocation }
  | { readonly kind: "answered"; readonly exit: 0 | 2 };

/**
 * Reads a command line. Help, version and what cannot be understood are
 * answered here, on stdout and stderr as they belong.
 *
 * @param argv what stands behind the program's name
 */
export async function readCommandLine<M>(
  argv: readonly string[],
  table: readonly Command<M>[],
  version: string,
  terminal: Terminal,
): Promise<CommandLine<M>> {
  const resolved = resolve(argv, table);
  switch (resolved.kind) {
    case "first_page":
      terminal.out(firstPage(terminal.screen(), table));
      return { kind: "answered", exit: 0 };
    case "version":
      terminal.raw("out", `writ ${version}\n`);
      return { kind: "answered", exit: 0 };
    case "help":
      // Help is read by people, through a pager too.
      terminal.out(commandHelp({ ...terminal.screen(), form: "block" }, resolved.commands));
      return { kind: "answered", exit: 0 };
    case "refused":
      return refuse(resolved.problem, terminal);
    case "command": {
      const read = await readArguments(resolved.command, resolved.rest);
      if (read.kind === "refused") return refuse(read.problem, terminal);
      return { kind: "run", command: resolved.command, invocation: read.invocation };
    }
  }
}

function refuse(problem: UsageProblem, terminal: Terminal): CommandLine<never> {
  terminal.err(errorLines(terminal.errorScreen(), { sentence: problem.sentence, code: problem.code, findings: [] }));
  return { kind: "answered", exit: 2 };
}

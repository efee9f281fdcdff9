import { GLOBAL_OPTIONS, type Command, type Option } from "./command.ts";
import type { Invocation } from "./invocation.ts";
import {
  excessArgument,
  missingArgument,
  missingValue,
  noChoice,
  repeatedOption,
  unknownOption,
  valueOfSwitch,
  type UsageProblem,
} from "./usage-problem.ts";

export type Read =
  | { readonly kind: "understood"; readonly invocation: Invocation }
  | { readonly kind: "refused"; readonly problem: UsageProblem };

type Readable = Pick<Command<unknown>, "name" | "usage" | "arguments" | "options">;

/** Reads what stands behind a command's name. The parser library is loaded here, so that help never waits for it. */
export async function readArguments(command: Readable, rest: readonly string[]): Promise<Read> {
  const library = await import("commander");
  const known: readonly Option[] = [...command.options, ...GLOBAL_OPTIONS];
  const parser = new library.Command()
    .exitOverride()
    .configureOutput({ outputError: () => undefined })
    .helpOption(false);
  const options = new Map<string, string[]>();
  const occurrences: string[] = [];
  for (const { flag, value } of known) {
    parser.option(value === null ? flag : `${flag} <${value}>`);
    parser.on(`option:${flag.slice(2)}`, (given: unknown) => {
      const values = typeof given === "string" ? [given] : [];
      options.set(flag, [...(options.get(flag) ?? []), ...values]);
      occurrences.push(flag);
    });
  }
  let parsed: { readonly operands: readonly string[]; readonly unknown: readonly string[] };
  try {
    parsed = parser.parseOptions([...rest]);
  } catch (error) {
    if (!(error instanceof library.CommanderError)) throw error;
    // With values that may be anything, the only thing that can be missing is the one behind the last word.
    const last = known.find(({ flag }) => flag === rest.at(-1));
    return refused(missingValue(last?.flag ?? "an option", last?.value ?? "", command));
  }
  const problem =
    unknownProblem(parsed.unknown, known, command) ??
    optionProblem(occurrences, options, known, command) ??
    operandProblem(parsed.operands, command);
  if (problem !== null) return refused(problem);
  return {
    kind: "understood",
    invocation: {
      command: command.name,
      json: options.has("--json"),
      plain: options.has("--plain"),
      workspace: options.get("--workspace")?.[0] ?? null,
      arguments: named(parsed.operands, command),
      options,
    },
  };
}

function unknownProblem(unknown: readonly string[], known: readonly Option[], command: Readable): UsageProblem | null {
  const [typed] = unknown;
  if (typed === undefined) return null;
  const [name = typed] = typed.split("=");
  return known.some(({ flag, value }) => flag === name && value === null)
    ? valueOfSwitch(name, command)
    : unknownOption(name, command);
}

function optionProblem(
  occurrences: readonly string[],
  options: ReadonlyMap<string, readonly string[]>,
  known: readonly Option[],
  command: Readable,
): UsageProblem | null {
  for (const { flag, occurs, value, choices } of known) {
    const times = occurrences.filter((occurrence) => occurrence === flag).length;
    if (times > 1 && occurs === "once" && value !== null) return repeatedOption(flag, command);
    const wrong = choices === null ? undefined : options.get(flag)?.find((given) => !choices.includes(given));
    if (choices !== null && wrong !== undefined) return noChoice(flag, wrong, choices, command);
  }
  return null;
}

function operandProblem(operands: readonly string[], command: Readable): UsageProblem | null {
  const missing = command.arguments.find(({ presence }, at) => presence === "required" && operands[at] === undefined);
  if (missing !== undefined) return missingArgument(missing.name, command);
  const takesAll = command.arguments.some(({ presence }) => presence === "repeated");
  const excess = operands[command.arguments.length];
  return excess === undefined || takesAll ? null : excessArgument(excess, command);
}

function named(operands: readonly string[], command: Readable): ReadonlyMap<string, readonly string[]> {
  return new Map(
    command.arguments.flatMap(({ name, presence }, at) => {
      const values = presence === "repeated" ? operands.slice(at) : operands.slice(at, at + 1);
      return values.length === 0 ? [] : [[name, values] as const];
    }),
  );
}

function refused(problem: UsageProblem): Read {
  return { kind: "refused", problem };
}

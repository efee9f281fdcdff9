import { nearest } from "../terminal/nearest.ts";
import { GLOBAL_OPTIONS, type Command } from "./command.ts";

/** A command line that cannot be understood: exit status 2, and one sentence that says what to type instead. */
export interface UsageProblem {
  readonly code: "unknown_command" | "unknown_option" | "usage";
  readonly sentence: string;
}

type Named = Pick<Command<unknown>, "name" | "options" | "usage">;

export function unknownCommand(typed: string, names: readonly string[]): UsageProblem {
  const meant = nearest(typed, names);
  const next = meant === null ? "see them all with: writ --help" : `did you mean: writ ${meant}`;
  return { code: "unknown_command", sentence: `"${typed}" is no command; ${next}` };
}

/** @param family the first word of commands of two words: `audit` */
export function missingSubcommand(family: string, names: readonly string[]): UsageProblem {
  const seconds = names.map((name) => name.slice(family.length + 1)).join(", ");
  return { code: "usage", sentence: `${family} needs one of ${seconds}; see: writ ${family} --help` };
}

/** @param command null where the option stands before any command */
export function unknownOption(typed: string, command: Named | null): UsageProblem {
  const known = [...(command?.options ?? []), ...GLOBAL_OPTIONS].map((option) => option.flag);
  const meant = nearest(typed, known);
  const owner = command === null ? "writ" : `writ ${command.name}`;
  const guess = meant === null ? "" : `did you mean ${meant}, or `;
  return {
    code: "unknown_option",
    sentence: `${typed} is no option of ${owner}; ${guess}see them with: ${owner} --help`,
  };
}

export function missingArgument(name: string, command: Named): UsageProblem {
  return usage(`${command.name} needs <${name}>`, command);
}

export function excessArgument(typed: string, command: Named): UsageProblem {
  return usage(`"${typed}" is more than ${command.name} takes; put what belongs together in quotes, or`, command);
}

export function missingValue(flag: string, value: string, command: Named): UsageProblem {
  return usage(`${flag} of ${command.name} needs a value, ${value}`, command);
}

export function valueOfSwitch(flag: string, command: Named): UsageProblem {
  return usage(`${flag} of ${command.name} takes no value`, command);
}

export function repeatedOption(flag: string, command: Named): UsageProblem {
  return usage(`${flag} of ${command.name} is given twice`, command);
}

export function noChoice(flag: string, typed: string, choices: readonly string[], command: Named): UsageProblem {
  const meant = nearest(typed, choices);
  const guess = meant === null ? "" : `; did you mean ${meant}`;
  return usage(`${flag} is "${typed}", which is none of ${choices.join(", ")}${guess}`, command);
}

function usage(what: string, command: Named): UsageProblem {
  const joint = what.endsWith(" or") ? "" : ";";
  return { code: "usage", sentence: `${what}${joint} see: writ ${command.name} --help` };
}

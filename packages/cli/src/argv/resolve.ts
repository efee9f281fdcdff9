import type { Command } from "./command.ts";
import { missingSubcommand, unknownCommand, unknownOption, type UsageProblem } from "./usage-problem.ts";

/** What a command line asks for, before its arguments are read. */
export type Resolved<M> =
  | { readonly kind: "first_page" }
  | { readonly kind: "version" }
  /** Help about one command, or about all that share a first word. */
  | { readonly kind: "help"; readonly commands: readonly Command<M>[] }
  | { readonly kind: "command"; readonly command: Command<M>; readonly rest: readonly string[] }
  | { readonly kind: "refused"; readonly problem: UsageProblem };

const HELP = new Set(["--help", "-h"]);
const VERSION = new Set(["--version", "-V"]);
const SWITCHES = new Set(["--json", "--plain"]);
const WITH_VALUE = ["--workspace", "--server", "--token-file"];

/**
 * Finds the command in a command line. Loads nothing: help and version are
 * answered from here.
 */
export function resolve<M>(argv: readonly string[], table: readonly Command<M>[]): Resolved<M> {
  const leading: string[] = [];
  let wantsHelp = false;
  let at = 0;
  for (; at < argv.length; at += 1) {
    const token = argv[at] ?? "";
    if (!token.startsWith("-")) break;
    if (VERSION.has(token)) return { kind: "version" };
    if (HELP.has(token)) wantsHelp = true;
    else if (WITH_VALUE.includes(token)) {
      leading.push(token, ...argv.slice(at + 1, at + 2));
      at += 1;
    } else if (SWITCHES.has(token) || WITH_VALUE.some((flag) => token.startsWith(`${flag}=`))) leading.push(token);
    else return { kind: "refused", problem: unknownOption(token, null) };
  }
  const words = argv.slice(at);
  if (words[0] === "help") return helpAbout(words.slice(1), table);
  if (words.length === 0) return { kind: "first_page" };
  const end = words.indexOf("--");
  const isHelp = wantsHelp || words.slice(0, end === -1 ? undefined : end).some((word) => HELP.has(word));
  return isHelp ? helpAbout(words, table) : commandOf(words, leading, table);
}

function commandOf<M>(words: readonly string[], leading: readonly string[], table: readonly Command<M>[]): Resolved<M> {
  const [first = "", second = ""] = words;
  const two = table.find(({ name }) => name === `${first} ${second}`);
  if (two !== undefined) return { kind: "command", command: two, rest: [...leading, ...words.slice(2)] };
  const one = table.find(({ name }) => name === first);
  const family = familyOf(first, table);
  if (one === undefined && family.length === 0) return refused(unknownCommand(first, firstWords(table)));
  const isWord = second !== "" && !second.startsWith("-");
  if (isWord && family.length > 0 && (one === undefined || one.arguments.length === 0)) {
    return refused(
      unknownCommand(
        `${first} ${second}`,
        family.map(({ name }) => name),
      ),
    );
  }
  if (one === undefined)
    return refused(
      missingSubcommand(
        first,
        family.map(({ name }) => name),
      ),
    );
  return { kind: "command", command: one, rest: [...leading, ...words.slice(1)] };
}

function helpAbout<M>(words: readonly string[], table: readonly Command<M>[]): Resolved<M> {
  const names = words.filter((word) => !word.startsWith("-"));
  const [first] = names;
  if (first === undefined) return { kind: "first_page" };
  const two = table.filter(({ name }) => name === `${first} ${names[1] ?? ""}`);
  if (two.length > 0) return { kind: "help", commands: two };
  const commands = [...table.filter(({ name }) => name === first), ...familyOf(first, table)];
  return commands.length === 0 ? refused(unknownCommand(first, firstWords(table))) : { kind: "help", commands };
}

function familyOf<M>(first: string, table: readonly Command<M>[]): readonly Command<M>[] {
  return table.filter(({ name }) => name.startsWith(`${first} `));
}

function firstWords<M>(table: readonly Command<M>[]): readonly string[] {
  return [...new Set(table.map(({ name }) => name.split(" ")[0] ?? name))];
}

function refused<M>(problem: UsageProblem): Resolved<M> {
  return { kind: "refused", problem };
}

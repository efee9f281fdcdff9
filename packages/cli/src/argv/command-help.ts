import { commandRows } from "../terminal/command-rows.ts";
import { columns } from "../terminal/columns.ts";
import { paragraph } from "../terminal/layout.ts";
import type { Screen } from "../terminal/screen.ts";
import { say, type Line } from "../terminal/span.ts";
import { GLOBAL_OPTIONS, type Command, type Option } from "./command.ts";

/** Choices that take more stand in the summary. */
const WIDEST_VALUE = 20;

type Described = Omit<Command<unknown>, "run">;

/** What `writ <command> --help` says. Commands that share a first word are listed, the one alone is described in full. */
export function commandHelp(screen: Screen, commands: readonly Described[]): readonly Line[] {
  const [first] = commands;
  if (first === undefined) return [];
  if (commands.length === 1) return describe(screen, first);
  const isOwn = !first.name.includes(" ");
  return [
    ...(isOwn ? [...describe(screen, first), []] : []),
    ...(isOwn ? [say(screen, "strong", "Commands")] : []),
    ...commandRows(
      screen,
      2,
      2,
      commands.slice(isOwn ? 1 : 0).map(({ usage, summary }) => ({ command: usage, purpose: summary })),
    ),
  ];
}

function describe(screen: Screen, command: Described): readonly Line[] {
  return [
    ...paragraph(screen, 0, say(screen, "plain", command.summary)),
    [],
    ...commandRows(screen, 2, 2, [{ command: command.usage, purpose: null }]),
    ...section(
      screen,
      "Arguments",
      command.arguments.map(({ name, summary }) => [`<${name}>`, summary]),
    ),
    ...section(screen, "Options", command.options.map(optionRow)),
    ...section(screen, "Everywhere", GLOBAL_OPTIONS.map(optionRow)),
    ...(command.examples.length === 0
      ? []
      : [[], say(screen, "strong", "Examples"), ...commandRows(screen, 2, 2, command.examples)]),
  ];
}

function optionRow({ flag, value, occurs, choices, summary }: Option): readonly [string, string] {
  const often = occurs === "often" ? "; may be given more than once" : "";
  const joined = choices?.join("|") ?? value;
  const isShort = joined !== null && joined.length <= WIDEST_VALUE;
  const among = choices === null || isShort ? "" : `: ${choices.join(", ")}`;
  const shown = isShort ? joined : value;
  return [shown === null ? flag : `${flag} ${shown}`, `${summary}${among}${often}`];
}

function section(screen: Screen, title: string, rows: readonly (readonly [string, string])[]): readonly Line[] {
  if (rows.length === 0) return [];
  return [
    [],
    say(screen, "strong", title),
    ...columns(
      screen,
      2,
      rows.map(([name, summary]) => [say(screen, "plain", name), say(screen, "plain", summary)]),
    ),
  ];
}

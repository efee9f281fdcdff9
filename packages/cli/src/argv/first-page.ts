import type { Screen } from "../terminal/screen.ts";
import { say, type Line } from "../terminal/span.ts";
import { wrapped } from "../terminal/layout.ts";
import { textEdge } from "../terminal/screen.ts";
import { GROUPS, type Command } from "./command.ts";

const LABEL_WIDTH = 12;
const FIRST_COMMANDS = [
  ["writ demo", "the whole story in one minute, offline"],
  ['writ run "Find new docs from the last 24 hours and summarize them"', ""],
  ["writ run plan.yaml --input day=monday", ""],
] as const;
const EXIT_CODES = ["0 done", "1 failed", "2 input", "3 waiting", "4 refused", "5 tampered"];

/** What `writ --help` says: three commands to try, then all of them by what one wants to do. */
export function firstPage(screen: Screen, table: readonly Pick<Command<unknown>, "name" | "group">[]): readonly Line[] {
  const groups = GROUPS.map((group) => ({
    group,
    // A family of commands of two words stands under its first.
    names: [
      ...new Set(table.filter((command) => command.group === group).map(({ name }) => name.split(" ")[0] ?? name)),
    ],
  })).filter(({ names }) => names.length > 0);
  return [
    say(screen, "plain", "Writ does what you allowed, and proves it."),
    [],
    ...FIRST_COMMANDS.map(([command, purpose]) => [
      ...say(screen, "strong", `  ${purpose === "" ? command : command.padEnd(35)}`),
      ...say(screen, "dim", purpose),
    ]),
    [],
    ...groups.flatMap(({ group, names }) => row(screen, group, names)),
    [],
    ...row(screen, "Everywhere", ["--json", "--workspace DIR", "--plain", "--help"]),
    ...row(screen, "Exit codes", EXIT_CODES),
    ...row(screen, "More", ["writ <command> --help"]),
  ];
}

function row(screen: Screen, label: string, items: readonly string[]): readonly Line[] {
  const line = [...say(screen, "strong", label.padEnd(LABEL_WIDTH)), ...say(screen, "plain", items.join("  "))];
  return wrapped(line, textEdge(screen), LABEL_WIDTH);
}

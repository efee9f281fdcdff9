/** Shows every block, for looking at: `node packages/cli/src/terminal/gallery.ts [name…] [--plain]`. */
import { plainTerminal, systemTerminal, type Terminal } from "../terminal.ts";
import { blocks } from "./blocks.ts";
import { say } from "./span.ts";

/** @param wanted names of blocks; none means all */
export function showBlocks(terminal: Terminal, wanted: readonly string[]): void {
  for (const [name, lines] of Object.entries(blocks(terminal.screen()))) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    terminal.out([say(terminal.screen(), "dim", `$ ${name}`), ...lines, []]);
  }
}

if (import.meta.main) {
  const { stdin, stdout, stderr, env: environment, argv } = process;
  const system = systemTerminal({ stdin, stdout, stderr, environment });
  const words = argv.slice(2);
  showBlocks(
    words.includes("--plain") ? plainTerminal(system) : system,
    words.filter((word) => !word.startsWith("-")),
  );
}

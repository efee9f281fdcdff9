/** Shows every block, for looking at: `node packages/cli/src/terminal/gallery.ts [name] [--plain]`. */
import { systemTerminal, plainTerminal } from "../terminal.ts";
import { blocks } from "./blocks.ts";
import { say } from "./span.ts";

const system = systemTerminal({
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  environment: process.env,
});
const terminal = process.argv.includes("--plain") ? plainTerminal(system) : system;
const wanted = process.argv.slice(2).filter((argument) => !argument.startsWith("-"));
for (const [name, lines] of Object.entries(blocks(terminal.screen()))) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  terminal.out([say(terminal.screen(), "dim", `$ ${name}`), ...lines, []]);
}

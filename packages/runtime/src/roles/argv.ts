const ARGUMENT = /\s*(?:"([^"]*)"|'([^']*)'|([^\s"']+))(?=\s|$)/gy;

/**
 * A command line as its arguments: separated by blanks, kept together by
 * quotation marks. Nothing is expanded; there is no shell.
 *
 * @returns null when a quotation is open or nothing is there
 */
export function splitArgv(text: string): readonly string[] | null {
  const argv: string[] = [];
  let end = 0;
  for (const match of text.matchAll(ARGUMENT)) {
    argv.push(match[1] ?? match[2] ?? match[3] ?? "");
    end = match.index + match[0].length;
  }
  return argv.length > 0 && text.slice(end).trim() === "" ? argv : null;
}

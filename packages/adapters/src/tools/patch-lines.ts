import { err, ok, type Result } from "@writ/core";

const HUNK = /^@@ -\d{1,9}(?:,(\d{1,9}))? \+\d{1,9}(?:,(\d{1,9}))? @@/;
const FILE_HEADER = /^(diff --git |Index: |={60,}$|--- |\+\+\+ )/;
/** What git says between `diff --git` and `---`. */
const EXTENDED =
  /^(index [0-9a-f]+\.\.|old mode \d|new mode \d|new file mode \d|deleted file mode \d|(dis)?similarity index \d|rename (from|to) )/;
const UNREVIEWABLE = /^(GIT binary patch|Binary files |copy (from|to) )/;

export interface LineFault {
  /** From 1. */
  readonly line: number;
  readonly message: string;
}

/**
 * Whether every line of a unified diff means something.
 *
 * The parser of the `diff` package skips what it does not know, so a hunk with a misspelt header would
 * vanish without a word. This runs before it and lets nothing through that it would skip, but empty lines.
 */
export function checkPatchLines(text: string): Result<null, LineFault> {
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  let section: Section = "outside";
  for (let at = 0; at < lines.length;) {
    const line = lines[at] ?? "";
    const hunk = HUNK.exec(line);
    if (hunk === null) {
      const fault = headerFault(line, section);
      if (fault !== null) return err({ line: at + 1, message: fault });
      if (line.startsWith("diff --git ")) section = "git";
      if (line.startsWith("--- ")) section = "outside";
      if (line.startsWith("+++ ")) section = "file";
      at += 1;
      continue;
    }
    if (section !== "file")
      return err({ line: at + 1, message: "a hunk stands before the --- and +++ lines of its file" });
    const body = hunkLength(lines, at + 1, Number(hunk[1] ?? 1), Number(hunk[2] ?? 1));
    if (!body.ok) return body;
    at += 1 + body.value;
  }
  return ok(null);
}

type Section = "outside" | "git" | "file";

function headerFault(line: string, section: Section): string | null {
  if (line.trim() === "" || FILE_HEADER.test(line)) return null;
  if (section === "git" && EXTENDED.test(line)) return null;
  if (UNREVIEWABLE.test(line)) return "the patch holds binary data or a copy, which cannot be reviewed as text";
  return "the line is neither a header nor part of a hunk";
}

/** How many lines the body of a hunk takes. */
function hunkLength(
  lines: readonly string[],
  start: number,
  oldLines: number,
  newLines: number,
): Result<number, LineFault> {
  let [old, fresh, at] = [oldLines, newLines, start];
  for (; old > 0 || fresh > 0 || lines[at]?.startsWith("\\") === true; at += 1) {
    const line = lines[at];
    if (line === undefined)
      return err({ line: start, message: "the hunk ends before its header's counts are reached" });
    const op = line.charAt(0);
    if (op === "\\" && at > start) continue;
    if (op !== "+" && op !== "-" && op !== " " && line.trim() !== "") {
      return err({ line: at + 1, message: "a line of a hunk begins with a space, + or -" });
    }
    if (op !== "+") old -= 1;
    if (op !== "-") fresh -= 1;
    if (old < 0 || fresh < 0) return err({ line: at + 1, message: "the hunk has more lines than its header counts" });
  }
  return ok(at - start);
}

import type { FileChange, FilePreview } from "@writ/core";

import { changedLines, type DiffRow } from "@writ/core/text/file-diff";
import type { Extent } from "./extent.ts";
import { counted, grouped } from "@writ/core/text/figure";
import { bodyOf, remarks, type BodyRow, type FileBody } from "./file-body.ts";
import { blanks, paragraph, sides } from "./layout.ts";
import { gateEdge, type Screen } from "./screen.ts";
import { say, verbatim, type Line, type Role } from "./span.ts";
import { verbatimRows } from "./verbatim-rows.ts";

/** The files a step would touch: title with line counts, then each file with its diff. */
export function filePreviewLines(screen: Screen, preview: FilePreview, extent: Extent): readonly Line[] {
  const files = preview.changes.map((change) => bodyOf(change, extent));
  const counts = countsOf(files);
  const lines: Line[] = [
    ...sides(screen, say(screen, "strong", `  ${preview.title}`), signed(screen, counts), gateEdge(screen)),
  ];
  let room = extent.kind === "whole" ? Infinity : extent.rows;
  let hiddenLines = 0;
  let hiddenFiles = 0;
  for (const [index, file] of files.entries()) {
    const isTold = tellsAll(preview, file);
    if (room < 1 || (index > 0 && room < 2)) {
      hiddenFiles += 1;
      hiddenLines += changedLines(file.rows);
      continue;
    }
    if (!isTold) lines.push(...fileHead(screen, file));
    if (index > 0) room -= 1;
    const shown = file.rows.slice(0, room);
    lines.push(...shown.flatMap((row) => bodyRow(screen, file, row, extent)));
    hiddenLines += changedLines(file.rows.slice(shown.length));
    room -= shown.length;
  }
  if (extent.kind === "excerpt" && hiddenLines + hiddenFiles > 0) {
    const hidden = [
      ...(hiddenFiles === 0 ? [] : [counted(hiddenFiles, "more file")]),
      ...(hiddenLines === 0 ? [] : [counted(hiddenLines, hiddenFiles === 0 ? "more line" : "line")]),
    ];
    lines.push(say(screen, "dim", `  … ${hidden.join(", ")}: ${extent.see}`));
  }
  return lines;
}

function countsOf(files: readonly FileBody[]): { readonly added: number; readonly removed: number } {
  return {
    added: files.reduce((sum, file) => sum + file.added, 0),
    removed: files.reduce((sum, file) => sum + file.removed, 0),
  };
}

function signed(screen: Screen, { added, removed }: { readonly added: number; readonly removed: number }): Line {
  return [
    ...(added === 0 ? [] : say(screen, "ok", `+${grouped(added)}`)),
    ...(added === 0 || removed === 0 ? [] : blanks(1)),
    ...(removed === 0 ? [] : say(screen, "bad", `−${grouped(removed)}`)),
  ];
}

const VERBS: Readonly<Record<FileChange["change"], RegExp>> = {
  create: /^(create|write|add)\b/i,
  overwrite: /^(overwrite|change|update|edit|replace)\b/i,
  delete: /^(delete|remove)\b/i,
};

/** Whether the title already says what the head of the only file would. */
function tellsAll(preview: FilePreview, file: FileBody): boolean {
  const { change } = file;
  const words = preview.title.split(" ");
  return (
    preview.changes.length === 1 &&
    VERBS[change.change].test(preview.title) &&
    words.includes(change.path) &&
    remarks(file).length === (change.change === "overwrite" ? 0 : 1)
  );
}

function fileHead(screen: Screen, file: FileBody): readonly Line[] {
  const head = verbatim(screen, "dim", file.change.path);
  const said = remarks(file);
  const tail =
    said.length === 0 ? [] : say(screen, file.change.change === "delete" ? "bad" : "dim", `  ${said.join(", ")}`);
  return paragraph(screen, 2, [...head, ...tail]);
}

const SIGNS = { context: " ", added: "+", removed: "-" } as const;
const SIGN_ROLES: Readonly<Record<DiffRow["sign"], Role>> = { context: "plain", added: "ok", removed: "bad" };

function bodyRow(screen: Screen, file: FileBody, row: BodyRow, extent: Extent): readonly Line[] {
  if (row.sign === "gap") return [say(screen, "dim", `  … ${counted(row.lines, "unchanged line")}`)];
  if (row.sign === "raw") return verbatimRows(screen, say(screen, "dim", "  │ "), "plain", row.text, extent);
  const role = SIGN_ROLES[row.sign];
  // In a file that is all new or all gone the numbers only count the rows.
  const number = file.change.change === "overwrite" ? `${String(row.number).padStart(digits(file))}   ` : "";
  const lead = say(screen, role, `  ${SIGNS[row.sign]} ${number}`);
  const ending = row.ending === "line_end" ? [] : [say(screen, "dim", "    no line end at the end of the file")];
  return [...verbatimRows(screen, lead, role, row.text, extent), ...ending];
}

function digits(file: FileBody): number {
  return String(Math.max(0, ...file.rows.map((row) => ("number" in row ? row.number : 0)))).length;
}

import { blanks, paragraph } from "./layout.ts";
import type { Screen } from "./screen.ts";
import { say, type Line } from "./span.ts";

/** A page of ours, such as one about an error: headings, bold words, lists and code, in rows. */
export function pageLines(screen: Screen, markdown: string): readonly Line[] {
  const blocks = markdown
    .trim()
    .split(/\n(?=# )|\n{2,}|(?<=^#[^\n]*)\n/)
    .map((block) => block.trim())
    .filter((block) => block !== "");
  return blocks.flatMap((block, index) => [...(index === 0 ? [] : [[]]), ...blockLines(screen, block)]);
}

function blockLines(screen: Screen, block: string): readonly Line[] {
  if (block.startsWith("```")) return codeLines(screen, block);
  if (block.startsWith("#")) return [[...blanks(2), ...say(screen, "strong", block.replace(/^#+ /, ""))]];
  const rows = /^(?:[-*] |[0-9]+\. )/.test(block) ? block.split(/\n(?=[-*] |[0-9]+\. )/) : [block];
  return rows.flatMap((row) => paragraph(screen, 2, inline(screen, row.replaceAll("\n", " "))));
}

function codeLines(screen: Screen, block: string): readonly Line[] {
  const rows = block
    .split("\n")
    .slice(1)
    .filter((row) => !row.startsWith("```"));
  return rows.map((row) => [...blanks(4), ...say(screen, "strong", row)]);
}

/** `**bold**` and `code` lose their marks and keep their weight. */
function inline(screen: Screen, text: string): Line {
  return text.split(/(\*\*[^*]+\*\*|`[^`]+`)/).flatMap((part) => {
    if (part.startsWith("**")) return say(screen, "strong", part.slice(2, -2));
    return part.startsWith("`") ? say(screen, "info", part.slice(1, -1)) : say(screen, "plain", part);
  });
}

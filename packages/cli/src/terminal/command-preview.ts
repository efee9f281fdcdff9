import type { CommandPreview } from "@writ/core";

import type { Extent } from "./extent.ts";
import { bytes, counted, grouped, span } from "@writ/core/text/figure";
import { blanks, hanging, lineWidth, paragraph } from "./layout.ts";
import type { Screen } from "./screen.ts";
import { say, type Line } from "./span.ts";
import { verbatimRows } from "./verbatim-rows.ts";

const LABEL_COLUMN = 15;

/** A program that would run: one argument a row, then where and within which limits. */
export function commandPreviewLines(screen: Screen, preview: CommandPreview, extent: Extent): readonly Line[] {
  const shown = extent.kind === "whole" ? preview.argv : preview.argv.slice(0, extent.rows);
  const hidden = preview.argv.length - shown.length;
  const digits = String(preview.argv.length - 1).length;
  const names = preview.environment.length === 0 ? "empty" : `${preview.environment.join(", ")} · values withheld`;
  const limits = Object.entries(preview.limits).map(([name, value]) => limit(name, value));
  const facts: readonly (readonly [string, string])[] = [
    ["Program", preview.program],
    ["Runs in", preview.directory],
    ["Sandbox", preview.sandbox],
    ["Writes to", preview.writes],
    ["Network", preview.network],
    ["Environment", names],
    ["Limits", limits.length === 0 ? "none" : limits.join(" · ")],
  ];
  return [
    ...paragraph(screen, 2, say(screen, "strong", preview.title)),
    ...shown.flatMap((argument, index) => {
      const lead = [...say(screen, "dim", `  ${String(index).padStart(digits)} │ `)];
      return argument === ""
        ? [[...lead, ...say(screen, "dim", "(empty)")]]
        : argument.split("\n").flatMap((row, at) => {
            const later = [...blanks(lineWidth(lead) - 2), ...say(screen, "dim", "│ ")];
            return verbatimRows(screen, at === 0 ? lead : later, "plain", row, extent);
          });
    }),
    ...(hidden === 0 || extent.kind === "whole"
      ? []
      : [say(screen, "dim", `  … ${counted(hidden, "more argument")}: ${extent.see}`)]),
    ...facts.flatMap(([label, value]) =>
      hanging(screen, say(screen, "dim", `  ${label}`), LABEL_COLUMN, say(screen, "plain", value)),
    ),
  ];
}

/** `30 s wall`, `512 MB memory`, `64 processes`: the unit is in the name's ending. */
function limit(name: string, value: number): string {
  const words = name
    .replace(/([A-Z])/g, "_$1")
    .toLowerCase()
    .split("_");
  const unit = words.at(-1);
  const what = words.slice(0, -1).join(" ");
  if (unit === "ms") return `${span(value)} ${what}`;
  if (unit === "seconds") return `${span(value * 1_000)} ${what}`;
  if (unit === "bytes") return `${bytes(value).replace(".0 ", " ")} ${what}`;
  return `${grouped(value)} ${words.join(" ")}`;
}

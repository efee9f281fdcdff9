import type { ArgumentsPreview, RequestPreview } from "@writ/core";

import type { Extent } from "./extent.ts";
import { counted } from "@writ/core/text/figure";
import { hanging, paragraph } from "./layout.ts";
import type { Screen } from "./screen.ts";
import { say, type Line } from "./span.ts";
import { verbatimRows } from "./verbatim-rows.ts";

const LABEL_COLUMN = 15;

/** A request that would leave the machine: first line, headers, body, and the rule that allows the host. */
export function requestPreviewLines(screen: Screen, preview: RequestPreview, extent: Extent): readonly Line[] {
  const headers = Object.entries(preview.headers).map(([name, value]) => `${name}: ${value}`);
  const body = preview.body === null ? [] : preview.body.split("\n");
  const size = preview.body === null ? "none" : counted(new TextEncoder().encode(preview.body).length, "byte");
  return [
    ...paragraph(screen, 2, say(screen, "strong", preview.title)),
    ...contentRows(
      screen,
      [`${preview.method} ${preview.url}`, ...headers, ...(body.length === 0 ? [] : ["", ...body])],
      extent,
    ),
    ...hanging(screen, say(screen, "dim", "  Body"), LABEL_COLUMN, say(screen, "plain", size)),
    ...hanging(screen, say(screen, "dim", "  Allowed by"), LABEL_COLUMN, say(screen, "plain", preview.rule)),
  ];
}

/** Arguments as they will be sent, one member a row. */
export function argumentsPreviewLines(screen: Screen, preview: ArgumentsPreview, extent: Extent): readonly Line[] {
  return [
    ...paragraph(screen, 2, say(screen, "strong", preview.title)),
    ...hanging(screen, say(screen, "dim", "  Tool"), LABEL_COLUMN, say(screen, "plain", preview.tool)),
    ...contentRows(screen, spread(preview.args), extent),
  ];
}

function contentRows(screen: Screen, rows: readonly string[], extent: Extent): readonly Line[] {
  const shown = extent.kind === "whole" ? rows : rows.slice(0, extent.rows);
  const hidden = rows.length - shown.length;
  return [
    ...shown.flatMap((row) => verbatimRows(screen, say(screen, "dim", "  │ "), "plain", row, extent)),
    ...(hidden === 0 || extent.kind === "whole"
      ? []
      : [say(screen, "dim", `  … ${counted(hidden, "more line")}: ${extent.see}`)]),
  ];
}

/** Canonical JSON over several rows; what is no JSON stays in one piece. */
function spread(json: string): readonly string[] {
  try {
    return JSON.stringify(JSON.parse(json), null, 2).split("\n");
  } catch (error) {
    if (error instanceof SyntaxError) return json.split("\n");
    throw error;
  }
}

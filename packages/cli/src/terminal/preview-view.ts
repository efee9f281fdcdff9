import type { Preview } from "@writ/core";

import { commandPreviewLines } from "./command-preview.ts";
import type { Extent } from "./extent.ts";
import { filePreviewLines } from "./file-preview.ts";
import { previewNotes } from "./preview-notes.ts";
import { argumentsPreviewLines, requestPreviewLines } from "./request-preview.ts";
import type { Screen } from "./screen.ts";
import type { Line } from "./span.ts";

/** What would happen, drawn from the hashed preview and nothing else. */
export function previewLines(screen: Screen, preview: Preview, extent: Extent): readonly Line[] {
  return [...pictureOf(screen, preview, extent), ...previewNotes(screen, preview)];
}

/** What is approved, in two words: `exactly this content`. */
export function nounOf(preview: Preview): string {
  switch (preview.kind) {
    case "files":
      return preview.changes.every(({ change }) => change === "create") ? "this content" : "this change";
    case "command":
      return "this command";
    case "request":
      return "this request";
    case "arguments":
      return "these arguments";
  }
}

function pictureOf(screen: Screen, preview: Preview, extent: Extent): readonly Line[] {
  switch (preview.kind) {
    case "files":
      return filePreviewLines(screen, preview, extent);
    case "command":
      return commandPreviewLines(screen, preview, extent);
    case "request":
      return requestPreviewLines(screen, preview, extent);
    case "arguments":
      return argumentsPreviewLines(screen, preview, extent);
  }
}

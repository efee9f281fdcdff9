import type { Preview } from "../tool/preview.ts";
import { hiddenNames, LINE_CAP } from "./safe-text.ts";

/** What looking at a preview does not show. */
export interface Unseen {
  /** Hidden characters in all. */
  readonly hidden: number;
  /** The different ones, by the names they are drawn with. */
  readonly kinds: readonly string[];
  /** Lines longer than are drawn whole. */
  readonly long: number;
}

/** What nobody sees by looking: hidden characters, and lines that are cut. */
export function unseenIn(preview: Preview): Unseen {
  const texts = textsOf(preview);
  // A tab has a sign of its own in a preview, and a line's end is what it looks like.
  const hidden = texts.flatMap((text) => hiddenNames(text.replace(/[\t\n]/g, "")));
  const long = texts.flatMap((text) => text.split("\n")).filter((line) => line.length > LINE_CAP).length;
  return { hidden: hidden.length, kinds: [...new Set(hidden)], long };
}

/** Names whose letters matter, with what they name; a host as the request has it. */
export function previewNames(preview: Preview): readonly (readonly [what: string, name: string])[] {
  switch (preview.kind) {
    case "files":
      return preview.changes.map(({ path }) => ["path", path] as const);
    case "command":
      return [
        ["program", preview.program] as const,
        ...preview.argv.map((argument) => ["argument", argument] as const),
      ];
    case "request":
      return [["host", hostOf(preview.url)] as const];
    case "arguments":
      return [["tool", preview.tool] as const];
  }
}

function hostOf(url: string): string {
  const authority = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)/i.exec(url)?.[1] ?? url;
  return authority.slice(authority.lastIndexOf("@") + 1).replace(/:\d+$/, "");
}

function textsOf(preview: Preview): readonly string[] {
  switch (preview.kind) {
    case "files":
      return [preview.title, ...preview.changes.flatMap(({ path, diff }) => [path, diff ?? ""])];
    case "command":
      return [
        preview.title,
        preview.program,
        preview.directory,
        preview.writes,
        ...preview.argv,
        ...preview.environment,
      ];
    case "request":
      return [preview.title, preview.url, preview.body ?? "", ...Object.entries(preview.headers).flat()];
    case "arguments":
      return [preview.title, preview.tool, preview.args];
  }
}

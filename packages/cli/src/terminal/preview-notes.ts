import type { Preview } from "@writ/core";

import { counted, grouped } from "@writ/core/text/figure";
import { paragraph } from "./layout.ts";
import { lookAlikes } from "@writ/core/text/look-alike";
import { codePointName, hiddenNames, LINE_CAP } from "@writ/core/text/safe-text";
import type { Screen } from "./screen.ts";
import { say, type Line } from "./span.ts";
import { writtenHost } from "./written-host.ts";

/** Different hidden characters a note names. */
const KINDS = 4;

/** What a reader could not see by looking: hidden characters, letters that pass for others, lines cut short. */
export function previewNotes(screen: Screen, preview: Preview): readonly Line[] {
  const texts = textsOf(preview);
  // A tab has a sign of its own in a preview, and a line end is what it looks like.
  const hidden = texts.flatMap((text) => hiddenNames(text.replace(/[\t\n]/g, "")));
  const kinds = [...new Set(hidden)];
  const long = texts.flatMap((text) => text.split("\n")).filter((line) => line.length > LINE_CAP).length;
  const notes = [
    ...(hidden.length === 0
      ? []
      : [
          `${counted(hidden.length, "hidden character")}, shown as ${kinds.slice(0, KINDS).join(" ")}${kinds.length > KINDS ? " …" : ""}`,
        ]),
    ...namesOf(preview).flatMap(([what, name]) => nameNotes(what, name)),
    ...(long === 0 ? [] : [`${counted(long, "line")} longer than ${grouped(LINE_CAP)} characters; whole with --json`]),
  ];
  return notes.flatMap((note) => paragraph(screen, 2, say(screen, "doubt", `! ${note}`)));
}

function nameNotes(what: string, name: string): readonly string[] {
  const written = what === "host" ? writtenHost(name) : name;
  const alike = lookAlikes(written).map(
    ({ character, passesFor, script }) =>
      `${what} ${written}: "${character}" is ${codePointName(character).slice(1, -1)}` +
      `${script === "other" ? "" : ` (${script})`} and looks like "${passesFor}"`,
  );
  return written === name ? alike : [`host ${name} reads ${written}`, ...alike];
}

/** Names whose letters matter, with what they name. */
function namesOf(preview: Preview): readonly (readonly [string, string])[] {
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

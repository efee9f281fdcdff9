import type { Preview } from "@writ/core";

import { counted, grouped } from "@writ/core/text/figure";
import { paragraph } from "./layout.ts";
import { lookAlikes } from "@writ/core/text/look-alike";
import { previewNames, unseenIn } from "@writ/core/text/preview-texts";
import { codePointName, LINE_CAP } from "@writ/core/text/safe-text";
import type { Screen } from "./screen.ts";
import { say, type Line } from "./span.ts";
import { writtenHost } from "./written-host.ts";

/** Different hidden characters a note names. */
const KINDS = 4;

/** What a reader could not see by looking: hidden characters, letters that pass for others, lines cut short. */
export function previewNotes(screen: Screen, preview: Preview): readonly Line[] {
  const { hidden, kinds, long } = unseenIn(preview);
  const notes = [
    ...(hidden === 0
      ? []
      : [
          `${counted(hidden, "hidden character")}, shown as ${kinds.slice(0, KINDS).join(" ")}${kinds.length > KINDS ? " …" : ""}`,
        ]),
    ...previewNames(preview).flatMap(([what, name]) => nameNotes(what, name)),
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

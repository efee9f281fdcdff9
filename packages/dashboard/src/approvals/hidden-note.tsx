import { counted } from "@writ/core/text/figure";
import { lookAlikes } from "@writ/core/text/look-alike";
import { previewNames, unseenIn } from "@writ/core/text/preview-texts";
import { codePointName, LINE_CAP } from "@writ/core/text/safe-text";
import type { ReactNode } from "react";
import type { Preview } from "../api/connection.ts";
import { Icon } from "../piece/icon.tsx";

/** Kinds of hidden characters that are named. */
const KINDS = 4;

/** What nobody sees by looking: hidden characters, letters that pass for others, lines that are cut. */
export function HiddenNote({ preview }: { readonly preview: Preview }): ReactNode {
  const notes = notesOf(preview);
  if (notes.length === 0) return null;
  return (
    <div className="note in_doubt">
      <Icon name="warn" />
      <ul>
        {notes.map((note) => (
          <li key={note}>{note}</li>
        ))}
      </ul>
    </div>
  );
}

function notesOf(preview: Preview): readonly string[] {
  const { hidden, kinds, long } = unseenIn(preview);
  const drawn = kinds.map((name) => name.slice(1, -1));
  return [
    ...(hidden === 0
      ? []
      : [
          `${counted(hidden, "hidden character")}, drawn as ${drawn.slice(0, KINDS).join(" ")}${kinds.length > KINDS ? " …" : ""}.`,
        ]),
    ...previewNames(preview).flatMap(([what, name]) => [
      ...lookAlikes(name).map(
        ({ character, passesFor, script }) =>
          `In this ${what}, ${codePointName(character).slice(1, -1)}${script === "other" ? "" : ` (${script})`} looks like “${passesFor}”.`,
      ),
      ...(what === "host" && name.includes("xn--")
        ? [`The host ${name} is written in Punycode: it stands for other letters.`]
        : []),
    ]),
    ...(long === 0
      ? []
      : [`${counted(long, "line")} longer than ${LINE_CAP} characters; what is left out is counted at each.`]),
  ];
}

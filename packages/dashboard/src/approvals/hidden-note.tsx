import { counted } from "@writ/core/text/figure";
import { lookAlikes } from "@writ/core/text/look-alike";
import { codePointName, hiddenNames, LINE_CAP } from "@writ/core/text/safe-text";
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
  const texts = textsOf(preview);
  // A tab has a mark of its own, and a line's end is what it looks like.
  const hidden = texts.flatMap((text) => hiddenNames(text.replace(/[\t\n]/g, "")));
  const kinds = [...new Set(hidden)].map((name) => name.slice(1, -1));
  const long = texts.flatMap((text) => text.split("\n")).filter((line) => line.length > LINE_CAP).length;
  return [
    ...(hidden.length === 0
      ? []
      : [
          `${counted(hidden.length, "hidden character")}, drawn as ${kinds.slice(0, KINDS).join(" ")}${kinds.length > KINDS ? " …" : ""}.`,
        ]),
    ...namesOf(preview).flatMap(([what, name]) => [
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

/** Names whose letters matter, with what they name. */
function namesOf(preview: Preview): readonly (readonly [string, string])[] {
  switch (preview.kind) {
    case "files":
      return preview.changes.map(({ path }) => ["path", path] as const);
    case "command":
      return preview.argv.map((argument) => ["argument", argument] as const);
    case "request":
      return [["host", hostOf(preview.url)] as const];
    case "arguments":
      return [["tool", preview.tool] as const];
  }
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).hostname : url;
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

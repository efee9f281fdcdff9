import { LINE_CAP, capped, isPlainlyVisible, revealed } from "@writ/core/text/safe-text";
import { grouped } from "@writ/core/text/figure";
import type { ReactNode } from "react";

/**
 * Text of tools, models, files and people: as text, in code order, with what
 * could hide or mislead drawn as a boxed code point.
 */
export function Shown({ text, limit = LINE_CAP }: { readonly text: string; readonly limit?: number }): ReactNode {
  const { shown, left } = capped(text, limit);
  return (
    <bdi className="shown">
      {isPlainlyVisible(shown) ? shown : <Pieces text={shown} />}
      {left === 0 ? null : <span className="muted"> … {grouped(left)} more</span>}
    </bdi>
  );
}

/** The same over several lines, each capped by itself; tabs stay. */
export function ShownLines({ text }: { readonly text: string }): ReactNode {
  const lines = text.split("\n");
  return lines.map((line, index) => (
    // Lines have no name but their place.
    <span key={`${index}:${line.slice(0, 8)}`}>
      {index === 0 ? null : "\n"}
      <ShownLine text={line} />
    </span>
  ));
}

/**
 * A line of a file, or a part of one: a tab and trailing blanks have marks of their own.
 *
 * @param within where more of the line follows, so that a blank at the part's end is none at the line's
 */
export function ShownLine({ text, within }: { readonly text: string; readonly within?: "line" }): ReactNode {
  const { shown, left } = capped(text, LINE_CAP);
  if (left === 0 && isPlainlyVisible(shown) && !shown.endsWith(" ")) return shown;
  const trailing = within === "line" ? "" : (/[ \t]+$/.exec(shown)?.[0] ?? "");
  const body = shown.slice(0, shown.length - trailing.length);
  return (
    <>
      <Tabbed text={body} />
      {trailing === "" ? null : (
        <span className="trail">
          <span aria-hidden="true">{trailing.replaceAll(" ", "·").replaceAll("\t", "→")}</span>
          <span className="sr"> {trailing.length} trailing blanks</span>
        </span>
      )}
      {left === 0 ? null : <span className="muted"> … {grouped(left)} more</span>}
    </>
  );
}

function Tabbed({ text }: { readonly text: string }): ReactNode {
  return text.split("\t").map((part, index) => (
    <span key={`${index}:${part.slice(0, 8)}`}>
      {index === 0 ? null : <span className="tab">{"\t"}</span>}
      <Pieces text={part} />
    </span>
  ));
}

function Pieces({ text }: { readonly text: string }): ReactNode {
  return revealed(text).map((piece, index) =>
    piece.kind === "text" ? (
      piece.text
    ) : (
      <span key={`${index}:${piece.text}`} className="codepoint">
        {piece.text.slice(1, -1)}
      </span>
    ),
  );
}

import { counted } from "@writ/core/text/figure";
import type { ReactNode } from "react";
import { Shown, ShownLine } from "../text/shown.tsx";
import type { Cell } from "./diff-rows.ts";

const SIGNS = {
  context: ["", " ", ""],
  removed: ["d", "−", "removed, "],
  added: ["a", "+", "added, "],
} as const;

/** A line: its number, its sign in a column of its own, its text with changed words marked. */
export function DiffLine(props: {
  readonly cell: Cell;
  /** What the live file has in its place, where that is something else. */
  readonly now: string | undefined;
  /** The first line of a change is where `]` leads. */
  readonly marker: "change" | "none";
}): ReactNode {
  const { cell, now, marker } = props;
  const { row, words } = cell;
  const [tone, sign, spoken] = SIGNS[row.sign];
  return (
    <div
      className={`ln ${tone} ${now === undefined ? "" : "drift"}`}
      {...(marker === "change" ? { "data-change": "" } : {})}
    >
      <i aria-hidden="true">{row.number}</i>
      <s aria-hidden="true">{sign}</s>
      <span>
        <span className="sr">
          {spoken}line {row.number},{" "}
        </span>
        {words.map((word, index) =>
          word.kind === "changed" ? (
            <mark key={index}>
              <ShownLine text={word.text} {...partOf(words, index)} />
            </mark>
          ) : (
            <ShownLine key={index} text={word.text} {...partOf(words, index)} />
          ),
        )}
        {row.ending === "no_line_end" ? <em className="muted"> no line end</em> : null}
        {now === undefined ? null : (
          <span className="tag">
            live file now: <Shown text={now.trim() === "" ? "blank" : now.trim()} limit={120} />
          </span>
        )}
      </span>
    </div>
  );
}

function partOf(words: Cell["words"], index: number): { readonly within?: "line" } {
  return index < words.length - 1 ? { within: "line" } : {};
}

/** Unchanged lines that the request does not carry. */
export function GapLine({ lines }: { readonly lines: number }): ReactNode {
  return (
    <div className="ln h">
      <i aria-hidden="true" />
      <s aria-hidden="true">…</s>
      <span>{counted(lines, "unchanged line")}</span>
    </div>
  );
}

/** Keeps the other side's line company. */
export function HoleLine(): ReactNode {
  return <div className="ln e" aria-hidden="true" />;
}

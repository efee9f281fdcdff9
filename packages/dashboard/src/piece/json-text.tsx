import type { ReactNode } from "react";
import { grouped } from "@writ/core/text/figure";
import { useState } from "react";
import { ShownLines } from "../text/shown.tsx";

/** Lines shown before somebody asks for all of them. */
const LINES = 40;

/** A value as it is written, as text; a text stands as its lines. */
export function JsonText({
  value,
  name,
  none,
}: {
  readonly value: unknown;
  readonly name: string;
  readonly none: string;
}): ReactNode {
  const [extent, setExtent] = useState<"part" | "whole">("part");
  if (value === null || value === undefined) return <p className="muted">{none}</p>;
  const text = typeof value === "string" ? value : JSON.stringify(value, null, 2);
  const lines = text.split("\n");
  const shown = extent === "whole" ? lines : lines.slice(0, LINES);
  return (
    <>
      <pre className="code" tabIndex={0} role="region" aria-label={name}>
        <ShownLines text={shown.join("\n")} />
      </pre>
      {lines.length > shown.length ? (
        <button type="button" className="linkish" onClick={() => setExtent("whole")}>
          {grouped(lines.length - shown.length)} more lines
        </button>
      ) : null}
    </>
  );
}

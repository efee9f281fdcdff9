import { useState, type ReactNode } from "react";
import { Shown } from "../text/shown.tsx";

/** What stands in a plot, as rows. */
export interface FigureTable {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** One question: its figure, its plot, and the same as a table. */
export function FigureCard(props: {
  readonly title: string;
  readonly figure: string;
  readonly words: string;
  readonly table: FigureTable;
  /** Null where there is nothing to draw: never a flat line at zero. */
  readonly children: ReactNode;
}): ReactNode {
  const { title, figure, words, table, children } = props;
  const [as, setAs] = useState<"plot" | "table">("plot");
  const isEmpty = children === null;
  return (
    <section className="card figure">
      <header>
        <h2 className="grow">{title}</h2>
        {isEmpty ? null : (
          <button
            type="button"
            className="linkish"
            onClick={() => setAs(as === "plot" ? "table" : "plot")}
            aria-label={`${title} as ${as === "plot" ? "table" : "plot"}`}
          >
            as {as === "plot" ? "table" : "plot"}
          </button>
        )}
      </header>
      <div className="cell">
        {isEmpty ? (
          <p className="muted empty">No runs here.</p>
        ) : (
          <>
            <p className="row">
              <span className="big">{figure}</span>
              <span className="muted">{words}</span>
            </p>
            {as === "plot" ? children : <Rows table={table} title={title} />}
          </>
        )}
      </div>
    </section>
  );
}

function Rows({ table, title }: { readonly table: FigureTable; readonly title: string }): ReactNode {
  return (
    <div className="scroll figuretable" tabIndex={0} role="region" aria-label={title}>
      <table className="lg">
        <thead>
          <tr>
            {table.head.map((word) => (
              <th key={word} scope="col">
                {word}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {table.rows.map((row) => (
            <tr key={row[0]}>
              {row.map((cell, index) => (
                <td key={table.head[index]}>
                  <Shown text={cell} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Names with bars beside them, longest first. */
export function Bars(props: {
  readonly rows: readonly { readonly name: string; readonly part: number; readonly words: string }[];
  readonly tone: "failed" | "info";
}): ReactNode {
  const { rows, tone } = props;
  if (rows.length === 0) return <p className="muted">None in this range.</p>;
  return (
    <ul className={`bars ${tone}`}>
      {rows.map(({ name, part, words }) => (
        <li key={name}>
          <span className="name one">
            <Shown text={name} />
          </span>
          <span className="track">
            <span className="bar1" style={{ width: `${part * 100}%` }} />
          </span>
          <span>{words}</span>
        </li>
      ))}
    </ul>
  );
}

import { useNavigate } from "@tanstack/react-router";
import { useEffect, useState, type CSSProperties, type ReactNode } from "react";
import { useKeys } from "../app/keys.tsx";
import { useNow } from "../text/use-now.ts";
import { ROW_HEIGHT, type Density } from "./density.ts";
import { RunRow } from "./run-row.tsx";
import type { RunList } from "./use-run-list.ts";
import { useWindow } from "./use-window.ts";

const COLUMNS = ["state", "", "door", "steps", "why", "when", "dur", "bud", "menu"];
/** The next page is asked for before its rows come into view. */
const AHEAD = 60;

/** The list itself: a table of which the rows in view are drawn. */
export function RunsTable(props: {
  readonly list: RunList;
  readonly total: number;
  readonly density: Density;
}): ReactNode {
  const { list, total, density } = props;
  const { rows, fresh, more } = list;
  const rowHeight = ROW_HEIGHT[density];
  const { scroller, window: drawn, show } = useWindow(rows.length, rowHeight);
  const [selected, setSelected] = useState(1);
  const now = useNow(30_000);
  const navigate = useNavigate();
  const isNearEnd = drawn.to + AHEAD >= rows.length;
  useEffect(() => {
    if (isNearEnd) more();
  });
  const move = (by: number): void => {
    let next = selected + by;
    while (rows[next]?.kind === "heading") next += by;
    if (rows[next] === undefined) return;
    setSelected(next);
    show(next);
  };
  const open = (): void => {
    const row = rows[selected];
    if (row?.kind === "run") void navigate({ to: "/runs/$id", params: { id: row.run.id } });
  };
  useKeys([
    { keys: "j", does: "next", act: () => move(1) },
    { keys: "k", does: "previous", act: () => move(-1) },
    { keys: "Enter", does: "open", act: open },
    { keys: "ArrowDown", does: "next", act: () => move(1) },
    { keys: "ArrowUp", does: "previous", act: () => move(-1) },
  ]);
  return (
    <div className="tablewrap" ref={scroller} tabIndex={-1}>
      {fresh === 0 ? null : (
        <button
          type="button"
          className="btn small pill"
          onClick={() => {
            list.readAnew();
            scroller.current?.scrollTo({ top: 0 });
          }}
        >
          {fresh} new
        </button>
      )}
      <table className={`runs ${density}`} aria-rowcount={total + 1} aria-label="Runs">
        <colgroup>
          {COLUMNS.map((name) => (
            <col key={name} className={name === "" ? "" : `w-${name}`} />
          ))}
        </colgroup>
        <thead>
          <tr aria-rowindex={1}>
            <th scope="col">State</th>
            <th scope="col">Goal</th>
            <th scope="col">Door</th>
            <th scope="col">Steps</th>
            <th scope="col">What happened, or what it waits for</th>
            <th scope="col" className="num">
              When
            </th>
            <th scope="col" className="num">
              Took
            </th>
            <th scope="col">Budget used</th>
            <th scope="col">
              <span className="sr">More</span>
            </th>
          </tr>
        </thead>
        <tbody>
          <Spacer height={drawn.from * rowHeight} />
          {rows.slice(drawn.from, drawn.to).map((row, offset) => {
            const index = drawn.from + offset;
            return row.kind === "heading" ? (
              <tr className="group" key={row.key} aria-rowindex={index + 2}>
                <th colSpan={COLUMNS.length} scope="rowgroup">
                  {row.text}
                </th>
              </tr>
            ) : (
              <RunRow
                key={row.key}
                run={row.run}
                index={index}
                selected={index === selected ? "selected" : "not"}
                now={now}
                onSelect={setSelected}
              />
            );
          })}
          <Spacer height={(rows.length - drawn.to) * rowHeight} />
        </tbody>
      </table>
    </div>
  );
}

/** Stands for rows that are not drawn. */
export function Spacer({ height }: { readonly height: number }): ReactNode {
  // The CSSOM takes it: no style attribute is in the markup.
  const style: CSSProperties = { height };
  return height <= 0 ? null : (
    <tr aria-hidden="true" className="spacer">
      <td style={style} />
    </tr>
  );
}

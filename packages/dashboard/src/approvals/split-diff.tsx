import type { ReactNode } from "react";
import { DiffLine, GapLine, HoleLine } from "./diff-line.tsx";
import type { Cell, PairRow } from "./diff-rows.ts";

export interface SideHead {
  readonly before: string;
  readonly beforeDigest: string;
  readonly after: string;
  readonly afterDigest: string;
}

/** What was, beside what will be. */
export function SplitDiff(props: {
  readonly rows: readonly PairRow[];
  readonly head: SideHead;
  /** Old lines that are others now, with what they are. */
  readonly moved: ReadonlyMap<number, string>;
}): ReactNode {
  const { rows, head, moved } = props;
  return (
    <div className="sides">
      <div className="side">
        <div className="hd">
          <span>{head.before}</span>
          <span className="mono">{head.beforeDigest}</span>
        </div>
        <Column rows={rows} side="left" moved={moved} />
      </div>
      <div className="side">
        <div className="hd">
          <span>{head.after}</span>
          <span className="mono">{head.afterDigest}</span>
        </div>
        <Column rows={rows} side="right" moved={new Map()} />
      </div>
    </div>
  );
}

function Column(props: {
  readonly rows: readonly PairRow[];
  readonly side: "left" | "right";
  readonly moved: ReadonlyMap<number, string>;
}): ReactNode {
  const { rows, side, moved } = props;
  return rows.map((row, index) => {
    if (row.kind === "gap") return <GapLine key={index} lines={row.lines} />;
    const cell: Cell | null = row[side];
    if (cell === null) return <HoleLine key={index} />;
    const isFirst = side === "left" && isChange(row) && !isChange(rows[index - 1]);
    return <DiffLine key={index} cell={cell} now={moved.get(cell.row.number)} marker={isFirst ? "change" : "none"} />;
  });
}

export function isChange(row: PairRow | undefined): boolean {
  return row?.kind === "pair" && (row.left === null || row.right === null || row.left.row.sign !== "context");
}

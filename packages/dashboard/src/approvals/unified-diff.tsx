import type { ReactNode } from "react";
import { DiffLine, GapLine } from "./diff-line.tsx";
import type { Cell, PairRow } from "./diff-rows.ts";
import { isChange } from "./split-diff.tsx";

/** Removed lines, then the added ones that take their place. */
export function UnifiedDiff({
  rows,
  moved,
}: {
  readonly rows: readonly PairRow[];
  readonly moved: ReadonlyMap<number, string>;
}): ReactNode {
  return (
    <div className="side unified">
      {runsOf(rows).map((run, index) => {
        if (run.kind === "gap") return <GapLine key={index} lines={run.lines} />;
        return run.cells.map((cell, at) => (
          <DiffLine
            key={`${index}:${cell.row.sign}:${cell.row.number}`}
            cell={cell}
            now={cell.row.sign === "added" ? undefined : moved.get(cell.row.number)}
            marker={at === 0 && run.kind === "change" ? "change" : "none"}
          />
        ));
      })}
    </div>
  );
}

type Run =
  | { readonly kind: "gap"; readonly lines: number }
  | { readonly kind: "same" | "change"; readonly cells: readonly Cell[] };

function runsOf(rows: readonly PairRow[]): readonly Run[] {
  const runs: Run[] = [];
  let removed: Cell[] = [];
  let added: Cell[] = [];
  const flush = (): void => {
    if (removed.length + added.length > 0) runs.push({ kind: "change", cells: [...removed, ...added] });
    removed = [];
    added = [];
  };
  for (const row of rows) {
    if (row.kind === "gap") {
      flush();
      runs.push(row);
    } else if (isChange(row)) {
      if (row.left !== null) removed.push(row.left);
      if (row.right !== null) added.push(row.right);
    } else {
      flush();
      if (row.right !== null) runs.push({ kind: "same", cells: [row.right] });
    }
  }
  flush();
  return runs;
}

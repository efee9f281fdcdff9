import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect, type ReactNode } from "react";
import { runEvents } from "../api/queries.ts";
import { ProblemNote } from "../piece/problem.tsx";
import { Skeleton } from "../piece/skeleton.tsx";
import { Spacer } from "../runs/runs-table.tsx";
import { useWindow } from "../runs/use-window.ts";
import { clockTime, instantOf } from "../system/clock.ts";
import { Shown } from "../text/shown.tsx";
import { factRows } from "./fact-row.ts";

const ROW_PX = 32;
const AHEAD = 40;

/** The facts of a run in their order, each with the entry it stands in. */
export function JournalTab({ run }: { readonly run: string }): ReactNode {
  const events = useInfiniteQuery(runEvents(run));
  const rows = factRows(events.data?.pages.flatMap(({ items }) => items) ?? []);
  const { scroller, window: drawn } = useWindow(rows.length, ROW_PX);
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = events;
  const isNearEnd = drawn.to + AHEAD >= rows.length;
  useEffect(() => {
    if (isNearEnd && hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [isNearEnd, hasNextPage, isFetchingNextPage, fetchNextPage]);
  if (events.error !== null && rows.length === 0)
    return <ProblemNote error={events.error} retry={() => void events.refetch()} />;
  if (events.data === undefined) return <Skeleton rows={8} />;
  return (
    <section className="card fill">
      <header>
        <h2>Journal</h2>
        <span className="muted grow">facts in the order they happened, never edited</span>
      </header>
      <div className="scroll" ref={scroller} tabIndex={0} role="region" aria-label="Facts">
        <table className="lg" aria-rowcount={rows.length + 1}>
          <thead>
            <tr>
              <th scope="col">Entry</th>
              <th scope="col">Time</th>
              <th scope="col">Fact</th>
              <th scope="col">About</th>
              <th scope="col">By</th>
            </tr>
          </thead>
          <tbody>
            <Spacer height={drawn.from * ROW_PX} />
            {rows.slice(drawn.from, drawn.to).map(({ key, entry, at, fact, about, by }) => (
              <tr key={key}>
                <td className="mono">
                  <Link to="/audit" search={{ entry }}>
                    {entry}
                  </Link>
                </td>
                <td>{clockTime(instantOf(at))}</td>
                <td className="mono">
                  <Shown text={fact} />
                </td>
                <td>
                  <Shown text={about} limit={160} />
                </td>
                <td className="mono">
                  <Shown text={by} />
                </td>
              </tr>
            ))}
            <Spacer height={(rows.length - drawn.to) * ROW_PX} />
          </tbody>
        </table>
      </div>
    </section>
  );
}

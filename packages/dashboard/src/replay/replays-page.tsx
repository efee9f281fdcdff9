import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { runs } from "../api/queries.ts";
import { Loaded } from "../piece/loaded.tsx";
import { RUN_LOOKS } from "../piece/state-look.ts";
import { StateMark } from "../piece/state-mark.tsx";
import { dayOf, instantOf, timeOfDay } from "../system/clock.ts";
import { Shown } from "../text/shown.tsx";

/** Which run to derive again. */
export function ReplaysPage(): ReactNode {
  const list = useInfiniteQuery(runs({}));
  return (
    <>
      <title>Replay · Writ</title>
      <header className="top">
        <div className="grow">
          <h1>Replay</h1>
          <p className="meta">
            Derives a run again from its journal, with no tool, no model and no network, and compares. Choose a run.
          </p>
        </div>
      </header>
      <div className="pad scrolls">
        <Loaded query={list} rows={8}>
          {({ pages }) => (
            <section className="card">
              <table className="lg">
                <thead>
                  <tr>
                    <th scope="col">State</th>
                    <th scope="col">Goal</th>
                    <th scope="col">When</th>
                  </tr>
                </thead>
                <tbody>
                  {pages
                    .flatMap(({ items }) => items)
                    .map((run) => (
                      <tr key={run.id}>
                        <td>
                          <StateMark look={RUN_LOOKS[run.status]} />
                        </td>
                        <td>
                          <Link to="/replay/$run" params={{ run: run.id }}>
                            {run.goal === null ? run.id : <Shown text={run.goal} limit={160} />}
                          </Link>
                        </td>
                        <td>
                          {dayOf(instantOf(run.created_at))} {timeOfDay(instantOf(run.created_at))}
                        </td>
                      </tr>
                    ))}
                </tbody>
              </table>
              {list.hasNextPage ? (
                <div className="cell">
                  <button type="button" className="btn small" onClick={() => void list.fetchNextPage()}>
                    More
                  </button>
                </div>
              ) : null}
            </section>
          )}
        </Loaded>
      </div>
    </>
  );
}

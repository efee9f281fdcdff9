import { useInfiniteQuery } from "@tanstack/react-query";
import { lazy, Suspense, useEffect, type ReactNode } from "react";
import type { Report, Task } from "../api/connection.ts";
import { runEvents } from "../api/queries.ts";
import { Skeleton } from "../piece/skeleton.tsx";
import { clockTime } from "../system/clock.ts";
import { amountText, BudgetMeters, DIMENSIONS } from "./budget-meters.tsx";
import { burnDown, type BurnPoint } from "./burn-down.ts";

const Plot = lazy(async () => ({ default: (await import("../metrics/plot.tsx")).Plot }));

/** How each part of the budget was used up over time, from the run's own facts. */
export function BudgetTab({ task }: { readonly task: Task; readonly report: Report | undefined }): ReactNode {
  const events = useInfiniteQuery(runEvents(task.id));
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = events;
  useEffect(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);
  const points = burnDown(events.data?.pages.flatMap(({ items }) => items) ?? []);
  const extensions = points.filter(({ extended }, index) => sum(extended) > sum(points[index - 1]?.extended));
  return (
    <>
      <BudgetMeters task={task} />
      {points.length < 2 ? (
        <section className="card cell">
          <p className="soft">Nothing was used yet.</p>
        </section>
      ) : (
        <div className="three">
          {DIMENSIONS.map(([dimension, name]) => {
            const limit = task.budget.limits[dimension];
            const total = sum(points.at(-1)?.extended) === 0 ? 0 : (points.at(-1)?.extended[dimension] ?? 0);
            return (
              <section className="card" key={dimension}>
                <header>
                  <h3 className="grow">{name} left</h3>
                  <span className="muted">of {amountText(dimension, limit)}</span>
                </header>
                <Suspense fallback={<Skeleton rows={2} />}>
                  <Plot
                    name={`${name} left`}
                    times={points.map(({ at }) => at / 1_000)}
                    lines={[
                      {
                        name: "left",
                        values: points.map(
                          ({ used, extended }) => limit - total + extended[dimension] - used[dimension],
                        ),
                      },
                    ]}
                    shape="steps"
                    words={(value) => amountText(dimension, value)}
                  />
                </Suspense>
              </section>
            );
          })}
        </div>
      )}
      {extensions.length === 0 ? null : (
        <section className="card cell">
          <h3>Extensions</h3>
          {extensions.map(({ at, extended }) => (
            <p key={at} className="soft">
              {clockTime(at)}:{" "}
              {DIMENSIONS.filter(([dimension]) => extended[dimension] > 0)
                .map(([dimension, name]) => `${name} +${amountText(dimension, extended[dimension])}`)
                .join(", ")}{" "}
              in all
            </p>
          ))}
        </section>
      )}
    </>
  );
}

function sum(amounts: BurnPoint["extended"] | undefined): number {
  return amounts === undefined ? 0 : Object.values(amounts).reduce((total, each) => total + each, 0);
}

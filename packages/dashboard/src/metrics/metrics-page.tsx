import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useMemo, type ReactNode } from "react";
import { series as seriesQuery } from "../api/queries.ts";
import { useKeys } from "../app/keys.tsx";
import { Loaded } from "../piece/loaded.tsx";
import { Segment } from "../piece/segment.tsx";
import { now, written } from "../system/clock.ts";
import { BudgetFigure, ErrorsFigure, StepErrorsFigure } from "./error-figures.tsx";
import { RetriesFigure, RunsFigure, VerifiedFigure } from "./figures.tsx";
import { CompletionFigure, LatencyFigure } from "./quantile-figures.tsx";
import { bins, hoursOf } from "./series.ts";

const HOUR = 3_600_000;
const RANGES = {
  "24h": { word: "24 h", ms: 24 * HOUR, bin: HOUR },
  "7d": { word: "7 days", ms: 7 * 24 * HOUR, bin: 6 * HOUR },
  "30d": { word: "30 days", ms: 30 * 24 * HOUR, bin: 24 * HOUR },
} as const;
type Range = keyof typeof RANGES;

/** Plots, one question each, over one range. */
export function MetricsPage(): ReactNode {
  const search = useSearch({ from: "/frame/metrics" });
  const navigate = useNavigate({ from: "/metrics" });
  const range: Range = search.range === "24h" || search.range === "30d" ? search.range : "7d";
  const { ms, bin } = RANGES[range];
  // Whole bins, so that the query is the same for as long as a bin lasts.
  const to = useMemo(() => (Math.floor(now() / bin) + 1) * bin, [bin]);
  const from = to - ms;
  const found = useQuery(seriesQuery(written(from), written(to)));
  const setRange = (next: Range): void => void navigate({ search: { range: next }, replace: true });
  useKeys([
    { keys: "1", does: "24 h", act: () => setRange("24h") },
    { keys: "2", does: "7 days", act: () => setRange("7d") },
    { keys: "3", does: "30 days", act: () => setRange("30d") },
  ]);
  const pick =
    (state?: string) =>
    (at: number): void =>
      void navigate({ to: "/runs", search: { since: written(at), ...(state === undefined ? {} : { state }) } });
  return (
    <>
      <title>Metrics · Writ</title>
      <header className="top">
        <div className="grow">
          <h1>Metrics</h1>
          <p className="meta">
            <span>
              The same figures as <code>/metrics</code>. Click a point to see its runs.
            </span>
          </p>
        </div>
        <div className="actions">
          <Segment
            label="Range"
            options={[
              ["24h", RANGES["24h"].word],
              ["7d", RANGES["7d"].word],
              ["30d", RANGES["30d"].word],
            ]}
            value={range}
            onChange={setRange}
          />
        </div>
      </header>
      <div className="pad scrolls">
        <Loaded query={found}>
          {(answer) => {
            const hours = hoursOf(answer.hours).filter(({ at }) => at >= from && at < to);
            const over = { hours, bins: bins(hours, from, to, bin) };
            return (
              <div className="three">
                <RunsFigure {...over} onPick={pick()} />
                <LatencyFigure {...over} onPick={pick()} />
                <ErrorsFigure {...over} onPick={pick("failed")} />
                <StepErrorsFigure {...over} onPick={pick("failed")} />
                <BudgetFigure {...over} onPick={pick("paused")} />
                <VerifiedFigure {...over} onPick={pick()} />
                <RetriesFigure {...over} onPick={pick()} />
                <CompletionFigure {...over} onPick={pick("completed")} />
              </div>
            );
          }}
        </Loaded>
      </div>
    </>
  );
}

import type { ReactNode } from "react";
import { Drawn, seconds, tableOf, type FigureProps } from "./drawn.tsx";
import { FigureCard } from "./figure-card.tsx";
import type { Line } from "./plot.tsx";
import { quantile } from "./series.ts";

export function LatencyFigure(props: FigureProps): ReactNode {
  return <Quantiles {...props} title="How long people take to decide" histogram="approval_latency" words="p50" />;
}

export function CompletionFigure(props: FigureProps): ReactNode {
  return (
    <Quantiles
      {...props}
      title="Time to safe completion"
      histogram="time_to_safe_completion"
      words="from start to end, p50"
    />
  );
}

function Quantiles(
  props: FigureProps & { readonly title: string; readonly histogram: string; readonly words: string },
): ReactNode {
  const { hours, bins, onPick, title, histogram, words } = props;
  const half = quantile(hours, histogram, 0.5);
  const most = quantile(hours, histogram, 0.95);
  const lines: readonly Line[] = [
    { name: "p50", values: bins.map((bin) => quantile(bin.hours, histogram, 0.5)) },
    { name: "p95", values: bins.map((bin) => quantile(bin.hours, histogram, 0.95)), ink: "--ink-3", dashed: "dashed" },
  ];
  return (
    <FigureCard
      title={title}
      figure={seconds(half ?? 0)}
      words={`${words}; dashed p95 ${seconds(most ?? 0)}`}
      table={tableOf(bins, lines, seconds)}
    >
      {half === null ? null : (
        <Drawn name={title} bins={bins} lines={lines} shape="line" words={seconds} onPick={onPick} />
      )}
    </FigureCard>
  );
}

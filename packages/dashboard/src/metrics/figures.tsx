import { duration, grouped } from "@writ/core/text/figure";
import { lazy, Suspense, type ReactNode } from "react";
import { Skeleton } from "../piece/skeleton.tsx";
import { clockTime, dayOf } from "../system/clock.ts";
import { Bars, FigureCard } from "./figure-card.tsx";
import type { Line, PlotProps } from "./plot.tsx";
import { counted, countedBy, quantile, type Bin, type Hour } from "./series.ts";

const LazyPlot = lazy(async () => ({ default: (await import("./plot.tsx")).Plot }));

export interface FigureProps {
  readonly hours: readonly Hour[];
  readonly bins: readonly Bin[];
  readonly onPick: (at: number) => void;
}

const OUTCOMES = [
  ["completed", "--state-completed"],
  ["failed", "--state-failed"],
  ["rejected", "--state-rejected"],
  ["expired", "--state-expired"],
  ["cancelled", "--state-cancelled"],
  ["escalated", "--state-escalated"],
] as const;

export function RunsFigure({ hours, bins, onPick }: FigureProps): ReactNode {
  const total = counted(hours, "runs_ended");
  const completed = counted(hours, "runs_ended", { outcome: "completed" });
  const lines = OUTCOMES.map(([outcome, ink]) => ({
    name: outcome,
    ink,
    values: bins.map((bin) => counted(bin.hours, "runs_ended", { outcome })),
  }));
  return (
    <FigureCard
      title="Runs by state"
      figure={grouped(total)}
      words={`runs, ${percent(completed, total)} completed`}
      table={tableOf(bins, lines, grouped)}
    >
      {total === 0 ? null : (
        <Drawn name="Runs by state" bins={bins} lines={lines} shape="bars" words={grouped} onPick={onPick} />
      )}
    </FigureCard>
  );
}

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

export function ErrorsFigure({ hours }: FigureProps): ReactNode {
  const all = counted(hours, "tool_attempts");
  const failed = counted(hours, "tool_attempts", { outcome: "failed" });
  const rows = countedBy(hours, "tool_attempts", "tool").map(([tool, count]) => {
    const bad = counted(hours, "tool_attempts", { tool, outcome: "failed" });
    return { name: tool, part: bad / count, words: percent(bad, count) };
  });
  const most = Math.max(0.01, ...rows.map(({ part }) => part));
  const shown = rows.toSorted((a, b) => b.part - a.part);
  return (
    <FigureCard
      title="Errors by tool"
      figure={percent(failed, all)}
      words={`of ${grouped(all)} calls`}
      table={{ head: ["tool", "failed"], rows: shown.map(({ name, words }) => [name, words]) }}
    >
      {all === 0 ? null : (
        <Bars tone="failed" rows={shown.slice(0, 7).map((row) => ({ ...row, part: row.part / most }))} />
      )}
    </FigureCard>
  );
}

export function StepErrorsFigure({ hours }: FigureProps): ReactNode {
  return (
    <Counted
      hours={hours}
      title="Errors by step type"
      counter="step_errors"
      label="step_type"
      words="failed attempts and refused answers"
      tone="failed"
    />
  );
}

export function BudgetFigure({ hours }: FigureProps): ReactNode {
  return (
    <Counted
      hours={hours}
      title="Budgets used up"
      counter="budget_exhausted"
      label="dimension"
      words="runs paused, by dimension"
      tone="info"
    />
  );
}

function Counted(props: {
  readonly hours: readonly Hour[];
  readonly title: string;
  readonly counter: string;
  readonly label: string;
  readonly words: string;
  readonly tone: "failed" | "info";
}): ReactNode {
  const { hours, title, counter, label, words, tone } = props;
  const rows = countedBy(hours, counter, label);
  const most = Math.max(1, ...rows.map(([, count]) => count));
  const hasRuns = counted(hours, "runs_started") + counted(hours, "tool_attempts") > 0;
  return (
    <FigureCard
      title={title}
      figure={grouped(counted(hours, counter))}
      words={words}
      table={{ head: [label.replaceAll("_", " "), "count"], rows: rows.map(([name, count]) => [name, grouped(count)]) }}
    >
      {hasRuns ? (
        <Bars
          tone={tone}
          rows={rows.slice(0, 7).map(([name, count]) => ({ name, part: count / most, words: grouped(count) }))}
        />
      ) : null}
    </FigureCard>
  );
}

export function VerifiedFigure({ hours, bins, onPick }: FigureProps): ReactNode {
  const rate = (of: readonly Hour[]): number | null => {
    const all = counted(of, "plan_verifications");
    return all === 0 ? null : (100 * counted(of, "plan_verifications", { result: "ok" })) / all;
  };
  const lines = [{ name: "passed", values: bins.map((bin) => rate(bin.hours)) }];
  const whole = rate(hours);
  const words = (value: number): string => `${value.toFixed(0)} %`;
  return (
    <FigureCard
      title="Plans verified at first try"
      figure={`${(whole ?? 0).toFixed(1)} %`}
      words={`${grouped(counted(hours, "replans"))} planned again`}
      table={tableOf(bins, lines, words)}
    >
      {whole === null ? null : (
        <Drawn
          name="Plans verified at first try"
          bins={bins}
          lines={lines}
          shape="line"
          words={words}
          onPick={onPick}
        />
      )}
    </FigureCard>
  );
}

export function RetriesFigure({ hours, bins, onPick }: FigureProps): ReactNode {
  const lines = (["retries", "recoveries"] as const).map((name, index) => ({
    name,
    values: bins.map((bin) => counted(bin.hours, name)),
    ink: index === 0 ? "--state-awaiting-gate" : "--state-completed",
  }));
  const attempts = counted(hours, "tool_attempts");
  return (
    <FigureCard
      title="Retries and recoveries"
      figure={grouped(counted(hours, "retries"))}
      words={`retries; ${grouped(counted(hours, "recoveries"))} steps completed after one`}
      table={tableOf(bins, lines, grouped)}
    >
      {attempts === 0 ? null : (
        <Drawn name="Retries and recoveries" bins={bins} lines={lines} shape="line" words={grouped} onPick={onPick} />
      )}
    </FigureCard>
  );
}

function Drawn(props: Omit<PlotProps, "times"> & { readonly bins: readonly Bin[] }): ReactNode {
  const { bins, ...plot } = props;
  return (
    <Suspense fallback={<Skeleton rows={2} />}>
      <LazyPlot {...plot} times={bins.map(({ at }) => at / 1_000)} />
    </Suspense>
  );
}

function tableOf(bins: readonly Bin[], lines: readonly Line[], words: (value: number) => string) {
  const rows = bins.flatMap(({ at }, index) => {
    const values = lines.map(({ values: of }) => of[index] ?? null);
    return values.every((value) => value === null || value === 0)
      ? []
      : [[`${dayOf(at)} ${clockTime(at)}`, ...values.map((value) => (value === null ? "" : words(value)))]];
  });
  return { head: ["from", ...lines.map(({ name }) => name)], rows };
}

function percent(part: number, whole: number): string {
  return whole === 0 ? "0 %" : `${((100 * part) / whole).toFixed(1)} %`;
}

function seconds(value: number): string {
  return duration(value * 1_000);
}

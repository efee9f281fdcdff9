import { grouped } from "@writ/core/text/figure";
import type { ReactNode } from "react";
import { Drawn, percent, tableOf, type FigureProps } from "./drawn.tsx";
import { FigureCard } from "./figure-card.tsx";
import { counted, type Hour } from "./series.ts";

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

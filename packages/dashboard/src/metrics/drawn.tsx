import { duration } from "@writ/core/text/figure";
import { lazy, Suspense, type ReactNode } from "react";
import { Skeleton } from "../piece/skeleton.tsx";
import { clockTime, dayOf } from "../system/clock.ts";
import type { FigureTable } from "./figure-card.tsx";
import type { Line, PlotProps } from "./plot.tsx";
import type { Bin, Hour } from "./series.ts";

const LazyPlot = lazy(async () => ({ default: (await import("./plot.tsx")).Plot }));

/** What each figure is made from. */
export interface FigureProps {
  readonly hours: readonly Hour[];
  readonly bins: readonly Bin[];
  readonly onPick: (at: number) => void;
}

/** A plot over bins; its code comes when the first one is shown. */
export function Drawn(props: Omit<PlotProps, "times"> & { readonly bins: readonly Bin[] }): ReactNode {
  const { bins, ...plot } = props;
  return (
    <Suspense fallback={<Skeleton rows={2} />}>
      <LazyPlot {...plot} times={bins.map(({ at }) => at / 1_000)} />
    </Suspense>
  );
}

/** The same as rows; bins in which nothing happened are left out. */
export function tableOf(bins: readonly Bin[], lines: readonly Line[], words: (value: number) => string): FigureTable {
  const rows = bins.flatMap(({ at }, index) => {
    const values = lines.map(({ values: of }) => of[index] ?? null);
    return values.every((value) => value === null || value === 0)
      ? []
      : [[`${dayOf(at)} ${clockTime(at)}`, ...values.map((value) => (value === null ? "" : words(value)))]];
  });
  return { head: ["from", ...lines.map(({ name }) => name)], rows };
}

export function percent(part: number, whole: number): string {
  return whole === 0 ? "0 %" : `${((100 * part) / whole).toFixed(1)} %`;
}

export function seconds(value: number): string {
  return duration(value * 1_000);
}

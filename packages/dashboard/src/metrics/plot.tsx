import "uplot/dist/uPlot.min.css";
import { useEffect, useRef, type ReactNode } from "react";
import uPlot from "uplot";
import { clockTime, dayOf, timeOfDay } from "../system/clock.ts";
import { inkOf, useInk } from "./ink.ts";

export interface Line {
  readonly name: string;
  readonly values: readonly (number | null)[];
  /** Name of a colour in the style sheet. */
  readonly ink?: string;
  readonly dashed?: "dashed";
}

export interface PlotProps {
  readonly name: string;
  /** In seconds since 1970, rising. */
  readonly times: readonly number[];
  readonly lines: readonly Line[];
  readonly shape: "line" | "steps" | "bars";
  readonly words: (value: number) => string;
  /** Called with the instant that was clicked, in milliseconds since 1970. */
  readonly onPick?: (at: number) => void;
}

const HEIGHT_PX = 180;
const DAY_S = 86_400;

/** A plot on a canvas; its crosshair is shared by all plots of a page. What it shows stands in a table, too. */
export function Plot(props: PlotProps): ReactNode {
  const { name, times, lines } = props;
  const frame = useRef<HTMLDivElement>(null);
  const latest = useRef(props);
  useEffect(() => {
    latest.current = props;
  });
  const ink = useInk();
  const content = JSON.stringify([times, lines]);
  useEffect(() => {
    const element = frame.current;
    if (element === null) return undefined;
    const plot = new uPlot(optionsOf(latest.current, element.clientWidth), dataOf(latest.current), element);
    const observer = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height: HEIGHT_PX }));
    observer.observe(element);
    const pick = (): void => {
      const { idx } = plot.cursor;
      const at = idx === null || idx === undefined ? undefined : latest.current.times[idx];
      if (at !== undefined) latest.current.onPick?.(at * 1_000);
    };
    plot.over.addEventListener("click", pick);
    return () => {
      observer.disconnect();
      plot.destroy();
    };
  }, [content, ink]);
  return (
    <div
      className="plotframe"
      ref={frame}
      role="img"
      aria-label={`${name}, ${times.length} points; the same as a table beside it`}
    />
  );
}

/** Bars stand one on the other, so what is drawn are sums from below; the highest is drawn first. */
function dataOf({ times, lines, shape }: PlotProps): uPlot.AlignedData {
  const rows = lines.map(({ values }) => [...values]);
  if (shape !== "bars") return [[...times], ...rows];
  const sums = rows.map((_, index) =>
    times.map((__, at) => rows.slice(0, index + 1).reduce((sum, row) => sum + (row[at] ?? 0), 0)),
  );
  return [[...times], ...sums.toReversed()];
}

function optionsOf({ times, lines, shape, words }: PlotProps, width: number): uPlot.Options {
  const grid = { stroke: inkOf("--line"), width: 1 };
  const axis = { stroke: inkOf("--ink-3"), font: "10px sans-serif", grid, ticks: { show: false } };
  const spanS = (times.at(-1) ?? 0) - (times[0] ?? 0);
  const mark = spanS > 2 * DAY_S ? dayOf : spanS > 600 ? timeOfDay : clockTime;
  const drawn = shape === "bars" ? lines.toReversed() : lines;
  return {
    width,
    height: HEIGHT_PX,
    legend: { show: false },
    cursor: { sync: { key: "writ" }, drag: { x: false, y: false }, points: { show: shape !== "bars" } },
    scales: {
      x: { time: true, range: (_plot, low, high) => [low - spanS / times.length, high + spanS / times.length] },
      y: { range: (_plot, _low, high) => [0, high <= 0 ? 1 : high * 1.08] },
    },
    axes: [
      {
        ...axis,
        values: (_plot, at) => at.map((each) => mark(each * 1_000)),
        space: 64,
      },
      { ...axis, values: (_plot, at) => at.map((each) => words(each)), size: 58 },
    ],
    series: [{}, ...drawn.map((line) => seriesOf(line, shape))],
  };
}

function seriesOf({ name, ink = "--accent", dashed }: Line, shape: PlotProps["shape"]): uPlot.Series {
  const stroke = inkOf(ink);
  if (shape === "bars") {
    const paths = uPlot.paths.bars?.({ size: [0.6, 60] });
    return {
      label: name,
      stroke,
      fill: stroke,
      width: 0,
      points: { show: false },
      ...(paths === undefined ? {} : { paths }),
    };
  }
  const paths = shape === "steps" ? uPlot.paths.stepped?.({ align: 1 }) : undefined;
  return {
    label: name,
    stroke,
    width: dashed === undefined ? 1.8 : 1.4,
    spanGaps: true,
    points: { show: shape === "line", size: 5, fill: stroke },
    ...(dashed === undefined ? {} : { dash: [4, 3] }),
    ...(paths === undefined ? {} : { paths }),
  };
}

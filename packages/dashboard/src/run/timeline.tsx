import { duration } from "@writ/core/text/figure";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useMemo, type ReactNode } from "react";
import type { Report, Task } from "../api/connection.ts";
import { Segment } from "../piece/segment.tsx";
import { useWindow } from "../runs/use-window.ts";
import { instantOf } from "../system/clock.ts";
import { Shown } from "../text/shown.tsx";
import { useNow } from "../text/use-now.ts";
import type { ShownStep } from "./plan-model.ts";
import { marks, timeScale, type Stretch, type TimeScale } from "./time-scale.ts";

const ROW_PX = 20;
/** Where a mark's words no longer fit to the right of it. */
const LATE = 0.92;
const MARKS = 5;

interface Bar extends Stretch {
  readonly kind: "done" | "failed" | "wait" | "open";
}

interface Row {
  readonly step: ShownStep;
  readonly bars: readonly Bar[];
}

/** When each step worked and when it waited: colour is the tier, red a failed attempt, hollow amber a person. */
export function Timeline(props: {
  readonly task: Task;
  readonly report: Report | undefined;
  readonly steps: readonly ShownStep[];
  readonly chosen: string | null;
  readonly onChoose: (step: string) => void;
}): ReactNode {
  const { task, report, steps, chosen, onChoose } = props;
  const { time } = useSearch({ from: "/frame/runs/$id" });
  const navigate = useNavigate({ from: "/runs/$id" });
  const clock = useNow(1_000);
  const end = task.ended_at === null ? clock : instantOf(task.ended_at);
  const rows = useMemo(() => rowsOf(steps, report, end), [steps, report, end]);
  const bars = rows.flatMap(({ bars: ofRow }) => ofRow);
  const first = Math.min(end, ...bars.slice(0, 5_000).map(({ from }) => from));
  const whole = { from: report === undefined ? first : Math.min(first, instantOf(report.started_at)), to: end };
  const waits = time === "scale" ? "scale" : "fold";
  const scale = timeScale(
    bars.filter(({ kind }) => kind !== "wait"),
    whole,
    waits,
  );
  const { scroller, window: drawn } = useWindow(rows.length, ROW_PX);
  return (
    <section className="card">
      <header>
        <h2>Timeline</h2>
        <span className="muted grow one">colour is the tier; red is a failed attempt</span>
        <Segment
          label="Waiting"
          options={[
            ["fold", "Fold waiting"],
            ["scale", "To scale"],
          ]}
          value={waits}
          onChange={(next) => void navigate({ search: (before) => ({ ...before, time: next }), replace: true })}
        />
      </header>
      <div className="tlaxis" aria-hidden="true">
        <span className="tlname" />
        <span className="tltrack">
          {marks(whole.to - whole.from - cutOf(scale), MARKS).map((at) => {
            const place = scale.place(whole.from + at);
            return (
              <i key={at} className={place > LATE ? "late" : undefined} style={{ left: percent(place) }}>
                {duration(at)}
              </i>
            );
          })}
        </span>
      </div>
      <div
        className="tlrows"
        ref={scroller}
        tabIndex={0}
        role="group"
        aria-label={`Timeline: ${duration(task.worked_ms)} of work, ${duration(task.waited_ms)} of waiting`}
      >
        <div style={{ height: drawn.from * ROW_PX }} />
        {rows.slice(drawn.from, drawn.to).map(({ step, bars: ofRow }) => (
          <div key={step.id} className={`tlrow ${step.id === chosen ? "on" : ""}`} onClick={() => onChoose(step.id)}>
            <span className="tlname one">
              <Shown text={step.id} />
            </span>
            <span className="tltrack">
              {scale.folds.map(({ at, width, from, to }) => (
                <span
                  key={from}
                  className="tlfold"
                  style={{ left: percent(at), width: percent(width) }}
                  title={`${duration(to - from)} folded`}
                />
              ))}
              {ofRow.map((bar) => (
                <BarView key={`${bar.kind}${bar.from}`} bar={bar} scale={scale} tier={step.tier} />
              ))}
              {ofRow.length === 0 ? null : <Words row={{ step, bars: ofRow }} scale={scale} />}
            </span>
          </div>
        ))}
        <div style={{ height: (rows.length - drawn.to) * ROW_PX }} />
      </div>
      {scale.folds.length === 0 ? null : (
        <p className="tlnote">
          Folded:{" "}
          {scale.folds
            .map(({ from, to }) => duration(to - from))
            .slice(0, 4)
            .join(", ")}{" "}
          of waiting.
        </p>
      )}
    </section>
  );
}

function BarView({
  bar,
  scale,
  tier,
}: {
  readonly bar: Bar;
  readonly scale: TimeScale;
  readonly tier: string;
}): ReactNode {
  const left = scale.place(bar.from);
  const style = { left: percent(left), width: percent(Math.max(0.003, scale.place(bar.to) - left)) };
  return <span className={`tlbar ${bar.kind} ${tier}`} style={style} />;
}

function Words({ row, scale }: { readonly row: Row; readonly scale: TimeScale }): ReactNode {
  const last = row.bars.reduce((latest, bar) => (bar.to > latest.to ? bar : latest));
  const isWaiting = row.step.gate === "open";
  const at = scale.place(last.to);
  const style =
    at > 0.86
      ? { right: percent(1 - scale.place(Math.min(...row.bars.map(({ from }) => from))) + 0.005) }
      : { left: percent(at + 0.006) };
  return (
    <span className="tlwords" style={style}>
      {isWaiting ? "waits for you" : row.step.tookMs === null ? "" : duration(row.step.tookMs)}
    </span>
  );
}

function rowsOf(steps: readonly ShownStep[], report: Report | undefined, end: number): readonly Row[] {
  const attempts = new Map(report?.steps.map(({ path, attempts: found }) => [path, found]));
  const asked = new Map<string, Bar[]>();
  for (const { step, requested_at, decided_at } of report?.approvals ?? []) {
    const bar: Bar = {
      kind: "wait",
      from: instantOf(requested_at),
      to: decided_at === null ? end : instantOf(decided_at),
    };
    asked.set(step, [...(asked.get(step) ?? []), bar]);
  }
  return steps.map((step) => ({
    step,
    bars: [
      ...(asked.get(step.id) ?? []),
      ...(attempts.get(step.id) ?? []).map(({ started_at, ended_at, outcome }) => ({
        kind: ended_at === null ? ("open" as const) : outcome === "returned" ? ("done" as const) : ("failed" as const),
        from: instantOf(started_at),
        to: ended_at === null ? end : instantOf(ended_at),
      })),
    ],
  }));
}

function cutOf({ folds }: TimeScale): number {
  return folds.reduce((sum, { from, to }) => sum + to - from, 0);
}

function percent(part: number): string {
  return `${(part * 100).toFixed(3)}%`;
}

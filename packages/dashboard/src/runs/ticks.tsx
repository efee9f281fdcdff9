import type { ReactNode } from "react";
import type { TaskHead } from "../api/connection.ts";

/** Above this, single ticks are too thin to count. */
const MOST_TICKS = 30;
const WIDTH = 72;

/** How far a run is: a tick a step, above 30 a bar in proportion. */
export function Ticks({ run }: { readonly run: TaskHead }): ReactNode {
  const { total, done, failed } = run.progress;
  return (
    <>
      <svg className="ticks" viewBox={`0 0 ${WIDTH} 10`} aria-hidden="true">
        {parts(run).map(({ tone, from, to }) => (
          <rect key={`${tone}${from}`} className={tone} x={from} width={Math.max(0.5, to - from)} y="1" height="8" />
        ))}
      </svg>
      {done} / {total}
      {failed > 0 ? <span className="sr">, {failed} failed</span> : null}
    </>
  );
}

interface Part {
  readonly tone: string;
  readonly from: number;
  readonly to: number;
}

function parts(run: TaskHead): readonly Part[] {
  const { total, done, failed } = run.progress;
  const { gates, doubts, reviews } = run.waiting;
  const counts: readonly (readonly [string, number])[] = [
    ["d", done],
    ["x", failed],
    ["q", doubts.length],
    ["g", gates.length + reviews.length],
    ["r", run.status === "in_progress" && done + failed < total ? 1 : 0],
    ["n", run.status === "rejected" && done < total ? 1 : 0],
  ];
  const tones = counts
    .flatMap(([tone, count]) => Array.from({ length: Math.min(count, total) }, () => tone))
    .slice(0, total);
  const each = WIDTH / Math.max(1, total);
  if (total <= MOST_TICKS)
    return Array.from({ length: total }, (_, index) => ({
      tone: tones[index] ?? "",
      from: index * each,
      to: (index + 1) * each - 1,
    }));
  const found: Part[] = [{ tone: "", from: 0, to: WIDTH }];
  let at = 0;
  for (const [tone, count] of counts) {
    if (count > 0) found.push({ tone, from: at * each, to: Math.min(WIDTH, (at + count) * each) });
    at += count;
  }
  return found;
}

import { grouped } from "@writ/core/text/figure";
import type { ReactNode } from "react";
import { percent, type FigureProps } from "./drawn.tsx";
import { Bars, FigureCard } from "./figure-card.tsx";
import { counted, countedBy, type Hour } from "./series.ts";

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

import { duration, worked } from "@writ/core/text/figure";
import { Link } from "@tanstack/react-router";
import { memo, type ReactNode } from "react";
import type { TaskHead } from "../api/connection.ts";
import { Meter } from "../piece/meter.tsx";
import { RUN_LOOKS } from "../piece/state-look.ts";
import { StateMark } from "../piece/state-mark.tsx";
import { instantOf, wholeInstant } from "../system/clock.ts";
import { budgetUsed, clauseOf } from "../text/clause.ts";
import { Shown } from "../text/shown.tsx";
import { when } from "../text/when.ts";
import { RowMenu } from "./row-menu.tsx";
import { Ticks } from "./ticks.tsx";

interface RowProps {
  readonly run: TaskHead;
  readonly index: number;
  readonly selected: "selected" | "not";
  readonly now: number;
  readonly onSelect: (index: number) => void;
}

/** A goal longer than this is read on its own page. */
const GOAL_CAP = 200;

/** One run in the list. Memoised: while facts arrive, most rows stay as they are. */
export const RunRow = memo(function RunRow({ run, index, selected, now, onSelect }: RowProps): ReactNode {
  const since = instantOf(run.ended_at ?? run.created_at);
  return (
    <tr
      aria-rowindex={index + 2}
      aria-current={selected === "selected" ? "true" : undefined}
      onClick={() => onSelect(index)}
    >
      <td>
        <StateMark look={RUN_LOOKS[run.status]} />
      </td>
      <td className="goal">
        <Link to="/runs/$id" params={{ id: run.id }} data-run={run.id}>
          {run.goal === null ? "(erased)" : <Shown text={run.goal} limit={GOAL_CAP} />}
        </Link>
      </td>
      <td>
        <Shown text={run.door} />
      </td>
      <td>
        <Ticks run={run} />
      </td>
      <td>
        <Shown text={clauseOf(run)} limit={GOAL_CAP} />
      </td>
      <td className="num" title={wholeInstant(since)}>
        {when(since, now)}
      </td>
      <td className="num" title={`worked ${worked(run.worked_ms)}, waited ${duration(run.waited_ms)}`}>
        {worked(run.worked_ms)}
      </td>
      <td>
        <Meter part={budgetUsed(run)} name="Budget" />
      </td>
      <td className="menucell">
        <RowMenu run={run} />
      </td>
    </tr>
  );
});

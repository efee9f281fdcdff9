import { duration } from "@writ/core/text/figure";
import { useEffect, useRef, type KeyboardEvent, type ReactNode } from "react";
import { useWindow } from "../runs/use-window.ts";
import { STEP_LOOKS } from "../piece/state-look.ts";
import { StateMark } from "../piece/state-mark.tsx";
import { TierTag } from "../piece/tier-tag.tsx";
import { Shown } from "../text/shown.tsx";
import type { PictureProps } from "./picture.ts";
import { blocksOf, type ShownStep } from "./plan-model.ts";

const ROW_PX = 32;

interface TreeRow {
  readonly step: ShownStep;
  readonly level: number;
}

/** The plan as a tree: the picture a screen reader gets first. */
export function PlanList({ steps, chosen, onChoose }: PictureProps): ReactNode {
  const rows: readonly TreeRow[] = blocksOf(steps).flatMap(({ steps: inner }) =>
    inner.map((step, index) => ({ step, level: inner.length > 1 && index > 0 ? 2 : 1 })),
  );
  const { scroller, window: drawn, show } = useWindow(rows.length, ROW_PX);
  const at = rows.findIndex(({ step }) => step.id === chosen);
  const shown = useRef(at);
  useEffect(() => {
    if (at >= 0 && at !== shown.current) show(at);
    shown.current = at;
  });
  const move = (event: KeyboardEvent): void => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const next = by === undefined ? undefined : rows[at + by];
    if (next === undefined) return;
    event.preventDefault();
    onChoose(next.step.id);
    scroller.current?.focus();
  };
  return (
    <div
      className="planlist"
      ref={scroller}
      role="tree"
      aria-label="Steps"
      tabIndex={0}
      onKeyDown={move}
      aria-activedescendant={at >= drawn.from && at < drawn.to ? `treestep-${at}` : undefined}
    >
      <div style={{ height: drawn.from * ROW_PX }} />
      {rows.slice(drawn.from, drawn.to).map(({ step, level }, offset) => (
        <div
          key={step.id}
          id={`treestep-${drawn.from + offset}`}
          role="treeitem"
          aria-level={level}
          aria-selected={step.id === chosen}
          aria-posinset={drawn.from + offset + 1}
          aria-setsize={rows.length}
          className={`treerow level${level}`}
          onClick={() => onChoose(step.id)}
        >
          <StateMark look={STEP_LOOKS[step.status]} />
          <span className="strong one">
            <Shown text={step.id} />
          </span>
          <span className="mono muted one">{step.tool === null ? step.kind : <Shown text={step.tool} />}</span>
          <TierTag tier={step.tier} />
          <span className="muted one">
            {step.needs.length === 0 ? "" : `after ${step.needs.slice(0, 3).join(", ")}`}
          </span>
          <span className="num muted">{step.tookMs === null ? "" : duration(step.tookMs)}</span>
        </div>
      ))}
      <div style={{ height: (rows.length - drawn.to) * ROW_PX }} />
    </div>
  );
}

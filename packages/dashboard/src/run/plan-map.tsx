import { counted, grouped } from "@writ/core/text/figure";
import { memo, useLayoutEffect, useMemo, useRef, useState, type ReactNode } from "react";
import { STEP_LOOKS } from "../piece/state-look.ts";
import { Shown } from "../text/shown.tsx";
import type { PictureProps } from "./picture.ts";
import { blocksOf, neighbourhood, type Block, type ShownStep } from "./plan-model.ts";
import { PlanNode } from "./plan-node.tsx";

/** Side of a square and distance of two, in px. */
const SIDE = 9;
const PITCH = 11;
const AROUND = 2;
/** More neighbours than these are counted. */
const MOST_NEAR = 8;

/** A large plan: one square a step in order, a block for each loop; exceptions also by shape. */
export function PlanMap({ steps, chosen, onChoose }: PictureProps): ReactNode {
  const blocks = useMemo(() => blocksOf(steps), [steps]);
  const frame = useRef<HTMLDivElement>(null);
  const [columns, setColumns] = useState(70);
  useLayoutEffect(() => {
    const element = frame.current;
    if (element === null) return undefined;
    const observer = new ResizeObserver(() => setColumns(Math.max(10, Math.floor((element.clientWidth - 32) / PITCH))));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return (
    <>
      <div className="map" ref={frame}>
        {blocks.map((block) => (
          <BlockView
            key={block.name}
            block={block}
            columns={columns}
            chosen={block.steps.some(({ id }) => id === chosen) ? chosen : null}
            onChoose={onChoose}
          />
        ))}
      </div>
      {chosen === null ? null : <Near steps={steps} chosen={chosen} onChoose={onChoose} />}
    </>
  );
}

interface BlockProps {
  readonly block: Block;
  readonly columns: number;
  readonly chosen: string | null;
  readonly onChoose: (step: string) => void;
}

/** One picture a block: a thousand squares are a thousand shapes, and no more. */
const BlockView = memo(function BlockView({ block, columns, chosen, onChoose }: BlockProps): ReactNode {
  const { name, steps } = block;
  const rows = Math.ceil(steps.length / columns);
  const width = columns * PITCH;
  const choose = (event: { readonly nativeEvent: MouseEvent; readonly currentTarget: Element }): void => {
    const box = event.currentTarget.getBoundingClientRect();
    const column = Math.floor((event.nativeEvent.clientX - box.left) / PITCH);
    const row = Math.floor((event.nativeEvent.clientY - box.top) / PITCH);
    const step = steps[row * columns + column];
    if (step !== undefined && column < columns) onChoose(step.id);
  };
  return (
    <div className="mapblock">
      <div className="row small">
        <span className="grow one">
          <Shown text={name} />
        </span>
        <span className="muted">{grouped(steps.length)}</span>
      </div>
      <svg
        className="planmap"
        width={width}
        height={rows * PITCH}
        viewBox={`0 0 ${width} ${rows * PITCH}`}
        role="img"
        aria-label={`${name}: ${summary(steps)}`}
        onClick={choose}
      >
        {steps.map((step, index) => (
          <Square
            key={step.id}
            step={step}
            x={(index % columns) * PITCH}
            y={Math.floor(index / columns) * PITCH}
            on={step.id === chosen}
          />
        ))}
      </svg>
    </div>
  );
});

const TONES: Readonly<Record<string, string>> = {
  completed: "done",
  running: "run",
  compensating: "run",
  failed: "fail",
  in_doubt: "doubt",
  awaiting_gate: "gate",
};

const Square = memo(function Square(props: {
  readonly step: ShownStep;
  readonly x: number;
  readonly y: number;
  readonly on: boolean;
}): ReactNode {
  const { step, x, y, on } = props;
  const tone = TONES[step.status] ?? "todo";
  const half = SIDE / 2;
  if (step.gate !== "none")
    return (
      <path
        className={`gt ${on ? "on" : ""}`}
        d={`M${x + half} ${y - 0.5}L${x + SIDE + 0.5} ${y + half}L${x + half} ${y + SIDE + 0.5}L${x - 0.5} ${y + half}Z`}
      />
    );
  return (
    <>
      <rect className={`${tone} ${on ? "on" : ""}`} x={x} y={y} width={SIDE} height={SIDE} rx="1.5" />
      {tone === "fail" ? <path className="k" d={`M${x + 2.5} ${y + 2.5}l4 4m0-4l-4 4`} /> : null}
      {tone === "doubt" ? <circle className="k" cx={x + half} cy={y + half} r="1.6" /> : null}
    </>
  );
});

function summary(steps: readonly ShownStep[]): string {
  const counts = new Map<string, number>();
  for (const { status } of steps) counts.set(STEP_LOOKS[status].word, (counts.get(STEP_LOOKS[status].word) ?? 0) + 1);
  return `${counted(steps.length, "step")}, ${[...counts].map(([word, count]) => `${count} ${word.toLowerCase()}`).join(", ")}`;
}

function Near({
  steps,
  chosen,
  onChoose,
}: Omit<PictureProps, "hash" | "chosen"> & { readonly chosen: string }): ReactNode {
  const near = neighbourhood(steps, chosen, AROUND);
  const at = near.findIndex(({ id }) => id === chosen);
  const from = Math.max(0, Math.min(near.length - MOST_NEAR, at - MOST_NEAR / 2));
  const shown = near.slice(from, from + MOST_NEAR);
  return (
    <div className="nearby">
      <div className="row cellhead">
        <h3 className="grow">
          Around <Shown text={chosen} />
        </h3>
        <span className="muted">
          {AROUND} before, {AROUND} after{near.length > shown.length ? ` · ${near.length - shown.length} more` : ""}
        </span>
      </div>
      <div className="near">
        {shown.map((step) => (
          <PlanNode key={step.id} step={step} chosen={step.id === chosen} after={[]} onChoose={onChoose} />
        ))}
      </div>
    </div>
  );
}

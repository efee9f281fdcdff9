import { duration } from "@writ/core/text/figure";
import type { ReactNode } from "react";
import { Icon } from "../piece/icon.tsx";
import { STEP_LOOKS } from "../piece/state-look.ts";
import { TierBars } from "../piece/tier-tag.tsx";
import { Shown } from "../text/shown.tsx";
import type { ShownStep } from "./plan-model.ts";

const FRAMES: ReadonlyMap<string, string> = new Map([
  ["awaiting_gate", "wait"],
  ["pending", "todo"],
  ["ready", "todo"],
]);

/** A step in a picture: a button named by what it shows, then by what stands around it. */
export function PlanNode(props: {
  readonly step: ShownStep;
  readonly chosen: boolean;
  readonly after: readonly string[];
  readonly onChoose: (step: string) => void;
}): ReactNode {
  const { step, chosen, after, onChoose } = props;
  const look = STEP_LOOKS[step.status];
  const kind = FRAMES.get(step.status) ?? "";
  return (
    <button
      type="button"
      className={`node ${step.tier} ${kind} ${chosen ? "sel" : ""}`}
      aria-pressed={chosen}
      data-step={step.id}
      onClick={() => onChoose(step.id)}
    >
      <b className={look.tone}>
        <span className="tone">
          <Icon name={look.icon} />
        </span>
        <span className="one">
          <Shown text={step.id} />
        </span>
      </b>
      <small>{step.tool === null ? step.kind : <Shown text={step.tool} />}</small>
      <span className="foot">
        <small>{footOf(step)}</small>
        <TierBars tier={step.tier} />
      </span>
      <span className="sr">
        , {step.tier}, {look.word.toLowerCase()}
        {step.needs.length === 0 ? "" : `; after ${step.needs.join(", ")}`}
        {after.length === 0 ? "" : `; before ${after.join(", ")}`}
      </span>
    </button>
  );
}

function footOf({ gate, attempts, tookMs, status }: ShownStep): string {
  if (gate === "open") return "waits for you";
  if (gate === "ahead") return "will ask";
  if (attempts > 1) return `${attempts} attempts`;
  if (status === "running") return "runs";
  return tookMs === null ? "" : duration(tookMs);
}

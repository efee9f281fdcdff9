import "@xyflow/react/dist/base.css";
import {
  Background,
  Handle,
  MiniMap,
  Position,
  ReactFlow,
  ReactFlowProvider,
  useReactFlow,
  type Edge,
  type Node,
} from "@xyflow/react";
import { useMemo, type KeyboardEvent, type ReactNode } from "react";
import { Skeleton } from "../piece/skeleton.tsx";
import { NODE } from "./layout.ts";
import type { PictureProps } from "./picture.ts";
import type { ShownStep } from "./plan-model.ts";
import { PlanNode } from "./plan-node.tsx";
import { useLayout } from "./use-layout.ts";

type StepNode = Node<
  {
    readonly step: ShownStep;
    readonly chosen: boolean;
    readonly after: readonly string[];
    readonly onChoose: (step: string) => void;
  },
  "step"
>;

const MINIMAP_ABOVE = 30;
const TYPES = { step: StepView };

/** The plan left to right: stripes say how far a step reaches, diamonds where a person stands. */
export function PlanGraph(props: PictureProps): ReactNode {
  const placed = useLayout(props.hash, { steps: props.steps });
  if (placed === undefined) return <Skeleton rows={4} />;
  return (
    <ReactFlowProvider>
      <Drawing {...props} placed={new Map(placed.map((each) => [each.id, each]))} />
    </ReactFlowProvider>
  );
}

function Drawing(
  props: PictureProps & { readonly placed: ReadonlyMap<string, { readonly x: number; readonly y: number }> },
): ReactNode {
  const { steps, chosen, onChoose, placed } = props;
  const after = useMemo(() => {
    const found = new Map<string, string[]>();
    for (const { id, needs } of steps) for (const need of needs) found.set(need, [...(found.get(need) ?? []), id]);
    return found;
  }, [steps]);
  const nodes: StepNode[] = steps.flatMap((step) => {
    const position = placed.get(step.id);
    if (position === undefined) return [];
    const data = { step, chosen: step.id === chosen, after: after.get(step.id) ?? [], onChoose };
    return [
      { id: step.id, type: "step", position, data, width: NODE.width, height: NODE.height, draggable: false } as const,
    ];
  });
  const byId = new Map(steps.map((step) => [step.id, step]));
  const edges: Edge[] = steps.flatMap((step) =>
    step.needs
      .filter((need) => byId.has(need))
      .map((need) => ({
        id: `${need}>${step.id}`,
        source: need,
        target: step.id,
        type: "step",
        className: byId.get(need)?.status === "completed" ? (isAhead(step) ? "todo" : "done") : "todo",
        focusable: false,
      })),
  );
  const follow = (event: KeyboardEvent): void => {
    const here = document.activeElement?.getAttribute("data-step");
    const step = here === null || here === undefined ? undefined : byId.get(here);
    if (step === undefined) return;
    const next = { ArrowRight: after.get(step.id)?.[0], ArrowLeft: step.needs[0] }[event.key];
    const down = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const beside = down === undefined ? undefined : steps[step.order + down]?.id;
    const target = next ?? beside;
    if (target === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    onChoose(target);
    document.querySelector<HTMLElement>(`[data-step="${CSS.escape(target)}"]`)?.focus();
  };
  return (
    <div className="graph" onKeyDown={follow}>
      <ReactFlow
        nodes={nodes}
        edges={edges}
        nodeTypes={TYPES}
        fitView
        fitViewOptions={{ padding: 0.08, maxZoom: 1 }}
        minZoom={0.1}
        maxZoom={2}
        nodesDraggable={false}
        nodesConnectable={false}
        nodesFocusable={false}
        edgesFocusable={false}
        elementsSelectable={false}
        zoomOnScroll={false}
        preventScrolling={false}
        disableKeyboardA11y
        onlyRenderVisibleElements
        proOptions={{ hideAttribution: true }}
        aria-label="Plan"
      >
        <Background />
        {steps.length > MINIMAP_ABOVE ? <MiniMap pannable zoomable ariaLabel="Small picture of the plan" /> : null}
        <Zoom />
      </ReactFlow>
      <div className="legend">
        <span>◆ gate</span>
        <span>dashed: not started</span>
        <span>left stripe and bars: how far a step reaches</span>
      </div>
    </div>
  );
}

function isAhead({ status }: ShownStep): boolean {
  return status === "pending" || status === "ready" || status === "awaiting_gate";
}

function StepView({ data }: { readonly data: StepNode["data"] }): ReactNode {
  const { step, chosen, after, onChoose } = data;
  return (
    <>
      <Handle type="target" position={Position.Left} isConnectable={false} />
      {step.gate === "none" ? null : <span className={`gate ${step.gate}`} aria-hidden="true" />}
      <PlanNode step={step} chosen={chosen} after={after} onChoose={onChoose} />
      <Handle type="source" position={Position.Right} isConnectable={false} />
    </>
  );
}

function Zoom(): ReactNode {
  const { fitView, zoomIn, zoomOut } = useReactFlow();
  return (
    <div className="zoom">
      <button type="button" className="btn small" onClick={() => void fitView({ padding: 0.08 })}>
        Fit
      </button>
      <button type="button" className="btn small" aria-label="Zoom out" onClick={() => void zoomOut()}>
        −
      </button>
      <button type="button" className="btn small" aria-label="Zoom in" onClick={() => void zoomIn()}>
        +
      </button>
    </div>
  );
}

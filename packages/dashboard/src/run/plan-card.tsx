import { counted, shortDigest } from "@writ/core/text/figure";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { lazy, Suspense, type ReactNode } from "react";
import type { Plan, Task } from "../api/connection.ts";
import { Segment } from "../piece/segment.tsx";
import { Skeleton } from "../piece/skeleton.tsx";
import { PlanMap } from "./plan-map.tsx";
import { PlanList } from "./plan-list.tsx";
import type { ShownStep } from "./plan-model.ts";

const PlanGraph = lazy(async () => ({ default: (await import("./plan-graph.tsx")).PlanGraph }));

/** Above this a graph has no shape one can see; the map begins. */
const MOST_GRAPH = 300;

export function PlanCard(props: {
  readonly task: Task;
  readonly plan: Plan | undefined;
  readonly steps: readonly ShownStep[];
  readonly chosen: string | null;
  readonly onChoose: (step: string) => void;
}): ReactNode {
  const { task, plan, steps, chosen, onChoose } = props;
  const { view } = useSearch({ from: "/frame/runs/$id" });
  const navigate = useNavigate({ from: "/runs/$id" });
  const isLarge = steps.length > MOST_GRAPH;
  const shown = view === "list" || view === "map" || (view === "graph" && !isLarge) ? view : isLarge ? "map" : "graph";
  const gates = steps.filter(({ gate }) => gate !== "none").length;
  const hash = task.plan_hash ?? "";
  const picture = { steps, chosen, onChoose, hash: `${hash}:${steps.length}` };
  const options = isLarge
    ? ([
        ["map", "Map"],
        ["list", "List"],
      ] as const)
    : ([
        ["graph", "Graph"],
        ["map", "Map"],
        ["list", "List"],
      ] as const);
  return (
    <section className="card">
      <header>
        <h2>Plan</h2>
        <span className="muted grow one">
          {counted(steps.length, "step")}, {counted(gates, "gate")} ahead {plan === undefined ? "" : "· verified "}
          <span className="hash" title={hash}>
            {hash === "" ? "" : shortDigest(hash)}
          </span>
        </span>
        <Segment
          label="Picture"
          options={options}
          value={shown}
          onChange={(next) => void navigate({ search: (before) => ({ ...before, view: next }), replace: true })}
        />
      </header>
      <Suspense fallback={<Skeleton rows={4} />}>
        {shown === "graph" ? (
          <PlanGraph {...picture} />
        ) : shown === "map" ? (
          <PlanMap {...picture} />
        ) : (
          <PlanList {...picture} />
        )}
      </Suspense>
    </section>
  );
}

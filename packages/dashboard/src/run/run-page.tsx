import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { lazy, Suspense, useMemo, type ReactNode } from "react";
import type { Task } from "../api/connection.ts";
import { plan as planQuery, report as reportQuery, run as runQuery } from "../api/queries.ts";
import { useKeys } from "../app/keys.tsx";
import { Loaded } from "../piece/loaded.tsx";
import { Skeleton } from "../piece/skeleton.tsx";
import { BudgetMeters } from "./budget-meters.tsx";
import { PlanCard } from "./plan-card.tsx";
import { shownSteps, stepToShow, type ShownStep } from "./plan-model.ts";
import { RunHeader } from "./run-header.tsx";
import { RunNote } from "./run-note.tsx";
import { StepPanel } from "./step-panel.tsx";
import { TABS, Tabs, type Tab } from "./tabs.tsx";
import { Timeline } from "./timeline.tsx";

const OtherTab = lazy(async () => ({ default: (await import("./other-tab.tsx")).OtherTab }));

export function RunPage(): ReactNode {
  const { id } = useParams({ from: "/frame/runs/$id" });
  const task = useQuery(runQuery(id));
  return (
    <>
      <title>Run · Writ</title>
      <Loaded query={task} rows={8}>
        {(found) => <Run task={found} />}
      </Loaded>
    </>
  );
}

function Run({ task }: { readonly task: Task }): ReactNode {
  const search = useSearch({ from: "/frame/runs/$id" });
  const navigate = useNavigate({ from: "/runs/$id" });
  const plan = useQuery(planQuery(task.id, task.plan_hash));
  const report = useQuery(reportQuery(task.id));
  const steps = useMemo(() => shownSteps(plan.data, task, report.data), [plan.data, task, report.data]);
  const tab: Tab = TABS.find(([name]) => name === search.tab)?.[0] ?? "plan";
  const chosen = search.step ?? stepToShow(steps);
  const choose = (step: string): void => {
    void navigate({ search: (before) => ({ ...before, step }), replace: true });
  };
  useStepKeys(steps, chosen, choose);
  const setView = (view: string): void => void navigate({ search: (before) => ({ ...before, view }), replace: true });
  useKeys([
    { keys: "l", does: "list", act: () => setView("list") },
    { keys: "m", does: "map", act: () => setView("map") },
    { keys: "p", does: "to pause or resume", act: () => document.querySelector<HTMLElement>("#pause")?.focus() },
    { keys: "Escape", does: "back to runs", act: () => void navigate({ to: "/runs" }) },
  ]);
  return (
    <>
      <RunHeader task={task} />
      <Tabs
        tab={tab}
        task={task}
        facts={report.data?.facts ?? null}
        onChange={(next) => void navigate({ search: (before) => ({ ...before, tab: next }), replace: true })}
      />
      <div className="split">
        <div className="col" role="tabpanel" id={`panel-${tab}`} aria-labelledby={`tab-${tab}`} tabIndex={0}>
          <RunNote task={task} steps={steps} />
          {tab === "plan" ? (
            <>
              <PlanCard task={task} plan={plan.data} steps={steps} chosen={chosen} onChoose={choose} />
              <Timeline task={task} report={report.data} steps={steps} chosen={chosen} onChoose={choose} />
              <BudgetMeters task={task} />
            </>
          ) : (
            <Suspense fallback={<Skeleton rows={6} />}>
              <OtherTab tab={tab} task={task} report={report.data} plan={plan.data} />
            </Suspense>
          )}
        </div>
        {chosen === null ? null : (
          <StepPanel
            task={task}
            plan={plan.data}
            path={chosen}
            steps={steps}
            chosen={search.step === undefined ? "offered" : "chosen"}
            onClose={() => void navigate({ search: (before) => ({ ...before, tab }) })}
          />
        )}
      </div>
    </>
  );
}

function useStepKeys(steps: readonly ShownStep[], chosen: string | null, choose: (step: string) => void): void {
  const at = steps.findIndex(({ id }) => id === chosen);
  const go = (matches: (step: ShownStep) => boolean): void => {
    const next = [...steps.slice(at + 1), ...steps.slice(0, at + 1)].find(matches);
    if (next !== undefined) choose(next.id);
  };
  useKeys([
    { keys: "j", does: "next step", act: () => choose(steps[Math.min(steps.length - 1, at + 1)]?.id ?? "") },
    { keys: "k", does: "previous step", act: () => choose(steps[Math.max(0, at - 1)]?.id ?? "") },
    { keys: "]", does: "next failure", act: () => go(({ status }) => status === "failed") },
    { keys: "}", does: "next in doubt", act: () => go(({ status }) => status === "in_doubt") },
    { keys: ".", does: "next running", act: () => go(({ status }) => status === "running") },
    { keys: "f", does: "find a step", act: () => document.querySelector<HTMLElement>("#find-step")?.focus() },
    { keys: "a", does: "to the approval", act: () => document.querySelector<HTMLElement>("#review-link")?.focus() },
  ]);
}

import type { ReactNode } from "react";
import type { Plan, Report, Task } from "../api/connection.ts";
import { ArtifactsTab } from "./artifacts-tab.tsx";
import { BudgetTab } from "./budget-tab.tsx";
import { EvidenceTab } from "./evidence-tab.tsx";
import { JournalTab } from "./journal-tab.tsx";
import { RecordTab } from "./record-tab.tsx";
import { SourceTab } from "./source-tab.tsx";
import type { Tab } from "./tabs.tsx";

/** The tabs beside the plan, loaded when one of them is opened. */
export function OtherTab(props: {
  readonly tab: Exclude<Tab, "plan">;
  readonly task: Task;
  readonly report: Report | undefined;
  readonly plan: Plan | undefined;
}): ReactNode {
  const { tab, task, report, plan } = props;
  switch (tab) {
    case "journal":
      return <JournalTab run={task.id} />;
    case "record":
      return <RecordTab task={task} />;
    case "budget":
      return <BudgetTab task={task} report={report} />;
    case "evidence":
      return <EvidenceTab report={report} />;
    case "artifacts":
      return <ArtifactsTab run={task.id} />;
    case "source":
      return <SourceTab task={task} plan={plan} />;
  }
}

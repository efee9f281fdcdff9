import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { client, type Plan, type Task } from "../api/connection.ts";
import { Command } from "../piece/copy.tsx";
import { JsonText } from "../piece/json-text.tsx";
import { Loaded } from "../piece/loaded.tsx";

/** The goal, the plan as it is hashed, and the report for people who were not there. */
export function SourceTab({ task, plan }: { readonly task: Task; readonly plan: Plan | undefined }): ReactNode {
  const report = useQuery({
    queryKey: ["run", task.id, "markdown"],
    queryFn: ({ signal }) => client.text("get_report", { params: { id: task.id }, signal }, "text/markdown"),
  });
  return (
    <>
      <section className="card">
        <header>
          <h2>Goal</h2>
        </header>
        <div className="cell">
          <JsonText value={task.goal} name="Goal" none="The goal was erased; its proof is intact." />
          {task.next.map((command) => (
            <Command key={command} text={command} />
          ))}
        </div>
      </section>
      <section className="card">
        <header>
          <h2>Plan document</h2>
        </header>
        <div className="cell">
          <JsonText value={plan?.document ?? null} name="Plan document" none="There is no plan yet." />
        </div>
      </section>
      <section className="card">
        <header>
          <h2>Report</h2>
        </header>
        <div className="cell">
          <Loaded query={report}>{(text) => <JsonText value={text} name="Report" none="" />}</Loaded>
        </div>
      </section>
    </>
  );
}

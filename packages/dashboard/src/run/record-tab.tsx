import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import type { Task } from "../api/connection.ts";
import { record } from "../api/queries.ts";
import { JsonText } from "../piece/json-text.tsx";
import { Loaded } from "../piece/loaded.tsx";
import { Digest } from "../piece/digest.tsx";
import { Shown } from "../text/shown.tsx";

/** What was decided, on which evidence, under which approvals and controls. */
export function RecordTab({ task }: { readonly task: Task }): ReactNode {
  if (task.ended_at === null)
    return (
      <section className="card cell">
        <p className="strong">The run has not ended.</p>
        <p className="soft">Its decision record is derived from the journal when it does.</p>
      </section>
    );
  return <Ended id={task.id} />;
}

function Ended({ id }: { readonly id: string }): ReactNode {
  const found = useQuery(record(id));
  return (
    <Loaded query={found}>
      {(document) => (
        <>
          <section className="card">
            <header>
              <h2>Decision record</h2>
              <span className="muted grow mono">{document.record_id}</span>
            </header>
            <dl className="kv wide cell">
              <dt>Status</dt>
              <dd>{document.status}</dd>
              <dt>Outcome</dt>
              <dd>
                {document.outcome}
                {document.reason === null ? "" : ` · ${document.reason.code}`}
              </dd>
              <dt>Verdict</dt>
              <dd>
                {document.verdict}, utility {document.scorecard.utility}
              </dd>
              <dt>Plan</dt>
              <dd>{document.plan_commit === null ? "none" : <Digest value={document.plan_commit} />}</dd>
              <dt>Policy</dt>
              <dd>
                {document.policy_hash === null ? "none" : <Digest value={document.policy_hash} />}{" "}
                {document.controls_active.policy_mode}
              </dd>
              <dt>Retries, replans</dt>
              <dd>
                {document.controls_active.retries}, {document.controls_active.replan_attempts}
              </dd>
              <dt>Journal</dt>
              <dd>{document.journal_version} entries</dd>
            </dl>
          </section>
          <section className="card">
            <header>
              <h2>Approvals</h2>
            </header>
            <table className="lg">
              <thead>
                <tr>
                  <th scope="col">Request</th>
                  <th scope="col">Decision</th>
                  <th scope="col">By</th>
                  <th scope="col">Bound to</th>
                </tr>
              </thead>
              <tbody>
                {document.approvals.map(({ approval, decision, actor, binding_hash }) => (
                  <tr key={approval}>
                    <td className="mono">{approval}</td>
                    <td>{decision}</td>
                    <td className="mono">
                      <Shown text={actor} />
                    </td>
                    <td>
                      <Digest value={binding_hash} />
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </section>
          <section className="card">
            <header>
              <h2>As it is written</h2>
            </header>
            <div className="cell">
              <JsonText value={document} name="Decision record" none="" />
            </div>
          </section>
        </>
      )}
    </Loaded>
  );
}

import type { ReactNode } from "react";
import { Link } from "@tanstack/react-router";
import type { Report } from "../api/connection.ts";
import { Skeleton } from "../piece/skeleton.tsx";
import { clockTime, instantOf } from "../system/clock.ts";
import { Shown } from "../text/shown.tsx";

/** What was asked and answered, and how each step was judged. */
export function EvidenceTab({ report }: { readonly report: Report | undefined }): ReactNode {
  if (report === undefined) return <Skeleton rows={4} />;
  return (
    <>
      <section className="card">
        <header>
          <h2>Approvals</h2>
          <span className="muted grow">each on its own frozen evidence</span>
        </header>
        <table className="lg">
          <thead>
            <tr>
              <th scope="col">Step</th>
              <th scope="col">What</th>
              <th scope="col">Decision</th>
              <th scope="col">When</th>
            </tr>
          </thead>
          <tbody>
            {report.approvals.map((approval) => (
              <tr key={approval.approval_id}>
                <td className="mono">
                  <Shown text={approval.step} />
                </td>
                <td>
                  <Link to="/approvals/$id" params={{ id: approval.approval_id }}>
                    {approval.title === null ? "(erased)" : <Shown text={approval.title} limit={160} />}
                  </Link>
                </td>
                <td>{approval.status}</td>
                <td>{clockTime(instantOf(approval.decided_at ?? approval.requested_at))}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      <section className="card">
        <header>
          <h2>Verdicts</h2>
        </header>
        <table className="lg">
          <thead>
            <tr>
              <th scope="col">Step</th>
              <th scope="col">Verdict</th>
              <th scope="col">Scores</th>
            </tr>
          </thead>
          <tbody>
            {report.steps
              .filter(({ verdict }) => verdict !== null)
              .map((step) => (
                <tr key={step.path}>
                  <td className="mono">
                    <Shown text={step.path} />
                  </td>
                  <td>{step.verdict}</td>
                  <td>
                    {Object.entries(step.scores)
                      .map(([name, score]) => `${name} ${score}`)
                      .join(", ")}
                  </td>
                </tr>
              ))}
          </tbody>
        </table>
      </section>
    </>
  );
}

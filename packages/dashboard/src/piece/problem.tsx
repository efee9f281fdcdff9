import { ApiProblem } from "@writ/api/client/client";
import type { ReactNode } from "react";
import { Icon } from "./icon.tsx";
import { Shown } from "../text/shown.tsx";

/** What went wrong in one place of a page: the sentence, what is safe, the next act, the code. The rest goes on. */
export function ProblemNote({ error, retry }: { readonly error: unknown; readonly retry?: () => void }): ReactNode {
  const problem = error instanceof ApiProblem ? error.problem : null;
  const detail =
    problem?.detail ?? "The server did not answer. What runs goes on there, and nothing was changed from here.";
  return (
    <div className="problem" role="alert">
      <div className="note failed">
        <Icon name="failed" />
        <div className="grow">
          <b>
            <Shown text={problem === null ? "No answer." : problem.title} />
          </b>{" "}
          <span className="soft">
            <Shown text={detail} />
          </span>
          {problem?.problems.map((objection) => (
            <div key={`${objection.code}:${objection.message}`} className="soft">
              <Shown text={objection.message} />
            </div>
          ))}
        </div>
      </div>
      <div className="row">
        {retry === undefined ? null : (
          <button type="button" className="btn small" onClick={retry}>
            Try again
          </button>
        )}
        {problem?.next.map((next) => (
          <code key={next}>
            <Shown text={next} />
          </code>
        ))}
        {problem === null ? null : <a href={`/errors/${encodeURIComponent(problem.code)}`}>{problem.code}</a>}
        <span className="grow" />
        {problem === null || problem.instance === "" ? null : <span className="hash">{problem.instance}</span>}
      </div>
    </div>
  );
}

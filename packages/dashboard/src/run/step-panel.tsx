import { codeWords } from "@writ/core/text/reason-words";
import { duration } from "@writ/core/text/figure";
import { Link } from "@tanstack/react-router";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import type { Plan, StepDetail, Task } from "../api/connection.ts";
import { evidenceWords } from "../approvals/evidence-words.ts";
import { step as stepQuery } from "../api/queries.ts";
import { Icon } from "../piece/icon.tsx";
import { JsonText } from "../piece/json-text.tsx";
import { Loaded } from "../piece/loaded.tsx";
import { STEP_LOOKS } from "../piece/state-look.ts";
import { StateMark } from "../piece/state-mark.tsx";
import { TierTag } from "../piece/tier-tag.tsx";
import { instantOf } from "../system/clock.ts";
import { Shown } from "../text/shown.tsx";
import { ArgumentRows } from "./argument-rows.tsx";
import { FindStep } from "./find-step.tsx";
import type { ShownStep } from "./plan-model.ts";

/** All that is known of one step. */
export function StepPanel(props: {
  readonly task: Task;
  readonly plan: Plan | undefined;
  readonly path: string;
  readonly steps: readonly ShownStep[];
  /** Whether somebody chose it, or the page opened on it: only what is chosen covers a narrow page. */
  readonly chosen: "chosen" | "offered";
  readonly onClose: () => void;
}): ReactNode {
  const { task, plan, path, steps, chosen, onClose } = props;
  const detail = useQuery(stepQuery(task.id, path));
  const shown = steps.find(({ id }) => id === path);
  const status = detail.data?.status ?? shown?.status ?? "pending";
  return (
    <aside className={`panel ${chosen}`} aria-label={`Step ${path}`}>
      <section>
        <div className="row">
          <h2 className="grow one">
            <Shown text={path} />
          </h2>
          <StateMark look={STEP_LOOKS[status]} pill="pill" />
          <button type="button" className="btn quiet small closer" aria-label="Close the step" onClick={onClose}>
            <Icon name="close" />
          </button>
        </div>
        <div className="meta">
          {shown === undefined ? null : <TierTag tier={shown.tier} />}
          <span className="mono">
            {shown?.tool === null || shown === undefined ? (shown?.kind ?? "") : <Shown text={shown.tool} />}
          </span>
          <span>
            step {(shown?.order ?? 0) + 1} of {steps.length}
          </span>
        </div>
      </section>
      {steps.length > 60 ? <FindStep steps={steps} /> : null}
      <Loaded query={detail}>{(found) => <Detail detail={found} plan={plan} />}</Loaded>
    </aside>
  );
}

function Detail({ detail, plan }: { readonly detail: StepDetail; readonly plan: Plan | undefined }): ReactNode {
  const { attempts, verdict, reason, evidence, journal, approvals } = detail;
  return (
    <>
      {verdict === null && reason === null ? null : (
        <section>
          <h3 className="label">Verdict</h3>
          <div className="row strong">
            <Icon name={verdict === "accept" ? "check" : "warn"} size="s" />
            {verdictWords(verdict, attempts.length)}
          </div>
          {reason === null ? null : (
            <p className="soft">
              <Shown text={codeWords(reason)} />
            </p>
          )}
          <Scores scores={detail.scores} />
        </section>
      )}
      {attempts.length === 0 ? null : (
        <section>
          <h3 className="label">Attempts</h3>
          <ul className="attempts">
            {attempts.map((attempt) => (
              <AttemptRow key={attempt.number} attempt={attempt} />
            ))}
          </ul>
        </section>
      )}
      <Arguments detail={detail} plan={plan} />
      <section>
        <h3 className="label">Output</h3>
        {detail.output_erased ? (
          <p className="soft">This output was erased; its proof is intact.</p>
        ) : (
          <JsonText value={detail.output} name="Output" none="Nothing yet." />
        )}
      </section>
      <section>
        <h3 className="label">Evidence</h3>
        <dl className="kv">
          {evidence.map(({ ref, value }) => (
            <div key={ref} className="contents">
              <dt>
                <Shown text={ref.split(":").slice(0, 2).join(" ")} limit={60} />
              </dt>
              <dd>
                <Shown text={evidenceWords(value) ?? JSON.stringify(value)} limit={120} />
              </dd>
            </div>
          ))}
          {detail.idempotency_key === null ? null : (
            <>
              <dt>Key</dt>
              <dd className="hash">{detail.idempotency_key}</dd>
            </>
          )}
          <dt>Journal</dt>
          <dd>
            {journal === null ? (
              "nothing yet"
            ) : (
              <Link to="/audit" search={{ entry: String(journal.last) }}>
                entries {journal.first}–{journal.last}
              </Link>
            )}
          </dd>
          {approvals.map((id) => (
            <div key={id} className="contents">
              <dt>Approval</dt>
              <dd>
                <Link to="/approvals/$id" params={{ id }}>
                  {id}
                </Link>
              </dd>
            </div>
          ))}
        </dl>
      </section>
    </>
  );
}

function verdictWords(verdict: string | null, attempts: number): string {
  const words: Readonly<Record<string, string>> = {
    accept: "Accepted",
    retry: "Try again",
    replan: "Plan anew",
    escalate: "Escalated",
  };
  const word = verdict === null ? "None yet" : (words[verdict] ?? verdict);
  return attempts > 1 ? `${word} after ${attempts - 1} ${attempts === 2 ? "retry" : "retries"}` : word;
}

function Scores({ scores }: { readonly scores: StepDetail["scores"] }): ReactNode {
  const entries = Object.entries(scores);
  if (entries.length === 0) return null;
  return (
    <div className="scores">
      {entries.map(([name, score]) => (
        <div key={name} className="contents">
          <span>{name}</span>
          <svg viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
            <rect className="bg" width="100" height="6" />
            <rect className="fg" width={Math.max(0, Math.min(1, Number(score))) * 100} height="6" />
          </svg>
          <span className="num">{Number(score).toFixed(2)}</span>
        </div>
      ))}
    </div>
  );
}

const TONES: ReadonlyMap<string, "completed" | "failed" | "in_doubt" | "cancelled"> = new Map([
  ["returned", "completed"],
  ["failed", "failed"],
  ["in_doubt", "in_doubt"],
  ["abandoned", "cancelled"],
]);

function AttemptRow({ attempt }: { readonly attempt: StepDetail["attempts"][number] }): ReactNode {
  const { number, started_at, ended_at, outcome, detail } = attempt;
  const tone = TONES.get(outcome ?? "") ?? "running";
  return (
    <li>
      <span className={`state ${tone}`}>
        <Icon name={tone} />
      </span>
      <span>
        {number} · {outcome ?? "runs"}
        {detail === null ? null : (
          <>
            {" "}
            · <Shown text={detail} limit={200} />
          </>
        )}
      </span>
      <span className="muted">{ended_at === null ? "" : duration(instantOf(ended_at) - instantOf(started_at))}</span>
    </li>
  );
}

/** As they were sent; before that, as the plan has them, with what they will be taken from. */
function Arguments({ detail, plan }: { readonly detail: StepDetail; readonly plan: Plan | undefined }): ReactNode {
  const planned = plan?.document.steps.find(({ id }) => id === detail.id);
  const bindings =
    planned !== undefined && "param_bindings" in planned ? Object.entries(planned.param_bindings ?? {}) : [];
  const params = planned !== undefined && "params" in planned ? planned.params : undefined;
  return (
    <section>
      <h3 className="label">Arguments</h3>
      {detail.args === null ? (
        <ArgumentRows value={params ?? null} name="Arguments" />
      ) : (
        <ArgumentRows value={detail.args} name="Arguments" />
      )}
      {bindings.length === 0 ? null : (
        <ul className="bindings">
          {bindings.map(([to, from]) => (
            <li key={to} className="mono">
              <Shown text={to} /> ← <Shown text={from} />
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

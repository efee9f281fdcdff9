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
import { Shown } from "../text/shown.tsx";
import { ArgumentRows } from "./argument-rows.tsx";
import { Judgement } from "./judgement.tsx";
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
  const { evidence, journal, approvals } = detail;
  return (
    <>
      <Judgement detail={detail} />
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

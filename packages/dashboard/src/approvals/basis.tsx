import { duration, grouped } from "@writ/core/text/figure";
import { useState, type ReactNode } from "react";
import type { ApprovalRequest } from "../api/connection.ts";
import { Digest } from "../piece/digest.tsx";
import { wholeInstant } from "../system/clock.ts";
import { Shown } from "../text/shown.tsx";
import { evidenceWords, isReadAgain, isSame } from "./evidence-words.ts";

const VALUE_CAP = 90;
/** Longer evidence is looked at in the step that gave it. */
const MOST_SHOWN = 20_000;

/** Why somebody is asked, what it rests on, and every field that is bound. */
export function Basis({ request }: { readonly request: ApprovalRequest }): ReactNode {
  // On a narrow page it lies over the preview, and only when it is asked for; the decision stays in view.
  const [drawer, setDrawer] = useState<"open" | "shut">("shut");
  return (
    <>
      <button
        type="button"
        className="btn small basisbutton"
        aria-expanded={drawer === "open"}
        onClick={() => setDrawer(drawer === "open" ? "shut" : "open")}
      >
        {drawer === "open" ? "Back to the request" : "What it is based on"}
      </button>
      <aside className={`side2 ${drawer}`} id="basis" tabIndex={-1} aria-label="What this approval is based on">
        <section>
          <h3>Why you are asked</h3>
          {request.reasons.map(({ rule, says }) => (
            <p key={rule}>
              <b>
                <Shown text={rule} />
              </b>
              : <Shown text={says} />.
            </p>
          ))}
        </section>
        <Evidence request={request} />
        <Bound request={request} />
        <section>
          <p>
            Exactly this content, once. If anything above moves before the step runs, Writ refuses and asks you again.
          </p>
        </section>
      </aside>
    </>
  );
}

function Evidence({ request }: { readonly request: ApprovalRequest }): ReactNode {
  const live = new Map(request.live?.evidence.map(({ ref, value }) => [ref, value]));
  return (
    <section>
      <h3>What it is based on</h3>
      {request.evidence.length === 0 ? (
        <p>Its arguments alone.</p>
      ) : (
        <table className="ev">
          <thead>
            <tr>
              <th scope="col">Evidence</th>
              <th scope="col">Frozen</th>
              <th scope="col">Live</th>
            </tr>
          </thead>
          <tbody>
            {request.evidence.map(({ ref, value }) => {
              const isMoved = live.has(ref) && !isSame(live.get(ref), value);
              return (
                <tr key={ref} className={isMoved ? "moved" : ""}>
                  <td>
                    <Shown text={nameOf(ref)} limit={VALUE_CAP} />
                  </td>
                  <td>
                    <EvidenceValue value={value} />
                  </td>
                  <td>
                    {isMoved ? (
                      <EvidenceValue value={live.get(ref)} />
                    ) : live.has(ref) ? (
                      "same"
                    ) : isReadAgain(ref) ? (
                      "not read"
                    ) : (
                      "as recorded"
                    )}
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      )}
    </section>
  );
}

/** `tool:docs.search_docs:tc_…` is the answer of `docs.search_docs`. */
function nameOf(ref: string): string {
  const [kind, name] = ref.split(":");
  return kind === "tool" && name !== undefined ? `answer of ${name}` : ref.replace(/^live:/, "");
}

/** In a few words where there are some, with all of it behind a disclosure. */
function EvidenceValue({ value }: { readonly value: unknown }): ReactNode {
  const text = JSON.stringify(value);
  const words = evidenceWords(value) ?? text;
  if (words === text && text.length <= VALUE_CAP) return <Shown text={text} />;
  return (
    <details>
      <summary>
        <Shown text={words} limit={VALUE_CAP} />
      </summary>
      <Shown text={text} limit={MOST_SHOWN} />
    </details>
  );
}

function Bound({ request }: { readonly request: ApprovalRequest }): ReactNode {
  const { binding, binding_hash } = request;
  const { budget } = binding;
  return (
    <section>
      <h3>What you approve, exactly</h3>
      <dl className="kv">
        <Field name="Binding" digest={binding_hash} />
        <Text name="Tool" text={binding.tool} />
        <Field name="Tool schema" digest={binding.tool_hash} />
        <Text name="Step" text={binding.step} />
        <Field name="Arguments" digest={binding.args_commit} />
        <Field name="Preview" digest={binding.preview_commit} />
        {binding.evidence.map(({ ref, commit }) => (
          <Field key={ref} name="Evidence" digest={commit} />
        ))}
        <Field name="Plan" digest={binding.plan_commit} />
        <Text name="Plan id" text={binding.plan} />
        <Field name="Policy" digest={binding.policy_hash} />
        <Field name="Sandbox" digest={binding.sandbox_hash} />
        <Text name="Reach" text={binding.tier} />
        <Text name="Asked by" text={binding.gates.join(", ")} />
        <dt>Budget</dt>
        <dd>
          {grouped(budget.tool_calls)} calls, {grouped(budget.tokens)} tokens, {duration(budget.wall_clock_ms)},{" "}
          {(budget.cost_millicents / 1_000).toFixed(1)} ¢
        </dd>
        <Text name="Key" text={binding.idempotency_key} />
        <Text name="Run" text={binding.run} />
        <Text name="Request" text={binding.approval} />
        <Text name="Log" text={binding.log} />
        <Text name="Tenant" text={binding.tenant} />
        <Text name="Nonce" text={binding.nonce} />
        <dt>Good for</dt>
        <dd>one call, until {wholeInstant(binding.expires_at_ms)}</dd>
      </dl>
    </section>
  );
}

function Field({ name, digest }: { readonly name: string; readonly digest: string }): ReactNode {
  return (
    <>
      <dt>
        <Shown text={name} limit={40} />
      </dt>
      <dd>
        <Digest value={digest} />
      </dd>
    </>
  );
}

function Text({ name, text }: { readonly name: string; readonly text: string }): ReactNode {
  return (
    <>
      <dt>{name}</dt>
      <dd className="mono one" title={text}>
        <Shown text={text} limit={200} />
      </dd>
    </>
  );
}

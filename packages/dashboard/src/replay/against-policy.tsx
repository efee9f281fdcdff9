import { grouped, shortDigest } from "@writ/core/text/figure";
import type { ReactNode } from "react";
import type { Replayed } from "../api/connection.ts";
import { Icon } from "../piece/icon.tsx";
import { Shown } from "../text/shown.tsx";

const WORDS = {
  permit: "runs",
  self: "runs, the policy itself approves",
  gate: "asks you",
  forbid: "refused",
} as const;

/** What another policy would have answered to each call: information, not an alarm. */
export function AgainstPolicy({ answer }: { readonly answer: Extract<Replayed, { different: unknown }> }): ReactNode {
  const { different, facts, asked, against } = answer;
  const [first] = different;
  const count = (matches: (each: (typeof different)[number]) => boolean): number => different.filter(matches).length;
  return (
    <>
      <div className="note info" role="status">
        <Icon name={first === undefined ? "completed" : "drift"} />
        <div>
          {first === undefined ? (
            <b>No difference: {against} would have decided each call the same.</b>
          ) : (
            <>
              <b>
                First difference: <Shown text={first.step} />.
              </b>{" "}
              Recorded: {WORDS[first.recorded.effect]}. With {against}: {WORDS[first.derived.effect]}. The rule that
              decides is{" "}
              <b>
                <Shown text={first.derived.rules.join(", ")} />
              </b>
              .
            </>
          )}
        </div>
      </div>
      <section className="card">
        <header>
          <h2 className="grow">Recorded beside {against}</h2>
          <span className="muted">
            {grouped(facts)} facts, {grouped(asked)} asked of the policy, {grouped(different.length)} differ
          </span>
        </header>
        <table className="lg">
          <thead>
            <tr>
              <th scope="col">Step</th>
              <th scope="col">Recorded</th>
              <th scope="col">With {against}</th>
              <th scope="col">Rules</th>
            </tr>
          </thead>
          <tbody>
            {different.map((each) => (
              <tr key={`${each.fact}:${each.step}`} className="differs">
                <td className="mono">
                  <Shown text={each.step} />
                </td>
                <td>{WORDS[each.recorded.effect]}</td>
                <td>{WORDS[each.derived.effect]}</td>
                <td>
                  <Shown text={each.derived.rules.join(", ")} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      <div className="two">
        <section className="card">
          <header>
            <h2>What moved</h2>
          </header>
          <dl className="kv wide cell">
            <dt>Policy</dt>
            <dd className="hash">
              {shortDigest(answer.recorded_policy)} → {shortDigest(answer.policy)}
            </dd>
            <dt>Unchanged</dt>
            <dd>plan, evidence, tools, evaluators, model answers</dd>
          </dl>
        </section>
        <section className="card">
          <header>
            <h2>In all</h2>
          </header>
          <dl className="kv wide cell">
            <dt>Asks more often</dt>
            <dd>{count(({ recorded, derived }) => recorded.effect !== "gate" && derived.effect === "gate")}</dd>
            <dt>Asks less often</dt>
            <dd>
              {count(
                ({ recorded, derived }) =>
                  recorded.effect === "gate" && derived.effect !== "gate" && derived.effect !== "forbid",
              )}
            </dd>
            <dt>Refuses</dt>
            <dd>{count(({ recorded, derived }) => recorded.effect !== "forbid" && derived.effect === "forbid")}</dd>
          </dl>
        </section>
      </div>
    </>
  );
}

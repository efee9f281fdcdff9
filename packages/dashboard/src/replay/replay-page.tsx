import { grouped, shortDigest } from "@writ/core/text/figure";
import { POLICY_MODES } from "@writ/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { Replayed } from "../api/connection.ts";
import { replay as replayQuery } from "../api/queries.ts";
import { useKeys } from "../app/keys.tsx";
import { Icon } from "../piece/icon.tsx";
import { JsonText } from "../piece/json-text.tsx";
import { Loaded } from "../piece/loaded.tsx";
import { Segment } from "../piece/segment.tsx";
import { Shown } from "../text/shown.tsx";

type Against = (typeof POLICY_MODES)[number] | "recorded";

/** A run derived again: a difference from what was recorded is an alarm, one from another policy is an answer. */
export function ReplayPage(): ReactNode {
  const { run } = useParams({ from: "/frame/replay/$run" });
  const search = useSearch({ from: "/frame/replay/$run" });
  const navigate = useNavigate({ from: "/replay/$run" });
  const against: Against = POLICY_MODES.find((mode) => mode === search.against) ?? "recorded";
  const found = useQuery(replayQuery(run, against === "recorded" ? null : against));
  useKeys([
    {
      keys: "]",
      does: "next difference",
      act: () => document.querySelector(".differs, .bad")?.scrollIntoView({ block: "center" }),
    },
  ]);
  return (
    <>
      <title>Replay · Writ</title>
      <header className="top">
        <div className="grow">
          <div className="crumb">
            <Link to="/replay">Replay</Link>
            <Icon name="chev" size="s" />
            <Link to="/runs/$id" params={{ id: run }} className="mono">
              {run}
            </Link>
          </div>
          <h1>{against === "recorded" ? "The same run, derived again" : `What would ${against} have done?`}</h1>
          <div className="meta">
            <span className="row">
              <Icon name="lock" size="s" />
              no tool, no model, no network
            </span>
          </div>
        </div>
        <div className="actions">
          <Segment
            label="Against"
            options={[["recorded", "Recorded policy"], ...POLICY_MODES.map((mode) => [mode, mode] as const)]}
            value={against}
            onChange={(next) => void navigate({ search: next === "recorded" ? {} : { against: next }, replace: true })}
          />
        </div>
      </header>
      <div className="pad scrolls">
        <Loaded query={found}>{(answer) => <Answer answer={answer} />}</Loaded>
      </div>
    </>
  );
}

function Answer({ answer }: { readonly answer: Replayed }): ReactNode {
  if ("different" in answer) return <AgainstPolicy answer={answer} />;
  if (answer.result === "equal")
    return (
      <div className="note completed" role="status">
        <Icon name="completed" />
        <div>
          <b>The same.</b> {grouped(answer.facts)} facts of {grouped(answer.versions)} entries were derived again, and
          none differs.
        </div>
      </div>
    );
  return (
    <>
      <div className="note failed" role="alert">
        <Icon name="failed" />
        <div>
          <b>
            Not the same: fact {answer.fact + 1} of {answer.of}
            {answer.step === null ? "" : `, step ${answer.step}`}.
          </b>{" "}
          What was recorded does not follow from its input. The facts before it are equal.
        </div>
      </div>
      <div className="two">
        <Side title="Recorded" value={answer.recorded} />
        <Side title="Derived again" value={answer.derived} />
      </div>
      {answer.moved === null ? null : <Side title="The input that moved" value={answer.moved} />}
    </>
  );
}

function Side({ title, value }: { readonly title: string; readonly value: unknown }): ReactNode {
  return (
    <section className="card">
      <header>
        <h2>{title}</h2>
      </header>
      <div className="cell bad">
        <JsonText value={value} name={title} none="Nothing." />
      </div>
    </section>
  );
}

const WORDS = {
  permit: "runs",
  self: "runs, the policy itself approves",
  gate: "asks you",
  forbid: "refused",
} as const;

function AgainstPolicy({ answer }: { readonly answer: Extract<Replayed, { different: unknown }> }): ReactNode {
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

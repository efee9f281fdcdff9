import { grouped } from "@writ/core/text/figure";
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
import { AgainstPolicy } from "./against-policy.tsx";

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

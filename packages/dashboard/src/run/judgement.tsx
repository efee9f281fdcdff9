import { codeWords } from "@writ/core/text/reason-words";
import { duration, grouped } from "@writ/core/text/figure";
import { capped } from "@writ/core/text/safe-text";
import type { ReactNode } from "react";
import type { StepDetail } from "../api/connection.ts";
import { Icon } from "../piece/icon.tsx";
import { instantOf } from "../system/clock.ts";
import { Shown, ShownLines } from "../text/shown.tsx";

/** The critic's word on a step with its scores, and what each attempt came to. */
export function Judgement({ detail }: { readonly detail: StepDetail }): ReactNode {
  const { attempts, verdict, reason, error } = detail;
  // What was to be shown to a person failed before any attempt was made.
  const isUntold = error !== null && attempts.at(-1)?.error !== error;
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
          {isUntold ? <Failure words={error} /> : null}
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
  const { number, started_at, ended_at, outcome, detail, error } = attempt;
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
            · <Shown text={detail.replaceAll("_", " ")} limit={200} />
          </>
        )}
        {error === null ? null : <Failure words={error} />}
      </span>
      <span className="muted">{ended_at === null ? "" : duration(instantOf(ended_at) - instantOf(started_at))}</span>
    </li>
  );
}

const MOST_WORDS = 2_000;

/** In the words of the tool, as many lines as it took. */
function Failure({ words }: { readonly words: string }): ReactNode {
  const { shown, left } = capped(words, MOST_WORDS);
  return (
    <p className="failure">
      <ShownLines text={shown} />
      {left === 0 ? null : <span className="muted"> … {grouped(left)} more</span>}
    </p>
  );
}

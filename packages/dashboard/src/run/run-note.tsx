import { codeWords } from "@writ/core/text/reason-words";
import { remaining } from "@writ/core/text/figure";
import { Link } from "@tanstack/react-router";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { client, type Task } from "../api/connection.ts";
import { useMay } from "../app/use-me.ts";
import { Note } from "../piece/note.tsx";
import { ProblemNote } from "../piece/problem.tsx";
import { instantOf } from "../system/clock.ts";
import { freshKey } from "../system/entropy.ts";
import { Shown } from "../text/shown.tsx";
import { useNow } from "../text/use-now.ts";
import { countdown } from "../text/when.ts";
import { Extend } from "./extend.tsx";
import type { ShownStep } from "./plan-model.ts";

/** Who must do what before this run moves, until when, and the acts that do it. */
export function RunNote({ task, steps }: { readonly task: Task; readonly steps: readonly ShownStep[] }): ReactNode {
  const open = task.approvals.find(({ status }) => status === "waiting");
  const doubt = task.waiting.doubts[0];
  const review = task.waiting.reviews[0];
  if (open === undefined && doubt === undefined && review === undefined) return <Standing task={task} steps={steps} />;
  const failure = steps.find(({ id }) => id === review)?.error ?? null;
  return (
    <>
      {open === undefined ? null : <Asks request={open} />}
      {doubt === undefined ? null : <Resolve task={task} step={doubt} kind="doubt" failure={null} />}
      {review === undefined ? null : <Resolve task={task} step={review} kind="review" failure={failure} />}
    </>
  );
}

function Asks({ request }: { readonly request: Task["approvals"][number] }): ReactNode {
  const now = useNow(1_000);
  const mayDecide = useMay("decide");
  return (
    <Note
      tone="awaiting_gate"
      icon="awaiting_gate"
      title={`${request.step} waits for ${mayDecide ? "you" : "approval"}.`}
      act={
        <Link id="review-link" className="btn primary small" to="/approvals/$id" params={{ id: request.approval_id }}>
          {mayDecide ? "Review" : "Look"} <kbd aria-hidden="true">a</kbd>
        </Link>
      }
    >
      Expires in {remaining(countdown(instantOf(request.expires_at) - now))}.
    </Note>
  );
}

/** Where a run stands that asks nobody about a step. */
function Standing({ task, steps }: { readonly task: Task; readonly steps: readonly ShownStep[] }): ReactNode {
  const mayDecide = useMay("decide");
  if (task.status === "paused") {
    const left = steps.filter(({ status }) => status === "pending" || status === "ready").length;
    const isBudget = task.reason === "budget_exhausted";
    const { used, limits } = task.budget;
    return (
      <Note
        tone="paused"
        icon="paused"
        title={isBudget ? `Paused: ${used.steps} of ${limits.steps} steps are used.` : "Paused."}
        act={isBudget && mayDecide ? <Extend task={task} /> : undefined}
      >
        {isBudget
          ? `${left} are left in the plan. Extending is recorded with your name and reason.`
          : `${codeWords(task.reason ?? "")}. Nothing is held open.`}
      </Note>
    );
  }
  if (task.status === "planned")
    return (
      <Note tone="info" icon="pending" title="Nothing has run.">
        Look at the plan; it begins when you say so.
      </Note>
    );
  if (task.reason !== null && task.status !== "completed" && task.status !== "in_progress")
    return (
      <Note tone={task.status} icon="cancelled" title="It ended:">
        {codeWords(task.reason)}
        <FailureWords words={steps.find(({ error }) => error !== null)?.error ?? null} />
      </Note>
    );
  return null;
}

/** The first line of how a step failed; all of it stands in the step's panel. */
function FailureWords({ words }: { readonly words: string | null }): ReactNode {
  const [line = ""] = words?.split("\n") ?? [];
  if (line === "") return null;
  return (
    <>
      : <Shown text={line} limit={300} />
    </>
  );
}

const ANSWERS = {
  doubt: [
    ["happened", "It happened"],
    ["did_not_happen", "It did not happen"],
    ["retry", "Try again with the same key"],
  ],
  review: [
    ["retry", "Try again"],
    ["skip", "Skip it"],
  ],
} as const;

function Resolve(props: {
  readonly task: Task;
  readonly step: string;
  readonly kind: "doubt" | "review";
  /** How it failed; null where the critic asks about what was done. */
  readonly failure: string | null;
}): ReactNode {
  const { task, step, kind, failure } = props;
  const mayDecide = useMay("decide");
  const queries = useQueryClient();
  const resolve = useMutation({
    mutationFn: (answer: "happened" | "did_not_happen" | "retry" | "skip") =>
      client.call("resolve_step", { params: { id: task.id, step }, body: { answer }, idempotencyKey: freshKey() }),
    onSettled: () => queries.invalidateQueries({ queryKey: ["run", task.id] }),
  });
  const isDoubt = kind === "doubt";
  return (
    <div className="resolve">
      <Note
        tone={isDoubt ? "in_doubt" : "escalated"}
        icon={isDoubt ? "in_doubt" : "escalated"}
        title={isDoubt ? `Did ${step} happen?` : `${step} waits for your word.`}
      >
        {isDoubt ? (
          "It was sent, and Writ stopped before an answer came. Look at the system it went to, then say which."
        ) : failure === null ? (
          "The critic asks a person to judge what it did."
        ) : (
          <>
            It failed
            <FailureWords words={failure} />
          </>
        )}
      </Note>
      {mayDecide ? (
        <div className="row wrap">
          {ANSWERS[kind].map(([answer, word]) => (
            <button
              key={answer}
              type="button"
              className="btn small"
              disabled={resolve.isPending}
              onClick={() => resolve.mutate(answer)}
            >
              {word}
            </button>
          ))}
        </div>
      ) : (
        <p className="soft">
          You can look. Resolving <Shown text={step} /> needs the role approver.
        </p>
      )}
      {resolve.error === null ? null : <ProblemNote error={resolve.error} />}
    </div>
  );
}

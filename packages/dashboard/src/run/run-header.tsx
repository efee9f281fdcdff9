import { duration, worked } from "@writ/core/text/figure";
import { pathOf } from "@writ/api/client/client";
import { Link } from "@tanstack/react-router";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { client, type Task } from "../api/connection.ts";
import { useMay, useMe } from "../app/use-me.ts";
import { Icon } from "../piece/icon.tsx";
import { ProblemNote } from "../piece/problem.tsx";
import { RUN_LOOKS } from "../piece/state-look.ts";
import { StateMark } from "../piece/state-mark.tsx";
import { clockTime, instantOf, wholeInstant } from "../system/clock.ts";
import { freshKey } from "../system/entropy.ts";
import { Shown } from "../text/shown.tsx";
import { useNow } from "../text/use-now.ts";

/** A title longer than this is read in the source. */
const GOAL_CAP = 300;
const WAITING: ReadonlySet<string> = new Set(["awaiting_gate", "paused", "in_doubt"]);
const ENDED: ReadonlySet<string> = new Set(["completed", "failed", "rejected", "expired", "cancelled", "escalated"]);

export function RunHeader({ task }: { readonly task: Task }): ReactNode {
  const created = instantOf(task.created_at);
  const me = useMe();
  const now = useNow(1_000);
  // What the journal holds ends at its last entry; a run that still waits has waited since.
  const waited = task.waited_ms + (WAITING.has(task.status) ? Math.max(0, now - instantOf(task.updated_at)) : 0);
  return (
    <header className="top">
      <div className="grow">
        <div className="crumb">
          <Link to="/runs">Runs</Link>
          <Icon name="chev" size="s" />
          <span className="mono">{task.id}</span>
        </div>
        <h1>{task.goal === null ? "A run whose goal was erased" : <Shown text={task.goal} limit={GOAL_CAP} />}</h1>
        <div className="meta">
          <StateMark look={RUN_LOOKS[task.status]} pill="pill" />
          <span title={wholeInstant(created)}>
            <Shown text={task.door} /> · started {clockTime(created)} by{" "}
            <Shown text={task.started_by === me?.user ? (me.name ?? "you") : task.started_by} />
          </span>
          <span>
            worked <b>{worked(task.worked_ms)}</b>, waited {duration(waited)}
          </span>
          {task.policy_mode === null ? null : <span>{task.policy_mode}</span>}
        </div>
      </div>
      <RunActs task={task} />
    </header>
  );
}

function RunActs({ task }: { readonly task: Task }): ReactNode {
  const queries = useQueryClient();
  const mayWork = useMay("work");
  const mayProve = useMay("prove");
  const act = useMutation({
    mutationFn: (name: "run_task" | "pause_task" | "resume_task" | "cancel_task") =>
      client.call(name, { params: { id: task.id }, body: {}, idempotencyKey: freshKey() }),
    onSettled: () => queries.invalidateQueries({ queryKey: ["run", task.id] }),
  });
  if (!mayWork || ENDED.has(task.status)) {
    return (
      <div className="actions">
        {mayProve ? (
          <a className="btn" href={pathOf("export_task", { params: { id: task.id } })} download>
            Export
          </a>
        ) : null}
        <Link className="btn" to="/replay/$run" params={{ run: task.id }}>
          Replay
        </Link>
      </div>
    );
  }
  return (
    <div className="actions wrap">
      {task.status === "planned" ? (
        <button type="button" className="btn primary" onClick={() => act.mutate("run_task")} disabled={act.isPending}>
          <Icon name="play" />
          Run it
        </button>
      ) : task.status === "paused" ? (
        <button
          type="button"
          id="pause"
          className="btn"
          onClick={() => act.mutate("resume_task")}
          disabled={act.isPending}
        >
          Resume
        </button>
      ) : (
        <button
          type="button"
          id="pause"
          className="btn"
          onClick={() => act.mutate("pause_task")}
          disabled={act.isPending}
        >
          Pause
        </button>
      )}
      <button type="button" className="btn" onClick={() => act.mutate("cancel_task")} disabled={act.isPending}>
        Cancel
      </button>
      {act.error === null ? null : <ProblemNote error={act.error} />}
    </div>
  );
}

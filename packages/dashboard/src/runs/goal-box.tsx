import { useState, type FormEvent, type KeyboardEvent, type ReactNode } from "react";
import { useMe } from "../app/use-me.ts";
import { Icon } from "../piece/icon.tsx";
import { ProblemNote } from "../piece/problem.tsx";
import { Shown } from "../text/shown.tsx";
import { useStartRun } from "./use-start-run.ts";

const CHIPS_SHOWN = 4;

/** Where a goal is typed. A template fills the box; it does not run. */
export function GoalBox({ initial }: { readonly initial: string }): ReactNode {
  const me = useMe();
  const [goal, setGoal] = useState(initial);
  const [shown, setShown] = useState(CHIPS_SHOWN);
  const start = useStartRun();
  const begin = (next: "run" | "look"): void => {
    if (goal.trim() !== "") start.mutate({ goal: goal.trim(), next });
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    begin("run");
  };
  const press = (event: KeyboardEvent): void => {
    if (event.key === "Enter" && (event.metaKey || event.ctrlKey)) {
      event.preventDefault();
      begin("run");
    }
  };
  // What has a slot in it is filled in first; it is no goal that can be typed as it stands.
  const templates = (me?.templates ?? []).filter(({ utterance }) => !utterance.includes("{"));
  const model = me?.workspace.model ?? null;
  return (
    <>
      <form className="goalbox" onSubmit={submit}>
        <label>
          <span className="sr">What you want done</span>
          <textarea
            className="ph"
            rows={2}
            value={goal}
            onChange={(event) => setGoal(event.target.value)}
            onKeyDown={press}
          />
        </label>
        <div className="row">
          <span className="muted grow">
            {model === null ? (
              "Runs on this machine, offline, with the built-in summariser."
            ) : (
              <>
                Planned with <Shown text={model} />.
              </>
            )}
          </span>
          <button type="button" className="btn" disabled={start.isPending} onClick={() => begin("look")}>
            Plan only
          </button>
          <button type="submit" className="btn primary" disabled={start.isPending}>
            <Icon name="play" />
            Plan and run <kbd aria-hidden="true">⌘ ↵</kbd>
          </button>
        </div>
      </form>
      {start.error === null ? null : <ProblemNote error={start.error} />}
      {templates.length === 0 ? null : (
        <div className="sugg">
          {templates.slice(0, shown).map(({ id, utterance }) => (
            <button key={id} type="button" onClick={() => setGoal(utterance)}>
              <Shown text={utterance} />
            </button>
          ))}
          {templates.length > shown ? (
            <button type="button" onClick={() => setShown(templates.length)}>
              All {templates.length} templates
            </button>
          ) : null}
        </div>
      )}
    </>
  );
}

import { counted } from "@writ/core/text/figure";
import type { ReactNode } from "react";
import { useMay, useMe } from "../app/use-me.ts";
import { Command } from "../piece/copy.tsx";
import { Icon } from "../piece/icon.tsx";
import { Shown } from "../text/shown.tsx";
import { GoalBox } from "./goal-box.tsx";

const GOAL = "Find new docs from the last 24 hours and summarize them";
const STAGES = [
  ["1 Plan", "Your goal becomes typed steps. Each tool declares how far it reaches."],
  ["2 Check", "The critic verifies every step. What policy forbids never starts."],
  ["3 Ask", "You see the exact change, and approve only that."],
  ["4 Prove", "A receipt you can replay, and check without trusting us."],
] as const;
const MODES = {
  constrained: "Writes ask you first, each time",
  review_required: "Every plan asks you before its first step",
  autonomous: "Writes run where the policy allows them",
} as const;

/** An empty workspace: one headline, one box already filled, one button. */
export function FirstRun(): ReactNode {
  const mayWork = useMay("work");
  return (
    <div className="hello">
      <title>Writ</title>
      <div>
        <h1>Say what you want done. Nothing happens that you did not allow.</h1>
        <p className="lead">
          Writ turns a goal into a plan, checks it against your policy, asks before it changes anything, and keeps a
          record that anybody can verify.
        </p>
        {mayWork ? (
          <GoalBox initial={GOAL} />
        ) : (
          <p className="soft">You can look. Starting a run needs the role operator.</p>
        )}
        <ol className="steps4">
          {STAGES.map(([name, words]) => (
            <li key={name}>
              <b>{name}</b>
              <span>{words}</span>
            </li>
          ))}
        </ol>
        <div className="term">
          <span className="label">Prefer the terminal?</span>
          <Command text="writ demo" />
        </div>
      </div>
      <Ready />
    </div>
  );
}

/** What is off is said as plainly as what is on. */
function Ready(): ReactNode {
  const me = useMe();
  if (me === undefined) return null;
  const { model, outbound, policy_mode, name } = me.workspace;
  const rows = [
    ["check", "Journal", "SQLite, every commit flushed to disk"],
    ["check", "Signing key", "outside the workspace, readable by its owner alone"],
    model === null
      ? ["cancelled", "No model configured", `${counted(me.templates.length, "template")} work without one`]
      : ["check", "Model", model],
    outbound.length === 0
      ? ["cancelled", "Outbound is off", "No host is allowed"]
      : ["check", "Outbound", `${counted(outbound.length, "host")} allowed: ${outbound.join(", ")}`],
    ["cancelled", `Mode: ${policy_mode}`, MODES[policy_mode]],
  ] as const;
  return (
    <aside aria-label="This workspace">
      <section className="card">
        <header>
          <h2>This workspace is ready</h2>
        </header>
        <ul className="check">
          {rows.map(([icon, title, words]) => (
            <li key={title} className={icon === "check" ? "completed" : "cancelled"}>
              <Icon name={icon === "check" ? "check" : "cancelled"} />
              <b>{title}</b>
              <span>
                <Shown text={words} />
              </span>
            </li>
          ))}
        </ul>
      </section>
      <p className="muted">
        Everything stays in{" "}
        <code>
          <Shown text={name} />
        </code>
      </p>
    </aside>
  );
}

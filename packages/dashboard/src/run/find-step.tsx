import { useNavigate } from "@tanstack/react-router";
import { useState, type ReactNode } from "react";
import { Icon } from "../piece/icon.tsx";
import { STEP_LOOKS } from "../piece/state-look.ts";
import { Shown } from "../text/shown.tsx";
import type { ShownStep } from "./plan-model.ts";

const MOST_FOUND = 8;
const EXCEPTIONS = [
  ["failed", "]"],
  ["in_doubt", "}"],
  ["running", "."],
] as const;

/** By name, tool or state, in a plan too large to look through. */
export function FindStep({ steps }: { readonly steps: readonly ShownStep[] }): ReactNode {
  const [text, setText] = useState("");
  const navigate = useNavigate({ from: "/runs/$id" });
  const wanted = text.trim().toLowerCase();
  const found =
    wanted === ""
      ? []
      : steps.filter(({ id, tool, status }) => `${id} ${tool ?? ""} ${status}`.toLowerCase().includes(wanted));
  const go = (step: string): void => void navigate({ search: (before) => ({ ...before, step }), replace: true });
  return (
    <section>
      <h3 className="label">Find a step</h3>
      <label className="field">
        <Icon name="search" />
        <span className="sr">Name, tool, state</span>
        <input
          id="find-step"
          value={text}
          placeholder="name, tool, state"
          onChange={(event) => setText(event.target.value)}
        />
        <kbd aria-hidden="true">f</kbd>
      </label>
      <ul className="found">
        {found.slice(0, MOST_FOUND).map(({ id, status }) => (
          <li key={id}>
            <button type="button" className="linkish" onClick={() => go(id)}>
              <Shown text={id} /> · {STEP_LOOKS[status].word}
            </button>
          </li>
        ))}
        {found.length > MOST_FOUND ? <li className="muted">{found.length - MOST_FOUND} more</li> : null}
      </ul>
      <ul className="exceptions">
        {EXCEPTIONS.map(([status, key]) => {
          const count = steps.filter((step) => step.status === status).length;
          return (
            <li key={status} className="row">
              <span className={`state ${STEP_LOOKS[status].tone}`}>
                <Icon name={STEP_LOOKS[status].icon} />
              </span>
              <span className="grow">
                {count} {STEP_LOOKS[status].word.toLowerCase()}
              </span>
              <kbd>{key}</kbd>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

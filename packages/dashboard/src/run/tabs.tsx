import { grouped } from "@writ/core/text/figure";
import { useRef, type KeyboardEvent, type ReactNode } from "react";
import type { Task } from "../api/connection.ts";

export const TABS = [
  ["plan", "Plan"],
  ["journal", "Journal"],
  ["record", "Decision record"],
  ["budget", "Budget"],
  ["evidence", "Evidence"],
  ["artifacts", "Artifacts"],
  ["source", "Source"],
] as const;
export type Tab = (typeof TABS)[number][0];

export function Tabs(props: {
  readonly tab: Tab;
  readonly task: Task;
  /** Of the journal; null while it is not known. */
  readonly facts: number | null;
  readonly onChange: (tab: Tab) => void;
}): ReactNode {
  const { tab, task, facts, onChange } = props;
  const list = useRef<HTMLDivElement>(null);
  const counts: Partial<Record<Tab, number | null>> = { journal: facts, artifacts: task.artifacts.length };
  const move = (event: KeyboardEvent): void => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    const at = TABS.findIndex(([name]) => name === tab);
    const next = TABS[(at + by + TABS.length) % TABS.length];
    if (next === undefined) return;
    onChange(next[0]);
    list.current?.querySelector<HTMLElement>(`#tab-${next[0]}`)?.focus();
  };
  return (
    <div className="tabs" role="tablist" aria-label="Run" ref={list} onKeyDown={move}>
      {TABS.map(([name, word]) => (
        <button
          key={name}
          id={`tab-${name}`}
          type="button"
          role="tab"
          aria-selected={name === tab}
          aria-controls={name === tab ? `panel-${name}` : undefined}
          tabIndex={name === tab ? 0 : -1}
          onClick={() => onChange(name)}
        >
          {word}
          {counts[name] === undefined || counts[name] === null ? null : <em>{grouped(counts[name])}</em>}
        </button>
      ))}
    </div>
  );
}

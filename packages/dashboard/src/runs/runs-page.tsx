import { grouped } from "@writ/core/text/figure";
import { RUN_STATUSES } from "@writ/core";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useState, type ReactNode } from "react";
import { useMay } from "../app/use-me.ts";
import { Icon } from "../piece/icon.tsx";
import { ProblemNote } from "../piece/problem.tsx";
import { Segment } from "../piece/segment.tsx";
import { Skeleton } from "../piece/skeleton.tsx";
import { RUN_LOOKS, type StateLook } from "../piece/state-look.ts";
import { Shown } from "../text/shown.tsx";
import { DENSITIES, useDensity } from "./density.ts";
import { FirstRun } from "./first-run.tsx";
import { NewRun } from "./new-run.tsx";
import { RunsTable } from "./runs-table.tsx";
import { countOf, useRunList } from "./use-run-list.ts";

const NEEDS: StateLook = { ...RUN_LOOKS.awaiting_gate, word: "Needs you" };
const CHIPS = [
  ["needs_you", NEEDS],
  ["in_progress", RUN_LOOKS.in_progress],
  ["completed", RUN_LOOKS.completed],
  ["failed", RUN_LOOKS.failed],
] as const;
/** A search waits until the typing rests. */
const REST_MS = 250;

export function RunsPage(): ReactNode {
  const search = useSearch({ from: "/frame/runs" });
  const navigate = useNavigate({ from: "/runs" });
  const list = useRunList(search);
  const [density, setDensity] = useDensity();
  const total = countOf(list.counts);
  const isFiltered = [search.state, search.q, search.tool, search.since].some((each) => each !== undefined);
  const set = (change: Partial<Record<"state" | "q" | "new", string | undefined>>): void => {
    void navigate({ search: (before) => ({ ...before, ...change }), replace: true });
  };
  const isFirst = !list.isLoading && total === 0 && !isFiltered;
  const mayWork = useMay("work");
  if (isFirst) return <FirstRun />;
  return (
    <>
      <title>Runs · Writ</title>
      <header className="top">
        <div className="grow">
          <h1>Runs</h1>
        </div>
        <div className="actions">
          <SearchField value={search.q ?? ""} onChange={(q) => set({ q: q === "" ? undefined : q })} />
          {mayWork ? (
            <button type="button" className="btn primary" onClick={() => set({ new: "yes" })}>
              New run <kbd aria-hidden="true">n</kbd>
            </button>
          ) : null}
        </div>
      </header>
      <div className="filters">
        <div className="chips" role="group" aria-label="State">
          <Chip
            look={null}
            name="All"
            count={total}
            pressed={search.state === undefined}
            onPress={() => set({ state: undefined })}
          />
          {CHIPS.map(([state, look]) => (
            <Chip
              key={state}
              look={look}
              name={look.word}
              count={state === "needs_you" ? list.needs : (list.counts[state] ?? 0)}
              pressed={search.state === state}
              onPress={() => set({ state })}
            />
          ))}
          <label className="more">
            <span className="sr">More states</span>
            <select
              value={CHIPS.some(([state]) => state === search.state) ? "" : (search.state ?? "")}
              onChange={(event) => set({ state: event.target.value === "" ? undefined : event.target.value })}
            >
              <option value="">More states</option>
              {RUN_STATUSES.filter((status) => !CHIPS.some(([state]) => state === status)).map((status) => (
                <option key={status} value={status}>
                  {RUN_LOOKS[status].word} {grouped(list.counts[status] ?? 0)}
                </option>
              ))}
            </select>
          </label>
        </div>
        <span className="grow" />
        <Segment label="Density" options={DENSITIES} value={density} onChange={setDensity} />
      </div>
      {search.new === undefined ? null : <NewRun onClose={() => set({ new: undefined })} />}
      <ListBody
        list={list}
        total={total}
        density={density}
        isFiltered={isFiltered}
        onClear={() => void navigate({ search: {} })}
      />
    </>
  );
}

function ListBody(props: {
  readonly list: ReturnType<typeof useRunList>;
  readonly total: number;
  readonly density: ReturnType<typeof useDensity>[0];
  readonly isFiltered: boolean;
  readonly onClear: () => void;
}): ReactNode {
  const { list, total, density, isFiltered, onClear } = props;
  const search = useSearch({ from: "/frame/runs" });
  if (list.isLoading && list.error !== null) return <ProblemNote error={list.error} retry={list.readAnew} />;
  if (list.isLoading) return <Skeleton rows={10} />;
  if (list.rows.length > 0) return <RunsTable list={list} total={total} density={density} />;
  const filters = [search.state, search.q, search.tool, search.since].filter((each) => each !== undefined);
  return (
    <div className="empty cell">
      <p className="strong">{isFiltered ? "No runs match." : "No runs yet."}</p>
      <p className="soft">
        Filters: <Shown text={filters.join(" · ")} />
      </p>
      <button type="button" className="btn small" onClick={onClear}>
        Clear filters
      </button>
    </div>
  );
}

function Chip(props: {
  readonly look: StateLook | null;
  readonly name: string;
  readonly count: number;
  readonly pressed: boolean;
  readonly onPress: () => void;
}): ReactNode {
  const { look, name, count, pressed, onPress } = props;
  return (
    <button type="button" className="chip" aria-pressed={pressed} onClick={onPress}>
      {look === null ? (
        name
      ) : (
        <span className={`state ${look.tone}`}>
          <Icon name={look.icon} />
          {name}
        </span>
      )}
      <em>{grouped(count)}</em>
    </button>
  );
}

function SearchField({
  value,
  onChange,
}: {
  readonly value: string;
  readonly onChange: (text: string) => void;
}): ReactNode {
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  useEffect(() => {
    if (text === value) return undefined;
    const timer = window.setTimeout(() => onChange(text.slice(0, 200)), REST_MS);
    return () => window.clearTimeout(timer);
  });
  return (
    <label className="field search">
      <Icon name="search" />
      <span className="sr">Search goal, id, file, tool</span>
      <input
        type="search"
        value={text}
        placeholder="Search goal, id, file, tool"
        onChange={(event) => setText(event.target.value)}
      />
      <kbd aria-hidden="true">/</kbd>
    </label>
  );
}

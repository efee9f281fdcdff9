import { grouped } from "@writ/core/text/figure";
import { useQueries } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState, type FormEvent, type KeyboardEvent, type ReactNode } from "react";
import { entries as entriesQuery } from "../api/queries.ts";
import { Icon } from "../piece/icon.tsx";
import { Spacer } from "../runs/runs-table.tsx";
import { useWindow } from "../runs/use-window.ts";
import { clockTime } from "../system/clock.ts";
import { Shown } from "../text/shown.tsx";
import { entryLine, type EntryLine } from "./entry-line.ts";

const ROW_PX = 32;
const PAGE = 200;
const FACTS_CAP = 90;

/** The log, newest first; pages are read where one looks. */
export function Entries(props: {
  readonly total: number;
  readonly chosen: number | null;
  readonly onChoose: (seq: number) => void;
}): ReactNode {
  const { total, chosen, onChoose } = props;
  const { scroller, window: drawn, show } = useWindow(total, ROW_PX);
  const positions = Array.from({ length: drawn.to - drawn.from }, (_, offset) => total - 1 - drawn.from - offset);
  const pages = [...new Set(positions.map((seq) => Math.floor(seq / PAGE)))];
  const read = useQueries({ queries: pages.map((page) => pageQuery(page, total)) });
  const lines = new Map(read.flatMap(({ data }) => data ?? []).map((line) => [line.seq, line]));
  const go = (seq: number): void => {
    if (seq < 0 || seq >= total) return;
    onChoose(seq);
    show(total - 1 - seq);
  };
  const move = (event: KeyboardEvent): void => {
    const by = { ArrowDown: -1, ArrowUp: 1 }[event.key];
    if (by === undefined || chosen === null) return;
    event.preventDefault();
    go(chosen + by);
  };
  return (
    <section className="card fill">
      <header>
        <h2 className="grow">Entries</h2>
        <GoTo onGo={go} />
      </header>
      <div className="scroll" ref={scroller} tabIndex={0} role="region" aria-label="Entries" onKeyDown={move}>
        <table className="lg" aria-rowcount={total + 1}>
          <thead>
            <tr>
              <th scope="col">Position</th>
              <th scope="col">Time</th>
              <th scope="col">Facts</th>
              <th scope="col">By</th>
              <th scope="col">Run</th>
            </tr>
          </thead>
          <tbody>
            <Spacer height={drawn.from * ROW_PX} />
            {positions.map((seq) => (
              <EntryRow key={seq} seq={seq} line={lines.get(seq)} isChosen={seq === chosen} onChoose={onChoose} />
            ))}
            <Spacer height={(total - drawn.to) * ROW_PX} />
          </tbody>
        </table>
      </div>
    </section>
  );
}

function pageQuery(page: number, total: number) {
  const from = page * PAGE;
  // The last page grows; an older one is read once.
  const limit = Math.min(PAGE, total - from);
  return { ...entriesQuery(from, limit), select: linesOf };
}

function linesOf(text: string): readonly EntryLine[] {
  return text
    .split("\n")
    .flatMap((line) => (line === "" ? [] : [entryLine(line)]))
    .filter((line) => line !== null);
}

function EntryRow(props: {
  readonly seq: number;
  readonly line: EntryLine | undefined;
  readonly isChosen: boolean;
  readonly onChoose: (seq: number) => void;
}): ReactNode {
  const { seq, line, isChosen, onChoose } = props;
  return (
    <tr aria-current={isChosen ? "true" : undefined}>
      <td className="mono">
        <button type="button" className="linkish" onClick={() => onChoose(seq)}>
          {grouped(seq)}
        </button>
      </td>
      <td>{line === undefined ? "" : clockTime(line.at)}</td>
      <td>{line === undefined ? "" : <Shown text={line.facts} limit={FACTS_CAP} />}</td>
      <td className="mono">{line === undefined ? "" : <Shown text={shortName(line.by)} />}</td>
      <td className="mono">
        {line === undefined || line.run === null ? (
          ""
        ) : (
          <Link to="/runs/$id" params={{ id: line.run }}>
            {shortName(line.run)}
          </Link>
        )}
      </td>
    </tr>
  );
}

/** Enough of an identifier to tell it from its neighbours: they begin alike and end differently. */
function shortName(id: string): string {
  return id.length <= 16 ? id : `${id.slice(0, 4)}…${id.slice(-6)}`;
}

function GoTo({ onGo }: { readonly onGo: (seq: number) => void }): ReactNode {
  const [text, setText] = useState("");
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const seq = Number(text.replaceAll(",", ""));
    if (text.trim() !== "" && Number.isInteger(seq)) onGo(seq);
  };
  return (
    <form onSubmit={submit}>
      <label className="field slim">
        <Icon name="search" size="s" />
        <span className="sr">Position</span>
        <input
          type="search"
          inputMode="numeric"
          value={text}
          placeholder="position"
          onChange={(event) => setText(event.target.value)}
        />
      </label>
    </form>
  );
}

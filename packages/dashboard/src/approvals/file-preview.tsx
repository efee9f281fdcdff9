import { bytes, counted, shortDigest } from "@writ/core/text/figure";
import { parseDiff } from "@writ/core/text/file-diff";
import { useMemo, type ReactNode } from "react";
import type { Preview } from "../api/connection.ts";
import { Icon } from "../piece/icon.tsx";
import { Segment } from "../piece/segment.tsx";
import { Shown, ShownLines } from "../text/shown.tsx";
import { pairRows } from "./diff-rows.ts";
import type { Drift } from "./drift.ts";
import { SplitDiff } from "./split-diff.tsx";
import { UnifiedDiff } from "./unified-diff.tsx";

type Files = Extract<Preview, { kind: "files" }>;
type Change = Files["changes"][number];

/** What becomes of each file: every changed line, words marked. */
export function FilePreview(props: {
  readonly preview: Files;
  readonly drift: Drift | null;
  readonly layout: "split" | "unified";
  readonly onLayout: (layout: "split" | "unified") => void;
  /** Local time of day. */
  readonly frozenAt: string;
}): ReactNode {
  const { preview, drift, layout, onLayout, frozenAt } = props;
  const only = preview.changes.length === 1 ? preview.changes[0] : undefined;
  return (
    <>
      <div className="bar">
        <Icon name="file" />
        {only === undefined ? (
          <b>{counted(preview.changes.length, "file")}</b>
        ) : (
          <b className="mono one">
            <Shown text={only.path} />
          </b>
        )}
        <span>{only === undefined ? totals(preview.changes) : remarks(only)}</span>
        <span className="grow" />
        <Segment
          label="Layout of the change"
          options={[
            ["split", "Side by side"],
            ["unified", "Unified"],
          ]}
          value={layout}
          onChange={onLayout}
        />
      </div>
      <div className="diff" tabIndex={0} role="region" aria-label="The change, line by line">
        {preview.changes.length === 0 ? <p className="cell soft">No file changes.</p> : null}
        {preview.changes.map((change) => (
          <ChangeView
            key={change.path}
            change={change}
            named={only === undefined ? "named" : "alone"}
            moved={new Map((drift?.lines.get(change.path) ?? []).map(({ number, now }) => [number, now]))}
            layout={layout}
            frozenAt={frozenAt}
          />
        ))}
      </div>
    </>
  );
}

function ChangeView(props: {
  readonly change: Change;
  readonly named: "named" | "alone";
  readonly moved: ReadonlyMap<number, string>;
  readonly layout: "split" | "unified";
  readonly frozenAt: string;
}): ReactNode {
  const { change, named, moved, layout, frozenAt } = props;
  const hunks = useMemo(() => (change.diff === null ? [] : parseDiff(change.diff)), [change.diff]);
  const rows = useMemo(() => (hunks === null ? [] : pairRows(hunks)), [hunks]);
  const head = {
    before: change.before === null ? "Does not exist yet" : `As frozen at ${frozenAt}`,
    beforeDigest: change.before === null ? "" : shortDigest(change.before.sha256),
    after: change.after === null ? "Will not exist" : "After this step",
    afterDigest: change.after === null ? "" : shortDigest(change.after.sha256),
  };
  return (
    <div className="filechange">
      {named === "alone" ? null : (
        <div className="filename">
          <b className="mono">
            <Shown text={change.path} />
          </b>
          <span className="muted">{remarks(change)}</span>
        </div>
      )}
      {change.diff === null ? (
        <p className="cell soft">This file is not text; its bytes are not drawn. {digests(change)}</p>
      ) : hunks === null ? (
        <pre className="code">
          <ShownLines text={change.diff} />
        </pre>
      ) : rows.length === 0 ? (
        <p className="cell soft">{change.change === "create" ? "The file will be empty." : "No line changes."}</p>
      ) : layout === "split" ? (
        <SplitDiff rows={rows} head={head} moved={moved} />
      ) : (
        <UnifiedDiff rows={rows} moved={moved} />
      )}
    </div>
  );
}

/** New, deleted, not text, mode and counts: what lines do not say. */
function remarks(change: Change): string {
  const { before, after, added, removed } = change;
  const fate = { create: ["new file"], delete: ["deleted"], overwrite: [] }[change.change];
  const mode =
    before !== null && after !== null && before.mode !== after.mode
      ? [`mode ${before.mode} → ${after.mode}`]
      : [`mode ${(after ?? before)?.mode ?? "unknown"}`];
  const size = [before, after].filter((version) => version !== null).map((version) => bytes(version.bytes));
  return [
    ...fate,
    ...(change.diff === null ? ["not text"] : [`+${added} −${removed}`]),
    ...mode,
    size.join(" → "),
  ].join(" · ");
}

function digests({ before, after }: Change): string {
  return [before, after].map((version) => (version === null ? "nothing" : shortDigest(version.sha256))).join(" → ");
}

function totals(changes: readonly Change[]): string {
  const sum = (of: (change: Change) => number): number => changes.reduce((total, change) => total + of(change), 0);
  return `+${sum(({ added }) => added)} −${sum(({ removed }) => removed)}`;
}

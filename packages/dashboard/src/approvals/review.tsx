import { remaining } from "@writ/core/text/figure";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, type ReactNode } from "react";
import type { ApprovalRequest } from "../api/connection.ts";
import { approval as approvalQuery } from "../api/queries.ts";
import { useKeys } from "../app/keys.tsx";
import { Icon } from "../piece/icon.tsx";
import { Loaded } from "../piece/loaded.tsx";
import { TierTag } from "../piece/tier-tag.tsx";
import { clockTime, instantOf, wholeInstant } from "../system/clock.ts";
import { Shown } from "../text/shown.tsx";
import { useNow } from "../text/use-now.ts";
import { countdown, spokenMinute } from "../text/when.ts";
import { Basis } from "./basis.tsx";
import { CommandPreview } from "./command-preview.tsx";
import { DecisionBar } from "./decision-bar.tsx";
import { driftOf, driftWords, type Drift } from "./drift.ts";
import { FilePreview } from "./file-preview.tsx";
import { HiddenNote } from "./hidden-note.tsx";
import { titleOf } from "./title.ts";
import { ArgumentsPreview, RequestPreview } from "./request-preview.tsx";

/** One request: what will happen, why somebody is asked, what it rests on, what exactly is approved. */
export function Review({
  id,
  onDecided,
}: {
  readonly id: string;
  readonly onDecided: (id: string) => void;
}): ReactNode {
  const request = useQuery(approvalQuery(id));
  return (
    <Loaded query={request} rows={8}>
      {(found) => <Opened request={found} readAt={request.dataUpdatedAt} onDecided={onDecided} />}
    </Loaded>
  );
}

function Opened(props: {
  readonly request: ApprovalRequest;
  readonly readAt: number;
  readonly onDecided: (id: string) => void;
}): ReactNode {
  const { request, onDecided } = props;
  const { view } = useSearch({ from: "/frame/approvals/$id" });
  const navigate = useNavigate({ from: "/approvals/$id" });
  const layout = view === "unified" ? "unified" : "split";
  const drift = request.status === "waiting" ? driftOf(request) : null;
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => title.current?.focus(), []);
  const setLayout = (next: "split" | "unified"): void =>
    void navigate({ search: (before) => ({ ...before, view: next }), replace: true });
  useKeys([
    { keys: "a", does: "to approve", act: () => document.querySelector<HTMLElement>("#approve")?.focus() },
    { keys: "d", does: "deny…", act: () => document.querySelector<HTMLElement>("#deny")?.click() },
    { keys: "r", does: "to ask again", act: () => document.querySelector<HTMLElement>("#ask-again")?.focus() },
    { keys: "u", does: "unified", act: () => setLayout(layout === "unified" ? "split" : "unified") },
    { keys: "]", does: "next change", act: () => scrollToChange(1) },
    { keys: "[", does: "previous change", act: () => scrollToChange(-1) },
    { keys: "e", does: "evidence", act: () => document.querySelector<HTMLElement>("#basis")?.focus() },
  ]);
  return (
    <>
      <section className="review" aria-label="Request">
        <div className="ask">
          <div className="row">
            <TierTag tier={request.tier} />
            <span className="muted grow one">
              <Shown text={request.step} /> of{" "}
              <Link to="/runs/$id" params={{ id: request.run_id }}>
                {request.goal === null ? request.run_id : <Shown text={request.goal} limit={160} />}
              </Link>
            </span>
            <Expiry request={request} />
          </div>
          <h2 ref={title} tabIndex={-1} id="request-title">
            <Shown text={titleOf(request)} />
          </h2>
          {drift === null ? null : <DriftNote drift={drift} request={request} />}
          {request.preview === null ? null : <HiddenNote preview={request.preview} />}
        </div>
        <PreviewOf request={request} drift={drift} layout={layout} onLayout={setLayout} />
        <DecisionBar request={request} drift={drift} onDecided={onDecided} />
      </section>
      <Basis request={request} />
      <div className="sr" aria-live="assertive">
        {drift === null ? "" : `What was frozen has moved. ${driftWords(drift)} Approving is off.`}
      </div>
    </>
  );
}

function PreviewOf(props: {
  readonly request: ApprovalRequest;
  readonly drift: Drift | null;
  readonly layout: "split" | "unified";
  readonly onLayout: (layout: "split" | "unified") => void;
}): ReactNode {
  const { request, drift, layout, onLayout } = props;
  const { preview } = request;
  if (preview === null)
    return <p className="cell soft grow">What would have happened was erased; the proof of the request is intact.</p>;
  switch (preview.kind) {
    case "files":
      return (
        <FilePreview
          preview={preview}
          drift={drift}
          layout={layout}
          onLayout={onLayout}
          frozenAt={clockTime(instantOf(request.requested_at))}
        />
      );
    case "command":
      return <CommandPreview preview={preview} />;
    case "request":
      return <RequestPreview preview={preview} />;
    case "arguments":
      return <ArgumentsPreview preview={preview} />;
  }
}

function DriftNote({ drift, request }: { readonly drift: Drift; readonly request: ApprovalRequest }): ReactNode {
  const read = request.live?.read_at;
  return (
    <div className="note in_doubt">
      <Icon name="drift" />
      <div>
        <b>{drift.what === "evidence" ? "What it rests on changed" : "The file changed"} after this was frozen.</b>{" "}
        <Shown text={driftWords(drift)} /> What you see below is no longer what would happen, so approving it is off.
        {read === undefined ? null : <span className="muted"> Looked at {clockTime(instantOf(read))}.</span>}
      </div>
    </div>
  );
}

function Expiry({ request }: { readonly request: ApprovalRequest }): ReactNode {
  const now = useNow(1_000);
  const expiresAt = instantOf(request.expires_at);
  const left = expiresAt - now;
  if (request.status !== "waiting") return <span className="state expired">{request.status}</span>;
  return (
    <span className="state expired" title={wholeInstant(expiresAt)}>
      <Icon name="expired" />
      {left > 0 ? `Expires in ${remaining(countdown(left))}` : `Expired at ${clockTime(expiresAt)}`}
      <span className="sr" aria-live={left <= 0 ? "assertive" : "polite"}>
        {spokenMinute(left)}
      </span>
    </span>
  );
}

/** Scrolls the preview to the change after, or before, what is in view. */
function scrollToChange(by: 1 | -1): void {
  const region = document.querySelector<HTMLElement>(".diff");
  if (region === null) return;
  const top = region.getBoundingClientRect().top;
  const changes = [...region.querySelectorAll<HTMLElement>("[data-change]")].map((element) => ({
    element,
    at: element.getBoundingClientRect().top - top,
  }));
  const next = by === 1 ? changes.find(({ at }) => at > 60) : changes.findLast(({ at }) => at < 20);
  next?.element.scrollIntoView({ block: "start" });
  region.scrollBy({ top: next === undefined ? 0 : -40 });
}

import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useEffect, type ReactNode } from "react";
import { decided as decidedQuery, waiting as waitingQuery } from "../api/queries.ts";
import { useKeys } from "../app/keys.tsx";
import { Loaded } from "../piece/loaded.tsx";
import { Segment } from "../piece/segment.tsx";
import { Queue } from "./queue.tsx";
import { Review } from "./review.tsx";

/** The queue; the request that expires soonest opens by itself. */
export function ApprovalsPage(): ReactNode {
  const waiting = useQuery(waitingQuery);
  const navigate = useNavigate();
  const first = waiting.data?.items[0]?.approval_id;
  const { show } = useSearch({ from: "/frame/approvals" });
  useEffect(() => {
    if (first !== undefined && show !== "decided")
      void navigate({ to: "/approvals/$id", params: { id: first }, replace: true });
  }, [first, show, navigate]);
  return <Inbox id={null} />;
}

export function ApprovalPage(): ReactNode {
  const { id } = useParams({ from: "/frame/approvals/$id" });
  return <Inbox id={id} />;
}

function Inbox({ id }: { readonly id: string | null }): ReactNode {
  const { show } = useSearch({ strict: false });
  const waiting = useQuery(waitingQuery);
  const decided = useQuery(decidedQuery);
  const navigate = useNavigate();
  const isDecided = show === "decided";
  const listed = (isDecided ? decided.data?.items : waiting.data?.items) ?? [];
  const at = listed.findIndex(({ approval_id }) => approval_id === id);
  const open = (next: string | undefined): void => {
    if (next === undefined) return;
    void navigate({ to: "/approvals/$id", params: { id: next }, search: (before) => before });
  };
  useKeys([
    { keys: "j", does: "next", act: () => open(listed[at + 1]?.approval_id) },
    { keys: "k", does: "previous", act: () => open(listed[Math.max(0, at - 1)]?.approval_id) },
    {
      keys: "Escape",
      does: "to the queue",
      act: () => document.querySelector<HTMLElement>('[role="option"][tabindex="0"]')?.focus(),
    },
  ]);
  /** After a decision the next one opens, and its title gets the focus; with none left, this one shows what became of it. */
  const goOn = (from: string): void => {
    const rest = (waiting.data?.items ?? []).filter(({ approval_id }) => approval_id !== from);
    if (rest[0] !== undefined) open(rest[0].approval_id);
  };
  return (
    <>
      <title>Approvals · Writ</title>
      <header className="top">
        <div className="grow">
          <h1>Approvals</h1>
        </div>
        <div className="actions">
          <Segment
            label="Requests"
            options={[
              ["waiting", `Waiting ${waiting.data?.items.length ?? ""}`],
              ["decided", "Decided"],
            ]}
            value={isDecided ? "decided" : "waiting"}
            onChange={(next) =>
              void navigate({ to: "/approvals", search: next === "decided" ? { show: "decided" } : {} })
            }
          />
        </div>
      </header>
      <div className="inbox">
        <Loaded query={waiting}>
          {({ items }) => (
            <Queue waiting={isDecided ? [] : items} decided={decided.data?.items ?? []} chosen={id} onChoose={open} />
          )}
        </Loaded>
        {id === null ? (
          <section className="review empty">
            <p className="strong">{isDecided ? "Choose a request." : "Nothing waits for you."}</p>
            <p className="soft">
              When a step needs a person it appears here, soonest expiry first. <Link to="/runs">All runs</Link>
            </p>
          </section>
        ) : (
          <Review key={id} id={id} onDecided={goOn} />
        )}
      </div>
    </>
  );
}

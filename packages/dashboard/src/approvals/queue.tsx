import type { ReasonCode } from "@writ/core";
import { remaining } from "@writ/core/text/figure";
import { useQueries } from "@tanstack/react-query";
import type { KeyboardEvent, ReactNode } from "react";
import type { Approval } from "../api/connection.ts";
import { approval as approvalQuery } from "../api/queries.ts";
import { Icon, type IconName } from "../piece/icon.tsx";
import { TierTag } from "../piece/tier-tag.tsx";
import { instantOf, timeOfDay } from "../system/clock.ts";
import { Shown } from "../text/shown.tsx";
import { useNow } from "../text/use-now.ts";
import { countdown } from "../text/when.ts";

/** Of the waiting requests so many are held against what is live; the open one always is. */
const CHECKED = 6;
const FRESH_MS = 15_000;
const DECIDED_SHOWN = 20;
const TITLE_CAP = 140;

export function Queue(props: {
  readonly waiting: readonly Approval[];
  readonly decided: readonly Approval[];
  readonly chosen: string | null;
  readonly onChoose: (id: string) => void;
}): ReactNode {
  const { waiting, decided, chosen, onChoose } = props;
  const now = useNow(1_000);
  const details = useQueries({
    queries: waiting.slice(0, CHECKED).map(({ approval_id }) => ({
      ...approvalQuery(approval_id),
      staleTime: FRESH_MS,
      refetchInterval: false as const,
    })),
  });
  const moved = new Set(
    details.flatMap(({ data }) => (data === undefined || data.moved === null ? [] : [data.approval_id])),
  );
  const goals = new Map(
    details.flatMap(({ data }) => (data === undefined ? [] : [[data.approval_id, data.goal] as const])),
  );
  const current = waiting.some(({ approval_id }) => approval_id === chosen)
    ? chosen
    : (waiting[0]?.approval_id ?? null);
  const move = (event: KeyboardEvent<HTMLUListElement>): void => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const at = waiting.findIndex(({ approval_id }) => approval_id === current);
    const next = by === undefined ? undefined : waiting[at + by];
    if (next === undefined) return;
    event.preventDefault();
    onChoose(next.approval_id);
    event.currentTarget.querySelectorAll<HTMLElement>("[role=option]")[at + (by ?? 0)]?.focus();
  };
  return (
    <div className="queue">
      {waiting.length === 0 ? null : (
        <>
          <h2 className="label">Waiting for you · {waiting.length}, soonest first</h2>
          <ul role="listbox" aria-label="Waiting for you" onKeyDown={move}>
            {waiting.map((request) => (
              <li
                key={request.approval_id}
                role="option"
                aria-selected={request.approval_id === chosen}
                tabIndex={request.approval_id === current ? 0 : -1}
                onClick={() => onChoose(request.approval_id)}
                onKeyDown={(event) => {
                  if (event.key === "Enter") onChoose(request.approval_id);
                }}
              >
                <span className="t">
                  <Shown text={request.title ?? "(erased)"} limit={TITLE_CAP} />
                </span>
                <span className="s">
                  <span className="one">
                    <Shown text={goals.get(request.approval_id) ?? request.tool} limit={TITLE_CAP} /> ·{" "}
                    <Shown text={request.step} />
                  </span>
                </span>
                <span className="s">
                  <TierTag tier={request.tier} />
                  <span>{remaining(countdown(instantOf(request.expires_at) - now))}</span>
                </span>
                {moved.has(request.approval_id) ? (
                  <span className="state in_doubt">
                    <Icon name="drift" />
                    Moved since asked
                  </span>
                ) : null}
              </li>
            ))}
          </ul>
        </>
      )}
      <Decided decided={decided} chosen={chosen} onChoose={onChoose} />
    </div>
  );
}

const OUTCOMES: Readonly<Record<string, readonly [string, IconName, string]>> = {
  granted: ["completed", "completed", "Approved"],
  used: ["completed", "completed", "Approved"],
  denied: ["rejected", "rejected", "Denied"],
  expired: ["expired", "expired", "Expired"],
  voided: ["cancelled", "cancelled", "Called off"],
  cancelled: ["cancelled", "cancelled", "Cancelled"],
};

/** Void because what it rests on moved, its time was over or a person said so: there is a new one in its place. */
const ASKED_AGAIN: ReadonlySet<string> = new Set<ReasonCode>(["evidence_drift", "approval_void", "approval_expired"]);

function outcomeOf({ status, reason }: Approval): (typeof OUTCOMES)[string] | undefined {
  if (status === "voided" && ASKED_AGAIN.has(reason ?? "")) return ["cancelled", "drift", "Asked again"];
  return OUTCOMES[status];
}

function Decided(props: {
  readonly decided: readonly Approval[];
  readonly chosen: string | null;
  readonly onChoose: (id: string) => void;
}): ReactNode {
  const { decided, chosen, onChoose } = props;
  if (decided.length === 0) return null;
  return (
    <>
      <h2 className="label">Decided · {decided.length}</h2>
      <ul className="decided">
        {decided.slice(0, DECIDED_SHOWN).map((request) => {
          const [tone = "cancelled", icon = "cancelled", word = request.status] = outcomeOf(request) ?? [];
          return (
            <li key={request.approval_id} aria-current={request.approval_id === chosen ? "true" : undefined}>
              <button type="button" className="plain" onClick={() => onChoose(request.approval_id)}>
                <span className="t soft">
                  <Shown text={request.title ?? "(erased)"} limit={TITLE_CAP} />
                </span>
                <span className="s">
                  <span className={`state ${tone}`}>
                    <Icon name={icon} />
                    {word}
                  </span>
                  <span>{timeOfDay(instantOf(request.decided_at ?? request.requested_at))}</span>
                </span>
              </button>
            </li>
          );
        })}
      </ul>
    </>
  );
}

import { codeWords } from "@writ/core/text/reason-words";
import { useNavigate } from "@tanstack/react-router";
import { useState, type ReactNode } from "react";
import type { ApprovalRequest } from "../api/connection.ts";
import { useMay, useMe } from "../app/use-me.ts";
import { useLive } from "../live/live.tsx";
import { Icon } from "../piece/icon.tsx";
import { ProblemNote } from "../piece/problem.tsx";
import { clockTime, instantOf } from "../system/clock.ts";
import { Shown } from "../text/shown.tsx";
import { useNow } from "../text/use-now.ts";
import { titleOf } from "./title.ts";
import { isDecidedAlready, useDecision } from "./decision.ts";
import { DenyForm } from "./deny-form.tsx";
import type { Drift } from "./drift.ts";
import { useGuard } from "./use-guard.ts";

/** Where a person says yes or no: always at the same place, off whenever the evidence may be old. */
export function DecisionBar(props: {
  readonly request: ApprovalRequest;
  readonly drift: Drift | null;
  readonly onDecided: (id: string) => void;
}): ReactNode {
  const { request, drift, onDecided } = props;
  const mayDecide = useMay("decide");
  const navigate = useNavigate();
  const now = useNow(1_000);
  const isLive = useLive().state.kind === "live";
  const guard = useGuard();
  const [typed, setTyped] = useState("");
  const [denying, setDenying] = useState<"open" | "closed">("closed");
  const decision = useDecision(request, (made, next) => {
    if (next !== null) void navigate({ to: "/approvals/$id", params: { id: next } });
    else if (made.kind !== "ask_again") onDecided(request.approval_id);
  });
  if (request.status !== "waiting") return <Outcome request={request} />;
  if (!mayDecide)
    return (
      <div className="decide">
        <p>You can look. Approving needs the role approver.</p>
      </div>
    );
  const isExpired = instantOf(request.expires_at) <= now;
  const { confirmation } = request;
  const isNamed = confirmation === null || typed === confirmation;
  const off = !isLive || isExpired || decision.isPending;
  const why = isExpired
    ? `Expired at ${clockTime(instantOf(request.expires_at))}. Nothing was done; the run ends as expired.`
    : !isLive
      ? "Not live: you would be deciding on old evidence."
      : null;
  return (
    <div className="decide">
      {why === null ? null : <p className="soft">{why}</p>}
      {drift !== null ? (
        <p className="soft">
          Asking again shows the change against what is there now. This request is closed and recorded.
        </p>
      ) : confirmation === null ? null : (
        <p>
          <b>This cannot be undone.</b> <span className="soft">To approve, type</span>{" "}
          <code className="strong">
            <Shown text={confirmation} />
          </code>
        </p>
      )}
      {decision.error === null ? null : isDecidedAlready(decision.error) ? (
        <p className="soft">Somebody decided this before you.</p>
      ) : (
        <ProblemNote error={decision.error} />
      )}
      {denying === "open" ? (
        <DenyForm
          off={off}
          onClose={() => setDenying("closed")}
          onDeny={(reason) => guard(() => decision.mutate({ kind: "deny", reason }))}
        />
      ) : (
        <div className="line">
          {drift !== null ? (
            <button
              type="button"
              id="ask-again"
              className="btn primary"
              disabled={off}
              onClick={() => guard(() => decision.mutate({ kind: "ask_again" }))}
            >
              <Icon name="refresh" />
              Ask again <kbd aria-hidden="true">r</kbd>
            </button>
          ) : null}
          {drift === null && confirmation !== null ? (
            <label className="field confirm">
              <span className="sr">Type {confirmation} to approve</span>
              <input
                id="approve"
                value={typed}
                disabled={off}
                autoComplete="off"
                spellCheck={false}
                onChange={(event) => setTyped(event.target.value)}
              />
            </label>
          ) : null}
          <button
            type="button"
            id={drift === null && confirmation !== null ? "approve-named" : "approve"}
            className={`btn ${drift !== null ? "" : confirmation === null ? "primary" : "danger"}`}
            disabled={off || drift !== null || !isNamed}
            onClick={() =>
              guard(() => decision.mutate({ kind: "approve", confirmation: confirmation === null ? null : typed }))
            }
          >
            {confirmation === null ? "Approve" : <Shown text={verbAndObject(titleOf(request))} limit={48} />}
            {drift === null && confirmation === null ? <kbd aria-hidden="true">a</kbd> : null}
          </button>
          <span className="grow" />
          <button type="button" id="deny" className="btn" disabled={off} onClick={() => setDenying("open")}>
            Deny… <kbd aria-hidden="true">d</kbd>
          </button>
        </div>
      )}
    </div>
  );
}

/** `Overwrite ops/retention.yaml and keep no copy` is, on a button, `Overwrite ops/retention.yaml`. */
function verbAndObject(title: string): string {
  return title.replace(/,? and keep [^/]*$/, "");
}

const ENDS: Readonly<Record<string, string>> = {
  granted: "Approved",
  used: "Approved",
  denied: "Denied",
  expired: "Expired",
  voided: "No longer fits",
  cancelled: "Cancelled",
};

/** What became of it, with whoever decided. */
function Outcome({ request }: { readonly request: ApprovalRequest }): ReactNode {
  const me = useMe();
  const { status, decided_by, decided_at, reason } = request;
  const by = decided_by === null ? null : decided_by === me?.user ? "you" : decided_by;
  const tone = status === "denied" ? "rejected" : status === "granted" || status === "used" ? "completed" : "expired";
  return (
    <div className="decide">
      <p>
        <span className={`state ${tone}`}>
          <Icon name={tone} />
          {ENDS[status] ?? status}
        </span>{" "}
        {by === null ? (
          ""
        ) : (
          <>
            by <Shown text={by} />
          </>
        )}
        {decided_at === null ? "" : ` at ${clockTime(instantOf(decided_at))}`}
        {reason === null ? (
          "."
        ) : (
          <>
            : <Shown text={status === "denied" ? reason : codeWords(reason)} />
          </>
        )}{" "}
        {status === "denied" ? "Nothing was changed." : status === "granted" || status === "used" ? "Goes on." : ""}
      </p>
    </div>
  );
}

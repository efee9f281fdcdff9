import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect, useState, type ReactNode } from "react";
import type { Me } from "../api/connection.ts";
import { waiting } from "../api/queries.ts";
import { lastVerification, onVerified } from "../audit/last-seen.ts";
import { Icon, type IconName } from "../piece/icon.tsx";
import { Shown } from "../text/shown.tsx";
import { useNow } from "../text/use-now.ts";
import { when } from "../text/when.ts";

const PLACES = [
  ["/runs", "runs", "Runs"],
  ["/approvals", "approvals", "Approvals"],
  ["/audit", "audit", "Audit"],
  ["/replay", "replay", "Replay"],
  ["/tools", "tools", "Tools & policy"],
  ["/metrics", "metrics", "Metrics"],
] as const satisfies readonly (readonly [string, IconName, string])[];

const MINUTE_MS = 60_000;

export function Rail({ me }: { readonly me: Me }): ReactNode {
  const { policy_mode, operational_mode, name } = me.workspace;
  return (
    <nav className="rail" aria-label="Main">
      <div className="brand">
        <svg viewBox="0 0 24 24" aria-hidden="true">
          <rect width="24" height="24" rx="6" fill="var(--accent-fill)" />
          <path
            d="m4.5 8 3 8.5 4-7.5 3 6.8L20 6"
            fill="none"
            stroke="#fff"
            strokeWidth="2"
            strokeLinecap="round"
            strokeLinejoin="round"
          />
        </svg>
        <div>
          <b>Writ</b>
          <span className="one">
            <Shown text={name} />
          </span>
        </div>
      </div>
      {PLACES.map(([to, icon, word]) => (
        <Link
          key={to}
          to={to}
          className="item"
          activeProps={{ "aria-current": "page" }}
          activeOptions={{ includeSearch: false }}
          title={word}
        >
          <Icon name={icon} />
          <span className="word">{word}</span>
          {to === "/approvals" ? <WaitingCount /> : null}
        </Link>
      ))}
      <div className="foot">
        <Verified log={me.workspace.log} />
        <div className="row">
          <Icon name="lock" />
          {policy_mode} · {operational_mode}
        </div>
        <div className="row">
          <Icon name="user" />
          <span className="one">
            <Shown text={me.name ?? me.user} /> · {me.role}
          </span>
        </div>
      </div>
    </nav>
  );
}

function WaitingCount(): ReactNode {
  const count = useQuery(waiting).data?.items.length ?? 0;
  if (count === 0) return null;
  return (
    <span className="count">
      {count}
      <span className="sr"> waiting for you</span>
    </span>
  );
}

function Verified({ log }: { readonly log: string }): ReactNode {
  const now = useNow(MINUTE_MS);
  const [last, read] = useState(() => lastVerification(log));
  useEffect(() => onVerified(() => read(lastVerification(log))), [log]);
  const ago = last === null ? "" : when(last.at, now);
  const tone = { intact: "ok", broken: "bad", none: "" }[last?.result ?? "none"];
  const words = {
    intact: `Verified here ${ago === "now" ? "just now" : ago}`,
    broken: "Not intact",
    none: "Nothing verified here yet",
  }[last?.result ?? "none"];
  return (
    <Link to="/audit" className={`row ${tone}`}>
      <Icon name="shield" />
      {words}
    </Link>
  );
}

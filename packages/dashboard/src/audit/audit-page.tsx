import { grouped } from "@writ/core/text/figure";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { checkpoint as checkpointQuery } from "../api/queries.ts";
import { useKeys } from "../app/keys.tsx";
import { useMe } from "../app/use-me.ts";
import { Command } from "../piece/copy.tsx";
import { Digest } from "../piece/digest.tsx";
import { Icon } from "../piece/icon.tsx";
import { Loaded } from "../piece/loaded.tsx";
import { clockTime, dayOf, instantOf, wholeInstant } from "../system/clock.ts";
import { Shown } from "../text/shown.tsx";
import { Entries } from "./entries.tsx";
import { seenHead } from "./last-seen.ts";
import { Proof } from "./proof.tsx";
import { useVerification, type Verifying } from "./use-verification.ts";

/** The log and its proofs: checked here, in the browser, not believed. */
export function AuditPage(): ReactNode {
  const { entry } = useSearch({ from: "/frame/audit" });
  const navigate = useNavigate({ from: "/audit" });
  const checkpoint = useQuery(checkpointQuery);
  const verification = useVerification();
  const me = useMe();
  const chosen = entry !== undefined && /^\d{1,15}$/.test(entry) ? Number(entry) : null;
  const choose = (next: number): void => void navigate({ search: { entry: String(next) }, replace: true });
  useKeys([
    { keys: "v", does: "verify", act: verification.start },
    { keys: "p", does: "proof", act: () => document.querySelector<HTMLElement>("#proof")?.focus() },
  ]);
  const isBusy = verification.state.kind === "progress";
  return (
    <>
      <title>Audit · Writ</title>
      <header className="top">
        <div className="grow">
          <h1>Audit</h1>
          <p className="meta">
            Every fact of every run, in one append-only log. Your browser checks it; the server is not trusted.
          </p>
        </div>
        <div className="actions">
          {isBusy ? (
            <button type="button" className="btn" onClick={verification.stop}>
              Stop
            </button>
          ) : (
            <button type="button" className="btn primary" onClick={verification.start}>
              <Icon name="shield" />
              Verify <kbd aria-hidden="true">v</kbd>
            </button>
          )}
        </div>
      </header>
      <div className="pad scrolls">
        <VerificationNote state={verification.state} />
        <Loaded query={checkpoint}>
          {(head) => {
            const seen = seenHead(head.origin);
            return (
              <div className="two">
                <section className="card">
                  <header>
                    <h2>Signed head</h2>
                  </header>
                  <dl className="kv wide cell">
                    <dt>Entries</dt>
                    <dd>{grouped(head.size)}</dd>
                    <dt>Root</dt>
                    <dd>
                      <Digest value={head.root} />
                    </dd>
                    <dt>Signed</dt>
                    <dd title={wholeInstant(instantOf(head.time))}>
                      {clockTime(instantOf(head.time))} by <Shown text={head.origin} limit={80} />
                    </dd>
                    <dt>Seen here</dt>
                    <dd>
                      {seen === null
                        ? "no head of this log yet"
                        : `${grouped(seen.size)} entries on ${dayOf(seen.at)}, ${clockTime(seen.at)}`}
                    </dd>
                  </dl>
                </section>
                <section className="card">
                  <header>
                    <h2>Check it elsewhere</h2>
                  </header>
                  <div className="cell">
                    <p className="soft">Without this server, without network, without trusting this machine:</p>
                    <Command text="writ audit export <run> ./export" />
                    <Command text="node verify.mjs ./export" />
                    <p className="soft">
                      <a href="/verify.mjs" download>
                        verify.mjs
                      </a>{" "}
                      is one file without dependencies, to be read first.
                    </p>
                  </div>
                </section>
              </div>
            );
          }}
        </Loaded>
        <div className="auditgrid">
          <Entries
            total={Math.max(checkpoint.data?.size ?? 0, me?.workspace.position ?? 0)}
            chosen={chosen}
            onChoose={choose}
          />
          {chosen === null ? (
            <section className="card cell">
              <h2 className="strong">Proof</h2>
              <p className="soft">
                Choose an entry: its bytes are hashed here, and the way to the signed root is drawn.
              </p>
            </section>
          ) : (
            <Proof key={chosen} entry={chosen} />
          )}
        </div>
      </div>
    </>
  );
}

/** One line that says what was checked, and how far. */
function VerificationNote({ state }: { readonly state: Verifying }): ReactNode {
  switch (state.kind) {
    case "idle":
      return null;
    case "stopped":
      return (
        <div className="note paused" role="status">
          <Icon name="paused" />
          <div>
            <b>Stopped.</b> {grouped(state.done)} entries were hashed; nothing is said about the rest.
          </div>
        </div>
      );
    case "progress":
      return (
        <div className="note running" role="status">
          <Icon name="running" />
          <div>
            <b>Checking.</b> {grouped(state.done)} of {grouped(state.total)}
          </div>
        </div>
      );
    case "failed":
      return (
        <div className="note failed" role="alert">
          <Icon name="failed" />
          <div>
            <b>Not checked.</b> <Shown text={state.message} /> Try again.
          </div>
        </div>
      );
    case "finished":
      return state.finding.result === "broken" ? (
        <div className="note failed" role="alert">
          <Icon name="failed" />
          <div>
            <b>Not intact.</b> {state.finding.what} Keep this folder as it is, and compare with your last export.
          </div>
        </div>
      ) : (
        <div className="note completed" role="status">
          <Icon name="shield" />
          <div>
            <b>Intact.</b> {grouped(state.head?.size ?? 0)} entries: bytes hashed, tree rebuilt,{" "}
            {state.head?.signature === "unchecked"
              ? "signature not checked: this browser has no Ed25519"
              : "signature valid"}
            {state.finding.since === null
              ? "; this browser saw no earlier head of this log"
              : `, and consistent with the ${grouped(state.finding.since)} entries this browser saw before`}
            . <span className="muted">{(state.tookMs / 1_000).toFixed(2)} s, here</span>
          </div>
        </div>
      );
  }
}

import { counted } from "@writ/core/text/figure";
import { APPROVAL_MODES } from "@writ/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useState, type ReactNode } from "react";
import type { Tool } from "../api/connection.ts";
import { policy as policyQuery, tools as toolsQuery } from "../api/queries.ts";
import { useKeys } from "../app/keys.tsx";
import { Icon } from "../piece/icon.tsx";
import { Loaded } from "../piece/loaded.tsx";
import { TierTag } from "../piece/tier-tag.tsx";
import { Shown } from "../text/shown.tsx";
import { DecisionMark } from "./decision-mark.tsx";
import { Matrix, Rules } from "./policy-cards.tsx";
import { TryCall } from "./try-call.tsx";

const REPEAT = { idempotent: "idempotent", probe: "asked by a probe", once: "neither" } as const;

/** What may happen here, who is asked, and why. */
export function ToolsPage(): ReactNode {
  const policy = useQuery(policyQuery);
  const tools = useQuery(toolsQuery);
  const [trying, setTrying] = useState<"open" | "closed">("closed");
  useKeys([{ keys: "t", does: "try a call", act: () => setTrying("open") }]);
  return (
    <>
      <title>Tools & policy · Writ</title>
      <header className="top">
        <div className="grow">
          <h1>Tools & policy</h1>
          <p className="meta">What may happen here, who is asked, and why.</p>
        </div>
        <div className="actions">
          <Link className="btn" to="/replay">
            What if…
          </Link>
          <button type="button" className="btn primary" onClick={() => setTrying("open")}>
            Try a call <kbd aria-hidden="true">t</kbd>
          </button>
        </div>
      </header>
      <div className="pad scrolls">
        <Loaded query={policy} rows={6}>
          {(found) => (
            <div className="policy">
              <Matrix policy={found} />
              <Rules policy={found} />
            </div>
          )}
        </Loaded>
        <Loaded query={tools} rows={6}>
          {({ items }) => <ToolList items={items} />}
        </Loaded>
      </div>
      {trying === "open" ? <TryCall tools={tools.data?.items ?? []} onClose={() => setTrying("closed")} /> : null}
    </>
  );
}

function ToolList({ items }: { readonly items: readonly Tool[] }): ReactNode {
  const { q = "" } = useSearch({ strict: false });
  const navigate = useNavigate();
  const wanted = q.toLowerCase();
  const shown = items
    .filter(({ name, tier, source }) => `${name} ${tier} ${source}`.toLowerCase().includes(wanted))
    .toSorted((a, b) => APPROVAL_MODES.indexOf(a.tier) - APPROVAL_MODES.indexOf(b.tier) || (a.name < b.name ? -1 : 1));
  return (
    <section className="card">
      <header>
        <h2 className="grow">Tools</h2>
        <label className="field slim">
          <Icon name="search" size="s" />
          <span className="sr">Name, source, reach</span>
          <input
            type="search"
            value={q}
            placeholder="name, source, reach"
            onChange={(event) => void navigate({ to: "/tools", search: { q: event.target.value }, replace: true })}
          />
        </label>
      </header>
      <div className="wide" tabIndex={0} role="region" aria-label="Tools">
        <table className="lg">
          <thead>
            <tr>
              <th scope="col">Tool</th>
              <th scope="col">Reach</th>
              <th scope="col">From</th>
              <th scope="col">Here</th>
              <th scope="col">After a crash</th>
              <th scope="col">Sandbox</th>
              <th scope="col">What it does</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((tool) => (
              <tr key={tool.name}>
                <td className="mono">
                  <Link to="/tools/$id" params={{ id: tool.name }}>
                    <Shown text={tool.name} />
                  </Link>
                </td>
                <td>
                  <TierTag tier={tool.tier} />
                </td>
                <td>
                  <Shown text={tool.source.replaceAll("_", " ")} />
                </td>
                <td>
                  <DecisionMark decision={tool.decision} />
                </td>
                <td>{REPEAT[tool.repeat]}</td>
                <td>{tool.sandboxed ? "yes" : "no"}</td>
                <td>
                  <Shown text={tool.summary} limit={120} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {shown.length === 0 ? <p className="cell soft">No tool matches.</p> : null}
      <p className="cell muted small">{counted(items.length, "tool")}</p>
    </section>
  );
}

import { duration } from "@writ/core/text/figure";
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { tool as toolQuery } from "../api/queries.ts";
import { Digest } from "../piece/digest.tsx";
import { Icon } from "../piece/icon.tsx";
import { JsonText } from "../piece/json-text.tsx";
import { Loaded } from "../piece/loaded.tsx";
import { TierTag } from "../piece/tier-tag.tsx";
import { Shown } from "../text/shown.tsx";
import { DecisionMark } from "./decision-mark.tsx";

/** All that a tool declares of itself. */
export function ToolPage(): ReactNode {
  const { id } = useParams({ from: "/frame/tools/$id" });
  const found = useQuery(toolQuery(id));
  return (
    <>
      <title>Tool · Writ</title>
      <header className="top">
        <div className="grow">
          <div className="crumb">
            <Link to="/tools">Tools & policy</Link>
            <Icon name="chev" size="s" />
          </div>
          <h1 className="mono">
            <Shown text={id} />
          </h1>
        </div>
      </header>
      <div className="pad scrolls">
        <Loaded query={found}>
          {(tool) => (
            <>
              <section className="card">
                <header>
                  <h2 className="grow">
                    <Shown text={tool.summary} limit={200} />
                  </h2>
                  <TierTag tier={tool.tier} />
                </header>
                <dl className="kv wide cell">
                  <dt>Here</dt>
                  <dd>
                    <DecisionMark decision={tool.decision} /> <Shown text={tool.rules.join(", ")} />
                  </dd>
                  <dt>Version</dt>
                  <dd>
                    <Shown text={tool.version} />{" "}
                    {tool.schema_hash === null ? null : <Digest value={tool.schema_hash} />}
                  </dd>
                  <dt>From</dt>
                  <dd>
                    <Shown text={tool.source.replaceAll("_", " ")} />
                  </dd>
                  <dt>After a crash</dt>
                  <dd>
                    {tool.repeat}, idempotency {tool.idempotency}
                  </dd>
                  <dt>Sandbox</dt>
                  <dd>{tool.sandboxed ? "yes" : "no"}</dd>
                  <dt>Can be undone</dt>
                  <dd>{tool.reversible ? "yes" : "no"}</dd>
                  <dt>Asks every time</dt>
                  <dd>{tool.always_approve ? "yes, in every mode" : "no"}</dd>
                  <dt>Timeout</dt>
                  <dd>{tool.timeout_ms === null ? "none of its own" : duration(tool.timeout_ms)}</dd>
                  <dt>Host</dt>
                  <dd>{tool.host === null ? "none" : <Shown text={tool.host} />}</dd>
                  <dt>Writes</dt>
                  <dd>{tool.writes.length === 0 ? "nothing" : <Shown text={tool.writes.join(", ")} />}</dd>
                </dl>
              </section>
              <div className="two">
                <section className="card">
                  <header>
                    <h2>What it takes</h2>
                  </header>
                  <div className="cell">
                    <JsonText value={tool.input_schema} name="What it takes" none="Nothing." />
                  </div>
                </section>
                <section className="card">
                  <header>
                    <h2>What it gives</h2>
                  </header>
                  <div className="cell">
                    <JsonText value={tool.output_schema} name="What it gives" none="Nothing." />
                  </div>
                </section>
              </div>
            </>
          )}
        </Loaded>
      </div>
    </>
  );
}

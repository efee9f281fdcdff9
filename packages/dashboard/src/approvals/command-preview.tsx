import { counted, duration } from "@writ/core/text/figure";
import { isPlainlyVisible } from "@writ/core/text/safe-text";
import type { ReactNode } from "react";
import type { Preview } from "../api/connection.ts";
import { Icon } from "../piece/icon.tsx";
import { Shown } from "../text/shown.tsx";

type Command = Extract<Preview, { kind: "command" }>;

/** A program that would run: one argument a line, and all that bounds it. */
export function CommandPreview({ preview }: { readonly preview: Command }): ReactNode {
  const { argv, program, directory, sandbox, network, environment, limits, writes } = preview;
  return (
    <>
      <div className="bar">
        <Icon name="term" />
        <b>Command</b>
        <span>{counted(argv.length, "argument")}, no shell</span>
      </div>
      <div className="prev" tabIndex={0} role="region" aria-label="The command">
        <ol className="argv">
          {argv.map((argument, index) => (
            // Arguments have no name but their place.
            <li key={`${index}`}>
              <i aria-hidden="true">{index}</i>
              <span className="mono">
                <Shown text={argument} />
              </span>
              {index === 0 ? (
                <span className="muted">
                  <Shown text={program} />
                </span>
              ) : null}
              {isPlainlyVisible(argument) ? null : <span className="state in_doubt">hidden character</span>}
            </li>
          ))}
        </ol>
        <dl className="kv">
          <dt>Runs in</dt>
          <dd className="mono">
            <Shown text={directory} />
          </dd>
          <dt>Sandbox</dt>
          <dd>
            <Shown text={sandbox} />
          </dd>
          <dt>Network</dt>
          <dd>
            <Shown text={network} />
          </dd>
          <dt>Environment</dt>
          <dd className="mono">
            {environment.length === 0 ? "none" : <Shown text={environment.join(", ")} />}{" "}
            <span className="muted">values withheld</span>
          </dd>
          <dt>Limits</dt>
          <dd>
            {Object.entries(limits)
              .map(([name, limit]) => (name.endsWith("_ms") ? duration(limit) : `${name} ${limit}`))
              .join(" · ")}
          </dd>
          <dt>Writes to</dt>
          <dd className="strong">
            <Shown text={writes} />
          </dd>
        </dl>
      </div>
    </>
  );
}

import { bytes } from "@writ/core/text/figure";
import type { ReactNode } from "react";
import type { Preview } from "../api/connection.ts";
import { Icon } from "../piece/icon.tsx";
import { Shown, ShownLines } from "../text/shown.tsx";

/** A request that would leave the machine: method, address, headers, body, and the rule that lets it. */
export function RequestPreview({ preview }: { readonly preview: Extract<Preview, { kind: "request" }> }): ReactNode {
  const { method, url, headers, body, rule } = preview;
  const size = new TextEncoder().encode(body ?? "").length;
  return (
    <>
      <div className="bar">
        <Icon name="globe" />
        <b>Request</b>
        <span>{bytes(size)} leave this machine</span>
      </div>
      <div className="prev" tabIndex={0} role="region" aria-label="The request">
        <pre className="code">
          <b>
            <Shown text={method} />
          </b>{" "}
          <Shown text={url} />
          {Object.entries(headers).map(([name, value]) => (
            <span key={name}>
              {"\n"}
              <Shown text={name} />: <Shown text={value} />
            </span>
          ))}
          {body === null ? null : (
            <>
              {"\n\n"}
              <ShownLines text={body} />
            </>
          )}
        </pre>
        <dl className="kv">
          <dt>Host</dt>
          <dd>
            allowed by <Shown text={rule} />
          </dd>
          <dt>Undo</dt>
          <dd>none: a message once sent is read</dd>
        </dl>
      </div>
    </>
  );
}

/** A tool with no picture of its own: its arguments as they will be sent. */
export function ArgumentsPreview({
  preview,
}: {
  readonly preview: Extract<Preview, { kind: "arguments" }>;
}): ReactNode {
  return (
    <>
      <div className="bar">
        <Icon name="plug" />
        <b>Call</b>
        <span className="mono">
          <Shown text={preview.tool} />
        </span>
      </div>
      <div className="prev" tabIndex={0} role="region" aria-label="The arguments">
        <pre className="code">
          <ShownLines text={spaced(preview.args)} />
        </pre>
      </div>
    </>
  );
}

/** Canonical JSON over several lines; what is none stays as it is. */
function spaced(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch (error) {
    if (error instanceof SyntaxError) return text;
    throw error;
  }
}

import type { ReactNode } from "react";
import { JsonText } from "../piece/json-text.tsx";
import { Shown } from "../text/shown.tsx";

/** Arguments one beneath the other: a text of several lines stands as its lines. */
export function ArgumentRows({ value, name }: { readonly value: unknown; readonly name: string }): ReactNode {
  const members = typeof value === "object" && value !== null && !Array.isArray(value) ? Object.entries(value) : null;
  if (members === null) return <JsonText value={value} name={name} none="None." />;
  if (members.length === 0) return <p className="muted">None.</p>;
  return (
    <dl className="arguments">
      {members.map(([key, member]) => (
        <div key={key}>
          <dt className="mono">
            <Shown text={key} limit={80} />
          </dt>
          <dd>
            <JsonText value={member} name={`${name}: ${key}`} none="null" />
          </dd>
        </div>
      ))}
    </dl>
  );
}

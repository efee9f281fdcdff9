import { useQuery } from "@tanstack/react-query";
import { useSearch, Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { openApi } from "../api/queries.ts";
import { JsonText } from "../piece/json-text.tsx";
import { Loaded } from "../piece/loaded.tsx";
import { operationsOf, type Described } from "./document.ts";

/** The API, from the document that serves it. */
export function ReferencePage(): ReactNode {
  const { tag } = useSearch({ from: "/frame/reference" });
  const document = useQuery(openApi);
  return (
    <>
      <title>API reference · Writ</title>
      <header className="top">
        <div className="grow">
          <h1>API reference</h1>
          <p className="meta">
            <span>
              Made from <a href="/openapi.json">/openapi.json</a>: the document, the forms that validate and this page
              are one.
            </span>
          </p>
        </div>
      </header>
      <div className="pad scrolls reference">
        <Loaded query={document} rows={8}>
          {(found) => {
            const operations = operationsOf(found);
            const tags = [...new Set(operations.map((operation) => operation.tag))];
            return (
              <>
                <nav className="chips" aria-label="Parts of the API">
                  <Link
                    className="chip"
                    to="/reference"
                    search={{}}
                    aria-current={tag === undefined ? "true" : undefined}
                  >
                    All <em>{operations.length}</em>
                  </Link>
                  {tags.map((name) => (
                    <Link
                      key={name}
                      className="chip"
                      to="/reference"
                      search={{ tag: name }}
                      aria-current={tag === name ? "true" : undefined}
                    >
                      {name} <em>{operations.filter((operation) => operation.tag === name).length}</em>
                    </Link>
                  ))}
                </nav>
                {tags
                  .filter((name) => tag === undefined || tag === name)
                  .map((name) => (
                    <section key={name} className="stack">
                      <h2>{name}</h2>
                      {operations
                        .filter((operation) => operation.tag === name)
                        .map((operation) => (
                          <Operation key={operation.id} operation={operation} />
                        ))}
                    </section>
                  ))}
              </>
            );
          }}
        </Loaded>
      </div>
    </>
  );
}

function Operation({ operation }: { readonly operation: Described }): ReactNode {
  const { method, path, summary, needs, parameters, body, answers, id } = operation;
  return (
    <details className="card operation">
      <summary>
        <span className={`method ${method.toLowerCase()}`}>{method}</span>
        <code>{path}</code>
        <span className="soft grow one">{summary}</span>
        <span className="muted">{needs.replace(/^Needs /, "").replace(/\.$/, "")}</span>
      </summary>
      <div className="cell">
        <p className="soft">
          {summary} Operation <code>{id}</code>.
        </p>
        {parameters.length === 0 ? null : (
          <table className="lg">
            <thead>
              <tr>
                <th scope="col">Parameter</th>
                <th scope="col">In</th>
                <th scope="col">Needed</th>
                <th scope="col">Form</th>
              </tr>
            </thead>
            <tbody>
              {parameters.map(({ name, place, required, schema }) => (
                <tr key={`${place}${name}`}>
                  <td className="mono">{name}</td>
                  <td>{place}</td>
                  <td>{required}</td>
                  <td className="mono">{JSON.stringify(schema)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
        {body === undefined ? null : (
          <>
            <h3 className="label">Body</h3>
            <JsonText value={body} name={`Body of ${id}`} none="" />
          </>
        )}
        {answers.map(({ status, media, schema }) => (
          <div key={`${status}${media}`}>
            <h3 className="label">
              {status === "default" ? "Otherwise" : status} {media}
            </h3>
            {schema === undefined ? null : <JsonText value={schema} name={`Answer ${status} of ${id}`} none="" />}
          </div>
        ))}
      </div>
    </details>
  );
}

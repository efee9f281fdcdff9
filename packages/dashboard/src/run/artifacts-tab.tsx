import { bytes } from "@writ/core/text/figure";
import { pathOf } from "@writ/api/client/client";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { artifacts } from "../api/queries.ts";
import { Digest } from "../piece/digest.tsx";
import { Loaded } from "../piece/loaded.tsx";
import { Shown } from "../text/shown.tsx";

/** Files the run left behind. */
export function ArtifactsTab({ run }: { readonly run: string }): ReactNode {
  const found = useQuery(artifacts(run));
  return (
    <Loaded query={found}>
      {({ items }) =>
        items.length === 0 ? (
          <section className="card cell">
            <p className="strong">This run left no file behind.</p>
          </section>
        ) : (
          <section className="card">
            <header>
              <h2>Artifacts</h2>
            </header>
            <table className="lg">
              <thead>
                <tr>
                  <th scope="col">File</th>
                  <th scope="col">Written by</th>
                  <th scope="col" className="num">
                    Size
                  </th>
                  <th scope="col">SHA-256</th>
                </tr>
              </thead>
              <tbody>
                {items.map(({ path, step, bytes: size, sha256 }) => (
                  <tr key={`${path}${sha256}`}>
                    <td className="mono">
                      <a href={pathOf("get_artifact", { params: { id: run, sha256 } })} download>
                        <Shown text={path} />
                      </a>
                    </td>
                    <td className="mono">
                      <Shown text={step} />
                    </td>
                    <td className="num">{bytes(size)}</td>
                    <td>
                      <Digest value={sha256} />
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </section>
        )
      }
    </Loaded>
  );
}

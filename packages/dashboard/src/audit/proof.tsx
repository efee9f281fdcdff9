import { grouped } from "@writ/core/text/figure";
import { inclusionRanges } from "@writ/core";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { client } from "../api/connection.ts";
import { Icon } from "../piece/icon.tsx";
import { Loaded } from "../piece/loaded.tsx";
import { Shown } from "../text/shown.tsx";
import { PathDrawing } from "./path-drawing.tsx";
import { readHead } from "./signed-head.ts";
import { bytesOfHex, leafOf, pathOf, type HashOf, type PathNode } from "./tree.ts";

/** An entry is bounded by its journal; what is longer is no entry of ours. */
const MOST_BYTES = 1_000_000;

const hash: HashOf = async (bytes) => new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));

interface Proven {
  readonly entry: string;
  readonly path: readonly PathNode[];
  readonly result: "proven" | "not";
  readonly signature: "valid" | "invalid" | "unchecked";
}

/** Fetches a proof and computes it: nothing the server says of its own result is shown. */
async function proven(seq: number): Promise<Proven> {
  const [answer, { keys }] = await Promise.all([
    client.call("get_proof", { query: { entry: seq } }),
    client.call("get_checkpoint", {}),
  ]);
  const [proof] = answer.proofs;
  const head = await readHead(answer.head, keys.at(-1)?.key ?? "");
  if (proof === undefined || head === null) return { entry: "", path: [], result: "not", signature: "invalid" };
  const ranges = inclusionRanges(proof.seq, head.size);
  const beside = ranges.map(({ from }, index) => ({
    root: bytesOfHex(proof.hashes[index] ?? ""),
    side: from > proof.seq ? ("right" as const) : ("left" as const),
  }));
  const path = await pathOf(hash, await leafOf(hash, new TextEncoder().encode(proof.entry)), beside);
  const leads = proof.seq === seq && proof.hashes.length === ranges.length && path.at(-1)?.computed === head.root;
  return {
    entry: proof.entry,
    path,
    result: leads && head.signature !== "invalid" ? "proven" : "not",
    signature: head.signature,
  };
}

/** One entry: its bytes, and the way from them to the signed root. */
export function Proof({ entry }: { readonly entry: number }): ReactNode {
  const found = useQuery({ queryKey: ["audit", "proven", entry], queryFn: () => proven(entry) });
  return (
    <section className="card" id="proof" tabIndex={-1} aria-label={`Proof for entry ${entry}`}>
      <header>
        <h2 className="grow">Proof for entry {grouped(entry)}</h2>
        {found.data === undefined ? null : (
          <span className={`state ${found.data.result === "proven" ? "completed" : "failed"}`}>
            <Icon name={found.data.result === "proven" ? "completed" : "failed"} />
            {found.data.result === "proven" ? "Proven" : "Not proven"}
          </span>
        )}
      </header>
      <Loaded query={found}>
        {({ entry: text, path, result, signature }) => (
          <div className="cell">
            <PathDrawing path={path} entry={entry} result={result} />
            <p className="muted small">
              Filled: computed here from the bytes below. Ringed: {Math.max(0, path.length - 1)} hashes from the proof.
              {signature === "unchecked" ? " The signature was not checked: this browser has no Ed25519." : ""}
            </p>
            <h3 className="label">The bytes that were hashed · {grouped(new TextEncoder().encode(text).length)}</h3>
            <pre className="code" tabIndex={0} role="region" aria-label="Bytes of the entry">
              <Shown text={text} limit={MOST_BYTES} />
            </pre>
          </div>
        )}
      </Loaded>
    </section>
  );
}

import type { Answer } from "@writ/api/contract/forms";
import {
  canonicalJson,
  emptyTree,
  frontierRoot,
  growTree,
  isSignedBy,
  leafHash,
  parseVkey,
  plainJson,
  toHex,
  type LogKey,
  type VerifierPlatform,
} from "@writ/core";
import { headOf, type RunDesk } from "@writ/runtime";
import { notOurs } from "./server-problem.ts";
import type { ServerLine } from "./server-line.ts";

/** Entries a server gives at once. */
const PAGE = 5_000;
const EVENT_PAGE = 200;

/** The log of a server, held against its signed head here: what it says of itself is not taken for granted. */
export function remoteLog(
  line: ServerLine,
  platform: VerifierPlatform,
): Pick<RunDesk, "checkLog" | "proofs" | "moved"> {
  const head = async (): Promise<{ readonly note: string; readonly key: LogKey }> => {
    const { note, keys } = await line.call("get_checkpoint", {});
    const key = parseVkey(platform, keys.at(-1)?.key);
    if (key === undefined) throw notOurs(line.server, "its log names no key");
    return { note, key };
  };
  return {
    async checkLog() {
      const { note, key } = await head();
      const { size, root, note: signed } = headOf(platform, note);
      const tree = emptyTree();
      for (let from = 0; from < size; from += PAGE) {
        const query = { from, limit: Math.min(PAGE, size - from) };
        for (const entry of (await line.text("list_entries", { query }, "application/jsonl")).split("\n"))
          if (entry !== "") growTree(platform, tree, leafHash(platform, entry));
      }
      const isSame = tree.size === size && toHex(frontierRoot(platform, tree.frontier)) === toHex(root);
      const isIntact = isSame && isSignedBy(platform, signed, key);
      return { size, isIntact, root: `sha256:${toHex(root)}`, signedSize: size };
    },

    async proofs(run, entry) {
      const { key } = await head();
      const { head: note, proofs } = await line.call("get_proof", { query: { task: run } });
      const wanted = proofs
        .map((proof) => ({ seq: proof.seq, text: canonicalJson(plainJson(proof)) }))
        .filter(({ seq }) => entry === null || seq === entry);
      return { note, key, seqs: wanted.map(({ seq }) => seq), proofs: wanted.map(({ text }) => text) };
    },

    async moved(from) {
      const runs = new Set<string>();
      if (from === null) return { end: (await line.call("get_me", {})).workspace.position, runs };
      let end = from;
      for (let after: number | null = from - 1; after !== null;) {
        const page: Answer<"list_events"> = await line.call("list_events", { query: { after, limit: EVENT_PAGE } });
        for (const { id, data } of page.items) {
          end = Math.max(end, Number(id) + 1);
          if (data.run_id !== null) runs.add(data.run_id);
        }
        after = page.next_after;
      }
      return { end, runs };
    },
  };
}

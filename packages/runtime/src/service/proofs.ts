import {
  frontierRoot,
  emptyTree,
  growTree,
  leafHash,
  replay,
  toHex,
  type Digest,
  type Hasher,
  type Replay,
  type RunId,
} from "@writ/core";
import type { Store } from "../ports/store.ts";
import type { History } from "./history.ts";

/** What a look at the whole log found, from its raw bytes. */
export interface LogCheck {
  readonly size: number;
  readonly isIntact: boolean;
  readonly root: Digest;
  /** The size of the newest signed head; 0 when there is none. */
  readonly signedSize: number;
}

/** Hashes every stored entry again and compares the tree with the one that is kept. */
export async function verifyLog(store: Store, hash: Hasher): Promise<LogCheck> {
  const { size, frontier } = await store.audit.head();
  const tree = emptyTree();
  let next = 0;
  let isInOrder = true;
  for await (const batch of store.audit.entries(0, size)) {
    for (const entry of batch) {
      isInOrder &&= entry.seq === next;
      next += 1;
      growTree(hash, tree, leafHash(hash, entry.bytes));
    }
  }
  const derived = frontierRoot(hash, tree.frontier);
  const kept = frontierRoot(hash, frontier);
  const signed = await store.audit.signedHead();
  return {
    size,
    isIntact: isInOrder && next === size && toHex(derived) === toHex(kept),
    root: `sha256:${toHex(kept)}`,
    signedSize: signed?.size ?? 0,
  };
}

/** Re-derives a run's facts from its recorded inputs, with no tool and no model in reach. */
export function replayRun(run: RunId, history: Pick<History, "stored" | "state">): Replay {
  return replay(run, history.stored, history.state.rules);
}

import { readHead, type ReadHead } from "./signed-head.ts";
import { hexOf, leafOf, Tree, type Bytes, type HashOf } from "./tree.ts";

export interface VerifyAsk {
  /** The signed head, as the server gave it. */
  readonly note: string;
  readonly key: string;
  /** The head this browser checked last, of the same log. */
  readonly seen: { readonly size: number; readonly root: string; readonly key: string } | null;
}

export type VerifyNews =
  | { readonly kind: "progress"; readonly done: number; readonly total: number }
  | { readonly kind: "finished"; readonly finding: Finding; readonly head: ReadHead | null; readonly tookMs: number }
  | { readonly kind: "failed"; readonly message: string };

/** What the whole log amounts to: intact, or the first thing that is not. */
export type Finding =
  | { readonly result: "intact"; readonly since: number | null }
  | { readonly result: "broken"; readonly what: string };

export interface Source {
  /** Bytes of the entries [from, from + limit), one a line. */
  readonly entries: (from: number, limit: number) => Promise<Bytes>;
  readonly hash: HashOf;
  readonly progress: (done: number, total: number) => void;
}

const BATCH = 2_000;
const LINE_FEED = 10;

/** Hashes every entry as it is stored, builds the tree anew, and holds it against the signed head and the one seen last. */
export async function verifyLog(
  { note, key, seen }: VerifyAsk,
  source: Source,
): Promise<{ readonly finding: Finding; readonly head: ReadHead | null }> {
  const head = await readHead(note, key);
  if (head === null) return { finding: broken("The signed head cannot be read."), head };
  if (head.signature === "invalid") return { finding: broken("The head is not signed by the log's key."), head };
  if (seen !== null && seen.size > head.size)
    return {
      finding: broken(`The log shrank: this browser saw ${seen.size} entries, now there are ${head.size}.`),
      head,
    };
  const tree = new Tree(source.hash);
  while (tree.size < head.size) {
    const from = tree.size;
    const lines = linesOf(await source.entries(from, Math.min(BATCH, head.size - from)));
    if (lines.length === 0) return { finding: broken(`Entry ${from} is missing.`), head };
    const strange = lines.findIndex((line, index) => seqOf(line) !== from + index);
    if (strange !== -1) return { finding: broken(`Entry ${from + strange} is another one's bytes.`), head };
    await tree.append(await Promise.all(lines.slice(0, head.size - from).map((line) => leafOf(source.hash, line))));
    source.progress(tree.size, head.size);
  }
  const root = await tree.rootOf(head.size);
  if (root === null || hexOf(root) !== head.root)
    return { finding: broken("The entries do not add up to the signed head: at least one was changed."), head };
  if (seen === null) return { finding: { result: "intact", since: null }, head };
  const older = await tree.rootOf(seen.size);
  if (older === null || hexOf(older) !== seen.root)
    return {
      finding: broken(`The log was rewritten: its first ${seen.size} entries are not those this browser saw.`),
      head,
    };
  if (seen.key !== head.key && seen.size === head.size)
    return { finding: broken("The same entries are signed by another key than this browser saw."), head };
  return { finding: { result: "intact", since: seen.size }, head };
}

function broken(what: string): Finding {
  return { result: "broken", what };
}

export function linesOf(bytes: Bytes): readonly Bytes[] {
  const lines: Bytes[] = [];
  let from = 0;
  for (let at = bytes.indexOf(LINE_FEED); at !== -1; at = bytes.indexOf(LINE_FEED, from)) {
    lines.push(bytes.slice(from, at));
    from = at + 1;
  }
  return lines;
}

/** The position an entry says it has: parsed after its bytes were taken, never before. */
function seqOf(line: Bytes): number | null {
  const text = new TextDecoder().decode(line);
  const [, seq] = /"seq":(0|[1-9]\d*),/.exec(text) ?? [];
  return seq === undefined ? null : Number(seq);
}

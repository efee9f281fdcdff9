import {
  canonicalJson,
  parseId,
  runView,
  type ArtifactView,
  type Json,
  type Rules,
  type RunId,
  type ViewChanges,
  plainJson,
} from "@writ/core";
import type { Store } from "../ports/store.ts";
import { readHistory, type History } from "./history.ts";

/** A row of a list that was not what the journal says. */
export interface RowDifference {
  readonly run: string;
  readonly list: "runs" | "approvals" | "artifacts";
  /** The run's id, the approval's id, or the file's path. */
  readonly row: string;
  /** `extra`: the journal knows nothing of it. */
  readonly kind: "wrong" | "missing" | "extra";
  /** Members that differ; empty unless `wrong`. */
  readonly members: readonly string[];
}

export interface Rebuilt {
  readonly runs: readonly RunId[];
  readonly differences: readonly RowDifference[];
}

/**
 * Writes the rows of every list anew, folded from the journal alone, and says
 * how they differed from what was there. Runs may move on meanwhile.
 *
 * A run that cannot be folded stops it: nothing is dropped then.
 *
 * @param store of the process that owns the workspace
 * @param visit is given each run as the journal tells it
 * @throws OrchestratorError `rules_unknown`, `payload_commitment`, `entry_malformed`
 */
export async function rebuild(
  store: Store,
  rulesOf: (run: RunId) => Promise<Rules>,
  visit: (history: History) => Promise<void>,
): Promise<Rebuilt> {
  const runs = await journalRuns(store);
  const differences = [...(await strangers(store, new Set(runs)))];
  async function* rows(): AsyncGenerator<ViewChanges> {
    for (const run of runs) {
      const history = await readHistory(store, run, await rulesOf(run));
      const derived = rowsOf(history);
      differences.push(...(await compared(store, run, derived)));
      await visit(history);
      yield derived;
    }
  }
  await store.views.rebuild(rows());
  return { runs, differences };
}

/** Every run the journal holds, in the order they began. */
async function journalRuns(store: Store): Promise<readonly RunId[]> {
  const { size } = await store.audit.head();
  const runs: RunId[] = [];
  for await (const batch of store.audit.entries(0, size)) {
    for (const { run, version } of batch) {
      const id = run === null || version !== 1 ? null : parseId("run", run);
      if (id?.ok === true) runs.push(id.value);
    }
  }
  return runs;
}

function rowsOf({ state, approvals, artifacts }: History): ViewChanges {
  const last = new Map(artifacts.map((each) => [artifactKey(each), each]));
  return { run: runView(state), approvals, artifacts: [...last.values()] };
}

async function strangers(store: Store, known: ReadonlySet<string>): Promise<readonly RowDifference[]> {
  const found: RowDifference[] = [];
  for (let before: { readonly createdAt: number; readonly run: string } | null = null; ;) {
    const page = await store.views.runs({ statuses: [], before, limit: PAGE });
    for (const { run_id: run } of page) {
      if (!known.has(run)) found.push({ run, list: "runs", row: run, kind: "extra", members: [] });
    }
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return found;
    before = { createdAt: last.created_at_ms, run: last.run_id };
  }
}

async function compared(store: Store, run: RunId, derived: ViewChanges): Promise<readonly RowDifference[]> {
  const before = await store.views.run(run);
  // It moved on between the fold and this look, and its rows with it.
  if (before !== null && before.version > derived.run.version) return [];
  const approvals = await store.views.approvals({ statuses: [], run, limit: EVERY_ROW });
  const artifacts = await store.views.artifacts(run);
  const differing = <R extends object>(
    list: RowDifference["list"],
    was: readonly R[],
    is: readonly R[],
    key: (row: R) => string,
  ) => rowDifferences(was, is, key).map((each) => ({ run, list, ...each }));
  return [
    ...differing("runs", before === null ? [] : [before], [derived.run], ({ run_id }) => run_id),
    ...differing("approvals", approvals, derived.approvals, ({ approval_id }) => approval_id),
    ...differing("artifacts", artifacts, derived.artifacts, artifactKey),
  ];
}

type Difference = Pick<RowDifference, "row" | "kind" | "members">;

function rowDifferences<R extends object>(
  was: readonly R[],
  is: readonly R[],
  key: (row: R) => string,
): readonly Difference[] {
  const found = new Map(was.map((row) => [key(row), row]));
  const right = new Set(is.map(key));
  const wrong = is.flatMap((row): readonly Difference[] => {
    const before = found.get(key(row));
    if (before === undefined) return [{ row: key(row), kind: "missing", members: [] }];
    const members = differingMembers(before, row);
    return members.length === 0 ? [] : [{ row: key(row), kind: "wrong", members }];
  });
  const extra = [...found.keys()].filter((name) => !right.has(name));
  return [...wrong, ...extra.map((row): Difference => ({ row, kind: "extra", members: [] }))];
}

function differingMembers(was: object, is: object): readonly string[] {
  const before = new Map(Object.entries(was));
  return Object.entries(is)
    .filter(([name, value]) => canonical(value) !== canonical(before.get(name)))
    .map(([name]) => name);
}

function canonical(value: unknown): string {
  const json: Json = plainJson(value ?? null);
  return canonicalJson(json);
}

/** A step's newest version of a file is one row. */
function artifactKey({ path, step }: ArtifactView): string {
  return `${path} (${step})`;
}

const PAGE = 500;
const EVERY_ROW = Number.MAX_SAFE_INTEGER;

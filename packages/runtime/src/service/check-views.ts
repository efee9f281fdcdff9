import { parseId } from "@writ/core";
import type { LogLine, Store } from "../ports/store.ts";
import type { Walked, WalkedRun } from "./log-walk.ts";

const PAGE = 500;

/**
 * First positions of runs whose row in the lists is not the one their journal has led to.
 *
 * Runs may move all the while: a row that does not fit the walk is read again, and held against what the log led to
 * just before and just after.
 */
export async function differingViews(
  store: Store,
  { size, runs }: Pick<Walked, "size" | "runs">,
): Promise<readonly number[]> {
  const suspects = await differingRuns(store, runs);
  if (suspects.length === 0) return [];
  const before = await followed(store, new Map(runs), size);
  const rows: (readonly [run: string, version: number])[] = [];
  for (const run of suspects) rows.push([run, await listedVersion(store, run)]);
  const after = await followed(store, new Map(before.runs), before.size);
  const version = (moment: typeof after, run: string): number => moment.runs.get(run)?.version ?? 0;
  return rows
    .filter(([run, listed]) => listed < version(before, run) || listed > version(after, run))
    .map(([run]) => after.runs.get(run)?.first ?? 0);
}

async function differingRuns(store: Store, runs: ReadonlyMap<string, WalkedRun>): Promise<readonly string[]> {
  const left = new Map(runs);
  const wrong: string[] = [];
  for (let before: { readonly createdAt: number; readonly run: string } | null = null; ;) {
    const page: Awaited<ReturnType<Store["views"]["runs"]>> = await store.views.runs({
      statuses: [],
      before,
      limit: PAGE,
    });
    for (const view of page) {
      if (left.get(view.run_id)?.version !== view.version) wrong.push(view.run_id);
      left.delete(view.run_id);
    }
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) break;
    before = { createdAt: last.created_at_ms, run: last.run_id };
  }
  return [...wrong, ...left.keys()];
}

/** 0 where no list has the run. */
async function listedVersion(store: Store, run: string): Promise<number> {
  const id = parseId("run", run);
  return id.ok ? ((await store.views.run(id.value))?.version ?? 0) : 0;
}

/** What the log has led to by now. @param runs after its first `from` entries; moved on */
async function followed(
  store: Store,
  runs: Map<string, WalkedRun>,
  from: number,
): Promise<Pick<Walked, "size" | "runs">> {
  const { size } = await store.audit.head();
  for await (const lines of store.audit.lines(from, size)) for (const line of lines) follow(runs, line);
  return { size, runs };
}

function follow(runs: Map<string, WalkedRun>, { run, seq, version }: LogLine): void {
  if (run !== null) runs.set(run, { first: runs.get(run)?.first ?? seq, version: version ?? 0 });
}

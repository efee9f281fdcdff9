import type { Store } from "../ports/store.ts";
import type { WalkedRun } from "./log-walk.ts";

const PAGE = 500;

/** First positions of runs whose row in the lists is not the one their journal has led to. */
export async function differingViews(store: Store, runs: ReadonlyMap<string, WalkedRun>): Promise<readonly number[]> {
  const left = new Map(runs);
  const wrong: number[] = [];
  for (let before: { readonly createdAt: number; readonly run: string } | null = null; ;) {
    const page: Awaited<ReturnType<Store["views"]["runs"]>> = await store.views.runs({
      statuses: [],
      before,
      limit: PAGE,
    });
    for (const view of page) {
      const run = left.get(view.run_id);
      if (run?.version !== view.version) wrong.push(run?.first ?? 0);
      left.delete(view.run_id);
    }
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) break;
    before = { createdAt: last.created_at_ms, run: last.run_id };
  }
  return [...wrong, ...[...left.values()].map(({ first }) => first)];
}

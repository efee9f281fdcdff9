import { isTerminal, NEEDING_STATES, needsYou, RUN_STATUSES, type RunId, type RunView } from "@writ/core";
import type { RunRows } from "../ports/run-rows.ts";
import type { RunQuery } from "../ports/store.ts";

export interface ListQuery {
  /** Empty means any. */
  readonly states: readonly string[];
  /** Only runs that wait for nobody and do not move, made before this one. */
  readonly before: RunId | null;
  readonly limit: number;
}

/** Runs in three groups, each newest first. */
export interface RunList {
  readonly needsYou: readonly RunView[];
  readonly running: readonly RunView[];
  readonly others: readonly RunView[];
  /** Runs the query means and the limit left out. */
  readonly left: number;
}

type Rows = Pick<RunRows, "views">;

const PAGE = 100;
const MOVING = ["in_progress"];
const RESTING = RUN_STATUSES.filter((status) => status === "planned" || status === "paused" || isTerminal(status));

/** Those that need a person first, then those that move, then the others, as many as the limit allows. */
export async function listRuns(store: Rows, { states, before, limit }: ListQuery): Promise<RunList> {
  const wanted = (group: readonly string[]): readonly string[] =>
    states.length === 0 ? group : group.filter((state) => states.includes(state));
  const take = async (group: readonly string[], room: number, keeps: (view: RunView) => boolean) =>
    group.length === 0 ? [] : taken(rowsOf(store, group, null), room, keeps);
  if (before !== null) return olderRuns(store, wanted(RESTING), before, limit);
  const waiting = await take(wanted(NEEDING_STATES), limit, needsYou);
  const running = await take(wanted(MOVING), limit - waiting.length, () => true);
  const others = await take(wanted(RESTING), limit - waiting.length - running.length, isAtRest);
  const counts = await store.views.countRuns();
  const all = [...counts].reduce(
    (sum, [state, count]) => (states.length === 0 || states.includes(state) ? sum + count : sum),
    0,
  );
  return {
    needsYou: waiting,
    running,
    others,
    left: Math.max(0, all - waiting.length - running.length - others.length),
  };
}

/** A further page: what needs somebody or moves stood on the first one. */
async function olderRuns(store: Rows, states: readonly string[], before: RunId, limit: number): Promise<RunList> {
  const from = await store.views.run(before);
  const cursor = from === null ? null : { createdAt: from.created_at_ms, run: from.run_id };
  const others: RunView[] = [];
  let left = 0;
  if (states.length > 0) {
    for await (const view of rowsOf(store, states, cursor)) {
      if (!isAtRest(view)) continue;
      if (others.length < limit) others.push(view);
      else left += 1;
    }
  }
  return { needsYou: [], running: [], others, left };
}

function isAtRest(view: RunView): boolean {
  return !needsYou(view);
}

async function taken(
  rows: AsyncIterable<RunView>,
  room: number,
  keeps: (view: RunView) => boolean,
): Promise<readonly RunView[]> {
  const found: RunView[] = [];
  if (room <= 0) return found;
  for await (const view of rows) {
    if (keeps(view)) found.push(view);
    if (found.length >= room) break;
  }
  return found;
}

async function* rowsOf(store: Rows, statuses: readonly string[], from: RunQuery["before"]): AsyncGenerator<RunView> {
  for (let before = from; ;) {
    const page = await store.views.runs({ statuses, before, limit: PAGE });
    yield* page;
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return;
    before = { createdAt: last.created_at_ms, run: last.run_id };
  }
}

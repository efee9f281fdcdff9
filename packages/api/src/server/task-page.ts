import { needsYou, type RunView } from "@writ/core";
import type { Desk, RunQuery } from "@writ/runtime";
import { cursorOf, placeOf } from "./page-cursor.ts";

/** Rows read at once. */
const PAGE = 200;

export interface TaskWish extends Omit<RunQuery, "before"> {
  /** Only those somebody must act on, or only the others; any where it is null. */
  readonly needsYou: boolean | null;
  readonly cursor: string | null;
}

/** A page of runs, newest first. */
export async function taskPage(
  { store }: Pick<Desk, "store">,
  { needsYou: wanted, cursor, limit, ...query }: TaskWish,
): Promise<{ readonly rows: readonly RunView[]; readonly next: string | null }> {
  const rows: RunView[] = [];
  const start = cursor === null ? null : placeOf(cursor);
  let before: RunQuery["before"] = start === null ? null : { createdAt: start.at, run: start.id };
  for (;;) {
    const page = await store.views.runs({ ...query, before, limit: PAGE });
    for (const row of page) {
      if (wanted !== null && needsYou(row) !== wanted) continue;
      const last = rows.at(-1);
      if (rows.length === limit && last !== undefined)
        return { rows, next: cursorOf({ at: last.created_at_ms, id: last.run_id }) };
      rows.push(row);
    }
    const end = page.at(-1);
    if (end === undefined || page.length < PAGE) return { rows, next: null };
    before = { createdAt: end.created_at_ms, run: end.run_id };
  }
}

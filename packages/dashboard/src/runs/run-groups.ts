import type { TaskHead } from "../api/connection.ts";
import { instantOf } from "../system/clock.ts";
import { dayHeading } from "../text/when.ts";

/** A row of the list: a heading, or a run beneath it. */
export type ListRow =
  | { readonly kind: "heading"; readonly key: string; readonly text: string }
  | { readonly kind: "run"; readonly key: string; readonly run: TaskHead };

export interface Group {
  readonly name: string;
  readonly runs: readonly TaskHead[];
  /** How many there are where not all are loaded. */
  readonly total?: number | undefined;
}

/** Groups one beneath the other; what stands in an earlier one stands in no later one. */
export function listRows(groups: readonly Group[]): readonly ListRow[] {
  const seen = new Set<string>();
  return groups.flatMap(({ name, runs, total }) => {
    const fresh = runs.filter(({ id }) => !seen.has(id));
    for (const { id } of fresh) seen.add(id);
    if (fresh.length === 0) return [];
    const text = total === undefined ? name : `${name} · ${total}`;
    return [
      { kind: "heading", key: name, text } as const,
      ...fresh.map((run) => ({ kind: "run", key: run.id, run }) as const),
    ];
  });
}

/** Runs, newest first, by the day on which they were made. */
export function byDay(runs: readonly TaskHead[], now: number): readonly Group[] {
  const days = new Map<string, TaskHead[]>();
  for (const run of runs) {
    const day = dayHeading(instantOf(run.created_at), now);
    const known = days.get(day);
    if (known === undefined) days.set(day, [run]);
    else known.push(run);
  }
  return [...days].map(([name, ofDay]) => ({ name, runs: ofDay }));
}

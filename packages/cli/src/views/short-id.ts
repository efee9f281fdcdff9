/** Characters behind `run_`: the instant a run was made, which hardly another one shares; then more, up to all. */
const LENGTHS = [10, 14, 18, 26] as const;

/** The shortest of a few beginnings of a run's id that names it alone today; for commands that read. */
export async function shortId(desk: Pick<RunDesk, "store">, run: string): Promise<string> {
  const body = run.slice("run_".length);
  for (const length of LENGTHS) {
    const found = await desk.store.views.complete("run", `run_${body.slice(0, length)}`, 2);
    if (found.length <= 1) return body.slice(0, length);
  }
  return body;
}
import type { RunDesk } from "@writ/runtime";

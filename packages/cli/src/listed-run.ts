import { parseId, type RunView } from "@writ/core";
import type { RunDesk } from "@writ/runtime";
import type { ListedRun } from "./views/run-row.ts";
import { shortId } from "./views/short-id.ts";

/** No run comes near it; each request was put to a person. */
const MOST_REQUESTS = 10_000;

/** Everything a list shows of a run, from rows alone. */
export async function listedRun(desk: RunDesk, view: RunView): Promise<ListedRun> {
  const id = parseId("run", view.run_id);
  const run = id.ok ? id.value : await desk.runNamed(view.run_id);
  const [approvals, artifacts] = await Promise.all([
    desk.store.views.approvals({ statuses: [], run, limit: MOST_REQUESTS }),
    desk.store.views.artifacts(run),
  ]);
  return { view, approvals, artifacts, shortId: await shortId(desk, view.run_id) };
}

import { OrchestratorError, parseId, type RunId } from "@writ/core";
import type { Desk } from "@writ/runtime";

/** The task of an id. @throws OrchestratorError `run_not_found` */
export async function knownRun(desk: Pick<Desk, "store">, text: string): Promise<RunId> {
  const id = parseId("run", text);
  if (id.ok && (await desk.store.views.run(id.value)) !== null) return id.value;
  throw new OrchestratorError("run_not_found", `there is no task ${text}; see them with: GET /tasks`);
}

import { approvalDocument, isJsonObject, parseId, OrchestratorError, type Json, type RunId } from "@writ/core";
import { argumentOf } from "../argv/invocation.ts";
import type { ExitCode, Setting } from "../command-module.ts";
import { atRunDesk } from "../compose.ts";
import { taskJson } from "../drive.ts";
import { decisionLines } from "../terminal/approvals-view.ts";
import { stay } from "./run.ts";

/** `writ approvals approve <id>`: the run goes on, driven by whoever owns the workspace. */
export async function run(setting: Setting): Promise<ExitCode> {
  const { invocation, terminal, world } = setting;
  return atRunDesk(world, invocation, async (desk) => {
    const approval = argumentOf(invocation, "id") ?? "";
    const before = await desk.store.views.run(parsedRun((await desk.approvalNamed(approval)).run_id));
    const answer = await desk.send({ method: "approve", approval });
    const { title, run: id } = decidedOf(answer["view"]);
    const decided = approvalDocument(await desk.approvalNamed(approval));
    if (!invocation.json) terminal.out(decisionLines(terminal.screen(), { kind: "approved", title, run: id }));
    await desk.send({ method: "rest", run: id });
    if (invocation.json)
      terminal.json({
        approval: decided,
        is_new: answer["isNew"] ?? false,
        run: await taskJson(desk, id),
      });
    else await stay(desk, setting, id, before?.version ?? 0);
    return 0;
  });
}

function parsedRun(text: string): RunId {
  const id = parseId("run", text);
  if (!id.ok) throw new OrchestratorError("run_not_found", "the run of this request is gone; see: writ list");
  return id.value;
}

/** What a decision was about, from the service's answer. */
export function decidedOf(view: Json | undefined): { readonly title: string; readonly run: RunId } {
  const run = isJsonObject(view) ? view["run_id"] : undefined;
  const id = typeof run === "string" ? parseId("run", run) : null;
  if (!isJsonObject(view) || id === null || !id.ok)
    throw new OrchestratorError("run_not_found", "the run of this request is gone; see: writ list");
  const title = view["title"] ?? view["step"];
  return { title: typeof title === "string" ? title : id.value, run: id.value };
}

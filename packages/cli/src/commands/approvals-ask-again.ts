import { approvalDocument, isJsonObject } from "@writ/core";
import { argumentOf } from "../argv/invocation.ts";
import type { ExitCode, Setting } from "../command-module.ts";
import { atDesk, systemClockOf } from "../compose.ts";
import { approvalShowLines } from "../terminal/approval-view.ts";
import { approvalView } from "../views/approval.ts";

/** `writ approvals ask-again <id>` */
export async function run({ invocation, terminal, world }: Setting): Promise<ExitCode> {
  return atDesk(world, invocation, async (desk) => {
    const { view } = await desk.send({ method: "ask_again", approval: argumentOf(invocation, "id") ?? "" });
    const next = isJsonObject(view) && typeof view["approval_id"] === "string" ? view["approval_id"] : "";
    const detail = await desk.approvalDetail(await desk.approvalNamed(next));
    if (invocation.json) terminal.json(approvalDocument(detail.view));
    else terminal.out(approvalShowLines(terminal.screen(), approvalView(detail, systemClockOf().now())));
    return 3;
  });
}

import { approvalDocument, OrchestratorError } from "@writ/core";
import { argumentOf, optionOf } from "../argv/invocation.ts";
import type { ExitCode, Setting } from "../command-module.ts";
import { atRunDesk } from "../compose.ts";
import { decisionLines } from "../terminal/approvals-view.ts";
import { decidedOf } from "./approvals-approve.ts";

/** `writ approvals deny <id> --reason TEXT` */
export async function run({ invocation, terminal, world }: Setting): Promise<ExitCode> {
  const reason = optionOf(invocation, "--reason");
  if (reason === undefined || reason.trim() === "")
    throw new OrchestratorError("input_malformed", 'a denial needs a reason; add: --reason "…"');
  return atRunDesk(world, invocation, async (desk) => {
    const approval = argumentOf(invocation, "id") ?? "";
    const answer = await desk.send({ method: "deny", approval, reason });
    const { title, run: id } = decidedOf(answer["view"]);
    await desk.send({ method: "rest", run: id });
    if (invocation.json)
      terminal.json({
        approval: approvalDocument(await desk.approvalNamed(approval)),
        is_new: answer["isNew"] ?? false,
      });
    else terminal.out(decisionLines(terminal.screen(), { kind: "denied", title, run: id }));
    return 0;
  });
}

import { approvalDocument } from "@writ/core";
import { argumentOf } from "../argv/invocation.ts";
import type { ExitCode, Setting } from "../command-module.ts";
import { atDesk, systemClockOf } from "../compose.ts";
import { approvalShowLines } from "../terminal/approval-view.ts";
import { approvalView } from "../views/approval.ts";

/** `writ approvals show <id>`: renders exactly the hashed bytes. */
export async function run({ invocation, terminal, world }: Setting): Promise<ExitCode> {
  return atDesk(world, invocation, async (desk) => {
    const view = await desk.approvalNamed(argumentOf(invocation, "id") ?? "");
    const detail = await desk.approvalDetail(view);
    if (invocation.json) {
      const { preview, args, evidence, moved, request } = detail;
      terminal.json({ ...approvalDocument(view), preview, args, evidence, moved, binding: request.binding });
    } else {
      terminal.out(approvalShowLines(terminal.screen(), approvalView(detail, systemClockOf().now())));
    }
    return 0;
  });
}

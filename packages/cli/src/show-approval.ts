import type { RunDesk } from "@writ/runtime";
import { approvalDocument } from "@writ/core";
import { namesFor } from "./compose-user.ts";
import type { Setting } from "./command-module.ts";
import { systemClockOf } from "./compose.ts";
import { approvalShowLines } from "./terminal/approval-view.ts";
import { approvalView } from "./views/approval.ts";

/** One request with the bytes that are hashed, for a person or as a document. */
export async function showApproval(desk: RunDesk, { invocation, terminal, world }: Setting, id: string): Promise<void> {
  const view = await desk.approvalNamed(id);
  const detail = await desk.approvalDetail(view);
  if (!invocation.json)
    return terminal.out(
      approvalShowLines(terminal.screen(), approvalView(detail, systemClockOf().now(), namesFor(world))),
    );
  const { preview, args, evidence, moved, request } = detail;
  terminal.json({ ...approvalDocument(view), preview, args, evidence, moved, binding: request.binding });
}

import { approvalDocument, reaches, type ApprovalMode, type ApprovalView } from "@writ/core";
import { hasOption } from "../argv/invocation.ts";
import type { ExitCode, Setting } from "../command-module.ts";
import { atDesk, systemClockOf } from "../compose.ts";
import { approvalListLines } from "../terminal/approvals-view.ts";
import type { ApprovalRowView } from "../terminal/view.ts";

/** `writ approvals [list]`: what waits, soonest expiry first. */
export async function run({ invocation, terminal, world }: Setting): Promise<ExitCode> {
  return atDesk(world, invocation, async (desk) => {
    const statuses = hasOption(invocation, "--all") ? [] : ["waiting"];
    const views = await desk.store.views.approvals({ statuses, run: null, limit: 1_000 });
    if (invocation.json) {
      terminal.json(views.map(approvalDocument));
      return 0;
    }
    const now = systemClockOf().now();
    const rows = await Promise.all(
      views.map(async (view) =>
        rowOf(view, now, view.status === "waiting" ? (await desk.approvalDetail(view)).moved !== null : false),
      ),
    );
    terminal.out(approvalListLines(terminal.screen(), rows));
    return 0;
  });
}

function rowOf(view: ApprovalView, now: number, hasMoved: boolean): ApprovalRowView {
  return {
    approval: view.approval_id,
    shortId: view.approval_id.slice(0, 24),
    reach: reachOf(view.tier),
    title: view.title ?? `${view.step} of ${view.run_id}`,
    evidence: hasMoved ? "moved" : "unchanged",
    leftMs: Math.max(0, view.expires_at_ms - now),
  };
}

/** A tier that this version does not know counts as the furthest. */
export function reachOf(tier: string): ApprovalMode {
  const known = (["read_only", "local_write", "network", "delegated", "destructive"] as const).find(
    (mode) => mode === tier,
  );
  return known !== undefined && reaches(known, "read_only") ? known : "destructive";
}

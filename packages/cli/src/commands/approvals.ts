import { approvalDocument, reaches, type ApprovalMode, type ApprovalView } from "@writ/core";
import type { ApprovalPosition, RunDesk } from "@writ/runtime";
import { hasOption, optionOf } from "../argv/invocation.ts";
import type { ExitCode, Setting } from "../command-module.ts";
import { atRunDesk, systemClockOf } from "../compose.ts";
import { approvalListLines } from "../terminal/approvals-view.ts";
import { counted } from "@writ/core/text/figure";
import { say } from "../terminal/span.ts";
import type { ApprovalListView, ApprovalRowView } from "../terminal/view.ts";
import { wholeNumber } from "../whole-number.ts";

const USUAL_LIMIT = 100;

/** `writ approvals [list]`: what waits, soonest expiry first, a page at a time. */
export async function run({ invocation, terminal, world }: Setting): Promise<ExitCode> {
  const limit = wholeNumber(invocation, "--limit", 1) ?? USUAL_LIMIT;
  const isAll = hasOption(invocation, "--all");
  return atRunDesk(world, invocation, async (desk) => {
    const statuses = isAll ? [] : ["waiting"];
    const cursor = optionOf(invocation, "--after");
    const after = cursor === undefined ? {} : { after: positionOf(await desk.approvalNamed(cursor)) };
    const page = await desk.store.views.approvals({ statuses, run: null, ...after, limit });
    const more = await behind(desk, statuses, page.at(-1));
    if (invocation.json) terminal.json(page.map(approvalDocument));
    else terminal.out(approvalListLines(terminal.screen(), { rows: await rowsOf(desk, page), more }));
    // The rows of a program end without a word; what they leave out is said beside them.
    if (more !== null && (invocation.json || terminal.screen().form === "lines")) {
      const sentence = `writ: ${counted(more.count, "more request")}: ${more.command}`;
      terminal.err([say(terminal.errorScreen(), "plain", sentence)]);
    }
    return 0;
  });
}

/** What a page leaves out behind its last row, and the command that goes on. */
async function behind(
  desk: RunDesk,
  statuses: readonly string[],
  last: ApprovalView | undefined,
): Promise<ApprovalListView["more"]> {
  if (last === undefined) return null;
  const count = await desk.store.views.countApprovals({ statuses, after: positionOf(last) });
  const all = statuses.length === 0 ? " --all" : "";
  return count === 0 ? null : { count, command: `writ approvals --after ${last.approval_id}${all}` };
}

function positionOf({ expires_at_ms: at, approval_id: approval }: ApprovalView): ApprovalPosition {
  return { at, approval };
}

/** Requests of one run are looked at one after another: each run is folded once, and only one is held. */
async function rowsOf(desk: RunDesk, page: readonly ApprovalView[]): Promise<readonly ApprovalRowView[]> {
  const now = systemClockOf().now();
  const moved = new Set<string>();
  const waiting = page.filter(({ status }) => status === "waiting");
  for (const ofRun of Map.groupBy(waiting, ({ run_id }) => run_id).values()) {
    for (const view of ofRun) if ((await desk.approvalDetail(view)).moved !== null) moved.add(view.approval_id);
  }
  return page.map((view) => rowOf(view, now, moved.has(view.approval_id)));
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

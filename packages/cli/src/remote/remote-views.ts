import { APPROVAL_STATUSES } from "@writ/api/contract/run";
import {
  epochMs,
  OrchestratorError,
  parseId,
  RUN_STATUSES,
  toRfc3339,
  type ApprovalView,
  type RunView,
} from "@writ/core";
import type { ApprovalQuery, RunViews } from "@writ/runtime";
import { approvalRow, artifactRow, runRow } from "./rows.ts";
import type { ServerLine } from "./server-line.ts";

/** Rows a server gives at once. */
const PAGE = 200;

/** The lists of a server, a page at a time. */
export function remoteViews(line: ServerLine): RunViews {
  return {
    run: (id) => unlessMissing("run_not_found", async () => runRow(await line.call("get_task", { params: { id } }))),
    complete: async (kind, prefix, limit) =>
      (await line.call("complete_name", { query: { kind, prefix, limit } })).items,
    async runs({ statuses, text, tool, since, before, limit }) {
      const query = {
        state: RUN_STATUSES.filter((status) => statuses.includes(status)),
        ...(text === undefined ? {} : { q: text }),
        ...(tool === undefined ? {} : { tool }),
        ...(since === undefined ? {} : { since: toRfc3339(epochMs(since)) }),
      };
      const rows: RunView[] = [];
      let place: { readonly before?: string; readonly cursor?: string } = before === null ? {} : { before: before.run };
      for (;;) {
        const page = { ...query, ...place, limit: Math.min(PAGE, limit - rows.length) };
        const { items, next_cursor: cursor } = await line.call("list_tasks", { query: page });
        rows.push(...items.map(runRow));
        if (cursor === null || rows.length >= limit) return rows;
        place = { cursor };
      }
    },
    async approval(id) {
      if (!parseId("approval", id).ok) return null;
      return unlessMissing("approval_not_found", async () => {
        const { items } = await line.call("list_approvals", { query: { id } });
        return items.map(approvalRow)[0] ?? null;
      });
    },
    async approvals(query) {
      const rows: ApprovalView[] = [];
      for await (const page of approvalPages(line, query)) rows.push(...page);
      return rows;
    },
    async countApprovals({ statuses, after }) {
      const query = { statuses, run: null, ...(after === undefined ? {} : { after }), limit: Number.MAX_SAFE_INTEGER };
      let count = 0;
      for await (const page of approvalPages(line, query)) count += page.length;
      return count;
    },
    artifacts: async (id) => (await line.call("list_artifacts", { params: { id } })).items.map(artifactRow),
    countRuns: async () => new Map(Object.entries((await line.call("list_tasks", { query: { limit: 1 } })).counts)),
  };
}

async function* approvalPages(
  line: ServerLine,
  { statuses, run, after, limit }: ApprovalQuery,
): AsyncGenerator<readonly ApprovalView[]> {
  const named = APPROVAL_STATUSES.filter((status) => statuses.includes(status));
  const query = { state: named.length === 0 ? (["any"] as const) : named, ...(run === null ? {} : { task: run }) };
  let left = limit;
  let place: { readonly after?: string; readonly cursor?: string } =
    after === undefined ? {} : { after: after.approval };
  for (;;) {
    const page = { ...query, ...place, state: [...query.state], limit: Math.min(PAGE, left) };
    const { items, next_cursor: cursor } = await line.call("list_approvals", { query: page });
    yield items.map(approvalRow);
    left -= items.length;
    if (cursor === null || left <= 0) return;
    place = { cursor };
  }
}

/** Null where the server says that there is no such thing. */
async function unlessMissing<T>(
  code: "run_not_found" | "approval_not_found",
  ask: () => Promise<T>,
): Promise<T | null> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof OrchestratorError && error.code === code) return null;
    throw error;
  }
}

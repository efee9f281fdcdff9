import {
  approvalDocument,
  confirmationFor,
  epochMs,
  gateWords,
  OrchestratorError,
  parseId,
  previewOf,
  toRfc3339,
  type ApprovalView,
} from "@writ/core";
import { actorOf, type ApprovalDetail, type Desk, type Principal } from "@writ/runtime";
import { json, type Handlers } from "../call.ts";
import { knownRun } from "../known-run.ts";
import { cursorOf, placeOf } from "../page-cursor.ts";
import { personOf } from "../person.ts";
import { taskRow } from "../task-document.ts";

const USUAL_LIMIT = 100;
/** Rows read at once where a filter leaves some out. */
const PAGE = 500;

type ApprovalOperation = "list_approvals" | "get_approval" | "approve" | "deny" | "ask_again";

/** Requests for a decision: what they would do, and the word on them. */
export const APPROVAL_HANDLERS: Handlers<ApprovalOperation> = {
  async list_approvals({ query }, { desk }) {
    const { state = ["waiting"], task, tool, tier, id, after: behind, cursor, limit = USUAL_LIMIT } = query;
    if (id !== undefined) return json({ items: [approvalDocument(await known(desk, id))], next_cursor: null });
    const run = task === undefined ? null : await knownRun(desk, task);
    const statuses = state.includes("any") ? [] : state;
    const last = behind === undefined ? null : await known(desk, behind);
    const place = last === null ? null : { at: last.expires_at_ms, id: last.approval_id };
    const start = cursor === undefined ? (place ?? undefined) : placeOf(cursor);
    const items: ApprovalView[] = [];
    let after = start === undefined ? {} : { after: { at: start.at, approval: start.id } };
    for (;;) {
      const page = await desk.store.views.approvals({ statuses, run, ...after, limit: PAGE });
      for (const view of page) {
        if ((tool !== undefined && view.tool !== tool) || (tier !== undefined && view.tier !== tier)) continue;
        const last = items.at(-1);
        if (items.length === limit && last !== undefined)
          return json({ items: items.map(approvalDocument), next_cursor: placeAfter(last) });
        items.push(view);
      }
      const end = page.at(-1);
      if (end === undefined || page.length < PAGE)
        return json({ items: items.map(approvalDocument), next_cursor: null });
      after = { after: { at: end.expires_at_ms, approval: end.approval_id } };
    }
  },

  async get_approval({ params }, { desk, clock }) {
    const view = await known(desk, params.id);
    const detail = await desk.approvalDetail(view);
    const run = await desk.store.views.run(await knownRun(desk, view.run_id));
    return json(requestDocument(detail, run?.goal ?? null, clock.now()));
  },

  async approve(call, { desk }) {
    const { binding_hash: seen, confirmation } = call.body;
    const view = await known(desk, call.params.id);
    if (seen !== undefined && seen !== view.binding_hash)
      throw new OrchestratorError(
        "approval_void",
        `what you saw is not what ${view.approval_id} would grant; look at it again: GET /approvals/${view.approval_id}`,
        { details: { seen, binding_hash: view.binding_hash } },
      );
    await assertConfirmed(desk, view, personOf(call), confirmation);
    const answer = await desk.send({ method: "approve", approval: view.approval_id }, actorOf(personOf(call)));
    return json(await decidedDocument(desk, view.approval_id, answer["isNew"] === true));
  },

  async deny(call, { desk }) {
    const view = await known(desk, call.params.id);
    const { reason } = call.body;
    const answer = await desk.send({ method: "deny", approval: view.approval_id, reason }, actorOf(personOf(call)));
    return json(await decidedDocument(desk, view.approval_id, answer["isNew"] === true));
  },

  async ask_again(call, { desk }) {
    const view = await known(desk, call.params.id);
    await desk.send({ method: "ask_again", approval: view.approval_id }, actorOf(personOf(call)));
    return json(await askedAgainDocument(desk, view.approval_id));
  },
};

/** A page cannot be made to decide by a click that was meant for something else: what cannot be undone is typed. */
async function assertConfirmed(
  desk: Desk,
  view: ApprovalView,
  { isLogin }: Principal,
  typed: string | undefined,
): Promise<void> {
  if (!isLogin || view.tier !== "destructive" || view.status !== "waiting") return;
  const word = confirmationOf(await desk.approvalDetail(view));
  if (word === null || typed?.trim() === word) return;
  throw new OrchestratorError("confirmation_missing", `this cannot be undone; to approve it, type ${word}`);
}

/** A decision and the task just after it. */
export async function decidedDocument(desk: Desk, id: string, isNew: boolean) {
  const view = await known(desk, id);
  const row = await desk.store.views.run(await knownRun(desk, view.run_id));
  if (row === null) throw new OrchestratorError("run_not_found", `the task of ${id} is gone; see: GET /tasks`);
  return { approval: approvalDocument(view), is_new: isNew, task: await taskRow(desk, row) };
}

/** The request that waits in the place of one that was voided; that one itself where none does any more. */
export async function askedAgainDocument(desk: Desk, id: string) {
  const view = await known(desk, id);
  const run = await knownRun(desk, view.run_id);
  const open = await desk.store.views.approvals({ statuses: ["waiting"], run, limit: PAGE });
  return { approval: approvalDocument(open.find(({ step }) => step === view.step) ?? view) };
}

/** Deciding takes the full id, and so does looking by this door. @throws OrchestratorError `approval_not_found` */
async function known(desk: Desk, id: string): Promise<ApprovalView> {
  const view = parseId("approval", id).ok ? await desk.store.views.approval(id) : null;
  if (view !== null) return view;
  throw new OrchestratorError(
    "approval_not_found",
    `there is no approval ${id}; see those that wait with: GET /approvals`,
  );
}

function placeAfter({ expires_at_ms: at, approval_id: id }: ApprovalView): string {
  return cursorOf({ at, id });
}

function requestDocument(detail: ApprovalDetail, goal: string | null, now: number) {
  const { view, request, preview, args, evidence, moved, live } = detail;
  const { binding } = request;
  return {
    ...approvalDocument(view),
    goal,
    preview,
    args,
    evidence,
    moved,
    binding,
    reasons: binding.gates.map((rule) => ({ rule, says: gateWords(rule, binding.tier) })),
    confirmation: confirmationOf(detail),
    live: live === null ? null : { ...live, read_at: toRfc3339(epochMs(now)) },
  };
}

function confirmationOf({ preview, request }: ApprovalDetail): string | null {
  const shown = previewOf(preview);
  if (request.binding.tier !== "destructive" || shown === null) return null;
  return confirmationFor(shown, request.bindingHash);
}

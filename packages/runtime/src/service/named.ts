import { OrchestratorError, parseId, type ApprovalView, type RunId } from "@writ/core";
import type { RunViews } from "../ports/run-rows.ts";

/** Characters of an id's body from which on it names something. */
const SHORTEST = 4;
/** Ids that are named at most where a beginning fits several. */
const MOST_NAMED = 5;

/**
 * The one run a text names: a full id, or a unique prefix of at least four characters with or without `run_`.
 *
 * @throws OrchestratorError `run_not_found`, `ambiguous_id`
 */
export async function runNamed(views: Pick<RunViews, "complete">, text: string): Promise<RunId> {
  const full = parseId("run", text);
  if (full.ok) return full.value;
  const body = text.startsWith("run_") ? text.slice(4) : text;
  const isBody = body.length >= SHORTEST && /^[0-9a-hjkmnp-tv-z]+$/.test(body);
  const found = isBody ? await views.complete("run", `run_${body}`, MOST_NAMED) : [];
  const [first, second] = found;
  if (first === undefined) throw runNotFound(text);
  if (second !== undefined)
    throw new OrchestratorError("ambiguous_id", `${text} could be ${found.join(", ")}; give more of it`);
  const id = parseId("run", first);
  if (!id.ok) throw runNotFound(text);
  return id.value;
}

export function runNotFound(text: string): OrchestratorError {
  return new OrchestratorError("run_not_found", `there is no run ${text}; see them with: writ list`);
}

/**
 * The one request a text names, as `runNamed`.
 *
 * @throws OrchestratorError `approval_not_found`, `ambiguous_id`
 */
export async function approvalNamed(
  views: Pick<RunViews, "complete" | "approval">,
  text: string,
): Promise<ApprovalView> {
  const full = parseId("approval", text);
  const body = text.startsWith("apr_") ? text.slice(4) : text;
  const ids = full.ok
    ? [text]
    : body.length < SHORTEST
      ? []
      : await views.complete("approval", `apr_${body}`, MOST_NAMED);
  if (ids.length > 1)
    throw new OrchestratorError("ambiguous_id", `${text} could be ${ids.join(", ")}; give more of it`);
  return approvalOf(views, ids[0] ?? text);
}

/** @throws OrchestratorError `approval_not_found` for an id that is unknown or not whole: deciding takes the full id */
export async function approvalOf(views: Pick<RunViews, "approval">, id: string): Promise<ApprovalView> {
  const view = await views.approval(id);
  if (view !== null) return view;
  throw new OrchestratorError(
    "approval_not_found",
    `there is no approval ${id}; see those that wait with: writ approvals`,
  );
}

import { ApiProblem, Client } from "@writ/api/client/client";
import type { Answer } from "@writ/api/contract/forms";

export type Me = Answer<"get_me">;
export type Task = Answer<"get_task">;
export type TaskHead = Answer<"list_tasks">["items"][number];
export type Plan = Answer<"get_plan">;
export type StepDetail = Answer<"get_step">;
export type Report = Answer<"get_report">;
export type Approval = Answer<"list_approvals">["items"][number];
export type ApprovalRequest = Answer<"get_approval">;
/** What a person is shown before they decide. */
export type Preview = NonNullable<ApprovalRequest["preview"]>;
export type Tool = Answer<"list_tools">["items"][number];
export type Policy = Answer<"get_policy">;
export type Series = Answer<"get_series">;
export type Replayed = Answer<"replay_task">;

let csrf: string | null = null;

/** The word that proves a POST comes from this page; from `GET /me`. */
export function keepCsrf(word: string | null): void {
  csrf = word;
}

/** Speaks with the server this page came from. */
export const client = new Client({
  base: "",
  headers: () => (csrf === null ? {} : { "x-writ-csrf": csrf }),
  fetch: (url, init) => fetch(url, { ...init, credentials: "same-origin", cache: "no-store" }),
});

/** Whether somebody must log in before anything else is answered. */
export function isSignedOut(error: unknown): boolean {
  return error instanceof ApiProblem && error.problem.status === 401;
}

/** Asking again cannot help: the server refused. */
export function isRefusal(error: unknown): boolean {
  return error instanceof ApiProblem && !error.problem.retryable;
}

import type { OperationName } from "@writ/api/contract/operations";
import type { JsonObject } from "@writ/core";
import { failingTool, TestTool } from "@writ/testkit/build/test-tool";
import * as z from "zod";

import type { Served } from "./http.ts";
import { Workspace } from "./workspace.ts";

/** Operations that change something, or could. */
export const CHANGING = [
  "create_task",
  "run_task",
  "pause_task",
  "resume_task",
  "cancel_task",
  "extend_task",
  "resolve_step",
  "approve",
  "deny",
  "ask_again",
] as const satisfies readonly OperationName[];
export type Changing = (typeof CHANGING)[number];

/** A request of such an operation that will be granted. */
export interface Granted {
  readonly params: Readonly<Record<string, string>>;
  readonly body: JsonObject;
}

export const BRIEF = "Find new docs from the last 24 hours and summarize them";

const PLAN = z.record(z.string(), z.json());

/** The body of a request for a plan with these steps. */
export function planOf(...steps: readonly object[]): { readonly plan: z.output<typeof PLAN> } {
  const complete = steps.map((step) => ({ params: {}, ...step }));
  return { plan: PLAN.parse({ intent: "test.plan", decision_checkpoints: [], steps: complete }) };
}

let written = 0;

/** A write behind a gate, to a file of its own: no other approval rests on it. */
function aWrite(): object {
  written += 1;
  return { id: "write", tool: "docs.write_doc", params: { path: `out-${written}.md`, text: "# New\n" } };
}

/** Notes, a tool that answers and one that fails, so that a task can come to every stand. */
export function aStage(): Workspace {
  const tools = [new TestTool("test.read", "read_only"), failingTool("test.fail", "read_only", "unknown")];
  return Workspace.make("notes", { fittings: { tools } });
}

/** A task that was made and not started. */
export async function madeTask(served: Served, ...steps: readonly object[]): Promise<string> {
  return (await served.done("create_task", { body: planOf(...(steps.length === 0 ? [aWrite()] : steps)) })).id;
}

/** A task that was started and has come to rest. */
export async function restedTask(served: Served, ...steps: readonly object[]): Promise<string> {
  const id = await madeTask(served, ...steps);
  await served.done("run_task", { params: { id }, body: {} });
  const desk = await served.work.desk();
  await served.work.rest(await desk.runNamed(id));
  return id;
}

export async function waitingApproval(served: Served, task: string): Promise<string> {
  const { items } = await served.done("list_approvals", { query: { task } });
  const [only] = items;
  if (only === undefined) throw new TypeError(`nothing waits in ${task}`);
  return only.approval_id;
}

/** Brings a task to where an operation succeeds. */
export const GRANTED: Readonly<Record<Changing, (served: Served) => Promise<Granted>>> = {
  create_task: async () => ({ params: {}, body: { goal: BRIEF } }),
  run_task: async (served) => ({ params: { id: await madeTask(served) }, body: {} }),
  pause_task: async (served) => ({ params: { id: await restedTask(served) }, body: {} }),
  resume_task: async (served) => {
    const id = await restedTask(served);
    await served.done("pause_task", { params: { id }, body: {} });
    return { params: { id }, body: {} };
  },
  cancel_task: async (served) => ({ params: { id: await restedTask(served) }, body: { reason: "not needed" } }),
  extend_task: async (served) => ({
    params: { id: await restedTask(served) },
    body: { steps: 2, reason: "two more" },
  }),
  resolve_step: async (served) => ({
    params: { id: await restedTask(served, { id: "a", tool: "test.fail" }), step: "a" },
    body: { answer: "skip" },
  }),
  approve: async (served) => ({ params: { id: await waitingApproval(served, await restedTask(served)) }, body: {} }),
  deny: async (served) => ({
    params: { id: await waitingApproval(served, await restedTask(served)) },
    body: { reason: "not now" },
  }),
  ask_again: async (served) => ({ params: { id: await waitingApproval(served, await restedTask(served)) }, body: {} }),
};

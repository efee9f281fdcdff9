import {
  fromRfc3339,
  millicentsOf,
  OrchestratorError,
  needsOf,
  NEEDING_STATES,
  stepDetail,
  type RunId,
} from "@writ/core";
import { actorOf, answerTo, planFailure, type ControlRequest, type Desk } from "@writ/runtime";
import { json, type Call, type Handlers } from "../call.ts";
import { knownRun } from "../known-run.ts";
import { cursorOf } from "../page-cursor.ts";
import { settledRun } from "../settled-run.ts";
import { taskDocument, taskOf, taskRow } from "../task-document.ts";
import { taskPage } from "../task-page.ts";
import { taskWish } from "../task-wish.ts";
import { personOf } from "../person.ts";
import { taskStream } from "./events.ts";

const USUAL_LIMIT = 100;

type TaskOperation =
  | "create_task"
  | "list_tasks"
  | "get_task"
  | "run_task"
  | "pause_task"
  | "resume_task"
  | "cancel_task"
  | "extend_task"
  | "resolve_step"
  | "get_step"
  | "get_plan";

/** Tasks by their public name: made, looked at, steered. */
export const TASK_HANDLERS: Handlers<TaskOperation> = {
  async create_task(call, ports) {
    const { desk } = ports;
    const request = await taskWish(call.body, desk);
    const { run: made } = await desk.send({ ...request, run: String(call.trace["run"]) }, actorOf(personOf(call)));
    const run = await knownRun(desk, String(made));
    if (call.traceParent !== null) desk.calledBy(run, call.traceParent);
    if (!request.begin) await settledRun(ports, run);
    const history = await desk.history(run);
    if (!request.begin && history.state.plan === null && history.state.status === "ended")
      throw unplanned(run, planFailure(history.state));
    return json(taskOf(history));
  },

  async list_tasks({ query }, { desk }) {
    const { state, needs_you: needs, q, tool, since, before, cursor, limit = USUAL_LIMIT } = query;
    const { rows, next } = await taskPage(desk, {
      statuses: state ?? (needs === "true" ? NEEDING_STATES : []),
      needsYou: needs === undefined ? null : needs === "true",
      text: q,
      tool,
      since: since === undefined ? undefined : (fromRfc3339(since) ?? undefined),
      cursor: cursor ?? (before === undefined ? null : await cursorBehind(desk, before)),
      limit,
    });
    const items = [];
    for (const row of rows) items.push(await taskRow(desk, row));
    return json({ items, next_cursor: next, counts: Object.fromEntries(await desk.store.views.countRuns()) });
  },

  async get_task({ params }, { desk }) {
    return json(await taskDocument(desk, await knownRun(desk, params.id)));
  },

  async run_task(call, ports) {
    const { desk } = ports;
    const run = await knownRun(desk, call.params.id);
    const before = await desk.store.views.run(run);
    if (before?.ended_at_ms != null)
      throw new OrchestratorError(
        "run_ended",
        `${run} has ended as ${before.status}; make a new task with: POST /tasks`,
      );
    if (before?.status !== "planned" && before?.status !== "paused")
      throw new OrchestratorError(
        "run_busy",
        `${run} is ${before?.status ?? "gone"}; look at it with: GET /tasks/${run}`,
      );
    await desk.send({ method: "resume", run }, actorOf(personOf(call)));
    if (call.media === "text/event-stream") return taskStream(ports, run, call.lastEventId ?? -1);
    return json(await taskDocument(desk, run));
  },

  pause_task: (call, { desk }) => steered(call, desk, (run) => ({ method: "pause", run })),
  resume_task: (call, { desk }) => steered(call, desk, (run) => ({ method: "resume", run })),
  cancel_task: (call, { desk }) =>
    steered(call, desk, (run) => ({ method: "cancel", run, reason: call.body.reason ?? "cancelled by the API" })),

  extend_task: (call, { desk }) =>
    steered(call, desk, (run) => {
      const { steps = 0, tool_calls = 0, tokens = 0, cost_cents = 0, wall_clock_ms = 0, reason } = call.body;
      const amounts = { steps, tool_calls, tokens, cost_millicents: millicentsOf(cost_cents), wall_clock_ms };
      return { method: "extend", run, amounts, reason };
    }),

  resolve_step: (call, { desk }) =>
    steered(call, desk, (run) => ({ method: "resolve", run, step: call.params.step, answer: call.body.answer })),

  async get_step({ params }, { desk }) {
    const run = await knownRun(desk, params.id);
    const { state, entries } = await desk.history(run);
    const step = stepDetail(state, entries, params.step);
    if (step === null)
      throw new OrchestratorError("step_not_found", `${run} has no step ${params.step}; see: GET /tasks/${run}`);
    return json(step);
  },

  async get_plan({ params }, { desk }) {
    const run = await knownRun(desk, params.id);
    const { state } = await desk.history(run);
    const { plan, settings } = state;
    if (plan === null)
      throw new OrchestratorError("nothing_to_answer", `${run} has no plan yet; ask again in a moment`);
    const setting = {
      ...desk.planSetting(settings?.mode ?? null),
      policy: state.rules.policy,
      tools: state.rules.tools,
    };
    const steps = plan.block.steps.map((step) => {
      const answer = step.kind === "tool" ? answerTo(plan, step, setting) : null;
      const tool = step.kind === "tool" ? step.tool : null;
      return {
        id: step.id,
        kind: step.kind,
        tool,
        approval_mode: tool === null ? null : (setting.tools.get(tool)?.spec.tier ?? "destructive"),
        needs: [...new Set(needsOf(step))],
        decision: answer?.effect ?? null,
        rules: answer?.rules ?? [],
      };
    });
    return json({ plan_id: plan.id, plan_hash: plan.hash, policy_mode: setting.mode, steps, document: plan.document });
  },
};

/** The run is there all the same, for who wants to look at it. */
function unplanned(run: RunId, { code, message, problems }: OrchestratorError): OrchestratorError {
  return new OrchestratorError(code, message, { details: { run }, problems });
}

async function cursorBehind(desk: Desk, text: string): Promise<string> {
  const run = await knownRun(desk, text);
  const view = await desk.store.views.run(run);
  return cursorOf({ at: view?.created_at_ms ?? 0, id: run });
}

async function steered(
  call: Pick<Call<"get_task">, "params" | "principal">,
  desk: Desk,
  request: (run: RunId) => ControlRequest,
) {
  const run = await knownRun(desk, call.params.id);
  await desk.send(request(run), actorOf(personOf(call)));
  return json(await taskDocument(desk, run));
}

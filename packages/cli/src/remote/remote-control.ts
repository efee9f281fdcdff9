import { FORMS, type Given } from "@writ/api/contract/forms";
import {
  centsOf,
  isJsonObject,
  OrchestratorError,
  parseId,
  plainJson,
  type ApprovalView,
  type JsonObject,
  type RunId,
} from "@writ/core";
import type { ControlRequest, CreateRequest } from "@writ/runtime";
import { approvalRow } from "./rows.ts";
import type { ServerLine } from "./server-line.ts";
import { unsupported } from "./unsupported.ts";

/** How often a run is looked at where the event stream says nothing. */
const LOOK_EVERY_MS = 500;

type Of<M extends ControlRequest["method"]> = Extract<ControlRequest, { readonly method: M }>;

/** What is done elsewhere than by one request. */
export interface ControlParts {
  /** Writes the evidence of a run into a folder. */
  readonly exportTo: (request: Of<"audit_export">) => Promise<JsonObject>;
}

/** Asks a server for what a desk asks the owner of its workspace for, and answers in the same form. */
export async function remoteControl(
  line: ServerLine,
  { exportTo }: ControlParts,
  request: ControlRequest,
): Promise<JsonObject> {
  switch (request.method) {
    case "create":
      return { run: await created(line, request) };
    case "approve": {
      const answer = await line.call("approve", { params: { id: request.approval }, body: {} });
      return decision(approvalRow(answer.approval), answer.is_new);
    }
    case "deny": {
      const { approval: id, reason } = request;
      const answer = await line.call("deny", { params: { id }, body: { reason } });
      return decision(approvalRow(answer.approval), answer.is_new);
    }
    case "ask_again": {
      const { approval } = await line.call("ask_again", { params: { id: request.approval }, body: {} });
      return { view: plainJson(approvalRow(approval)) };
    }
    case "pause":
    case "resume": {
      const name = request.method === "pause" ? "pause_task" : "resume_task";
      await line.call(name, { params: { id: request.run }, body: {} });
      return {};
    }
    case "cancel":
      await line.call("cancel_task", { params: { id: request.run }, body: { reason: request.reason } });
      return {};
    case "extend": {
      const { cost_millicents: cost, ...amounts } = request.amounts;
      const body = { ...amounts, cost_cents: centsOf(cost), reason: request.reason };
      await line.call("extend_task", { params: { id: request.run }, body });
      return {};
    }
    case "resolve": {
      const { run: id, step, answer } = request;
      await line.call("resolve_step", { params: { id, step }, body: { answer } });
      return {};
    }
    case "sign_head": {
      const { note, size } = await line.call("get_checkpoint", {});
      return { note, size };
    }
    case "rest":
      await rested(line, request.run);
      return {};
    case "audit_export":
      return exportTo(request);
    default:
      throw unsupported(`writ ${request.method.replaceAll("_", " ")}`);
  }
}

/** What a door asks for, as the API takes it. */
export function wishOf(request: CreateRequest): Given<"create_task", "body"> {
  const { goal, plan, inputs, context, mode, budget, approvalTtlMs } = request;
  return FORMS.create_task.body.parse({
    goal,
    ...(plan === null ? {} : { plan }),
    ...(Object.keys(inputs).length === 0 ? {} : { inputs }),
    ...(context.length === 0 ? {} : { context: { files: context } }),
    ...(mode === null ? {} : { policy_mode: mode }),
    ...(Object.keys(budget).length === 0 ? {} : { budget }),
    ...(approvalTtlMs === null ? {} : { approval_ttl_ms: approvalTtlMs }),
  });
}

/** What is planned in vain has a run all the same, and its failure says which. */
async function created(line: ServerLine, request: CreateRequest): Promise<RunId> {
  try {
    const begin = request.begin ? "at_once" : "when_run";
    return idOf((await line.call("create_task", { body: { ...wishOf(request), begin } })).id);
  } catch (error) {
    const run = error instanceof OrchestratorError ? error.details["run"] : undefined;
    if (typeof run === "string") return idOf(run);
    throw error;
  }
}

function idOf(text: string): RunId {
  const id = parseId("run", text);
  if (id.ok) return id.value;
  throw new OrchestratorError("server_answer_invalid", `the server names a run ${text}; compare: writ --version`);
}

/** Until only a person or a clock can move the run. */
async function rested(line: ServerLine, id: string): Promise<void> {
  while (!line.isLeft) {
    const { status } = await line.call("get_task", { params: { id } });
    if (status !== "in_progress") return;
    await line.pause(LOOK_EVERY_MS);
  }
}

function decision(view: ApprovalView, isNew: boolean): JsonObject {
  const json = plainJson({ view, isNew });
  return isJsonObject(json) ? json : {};
}

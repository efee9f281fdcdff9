import { decisionRecordForm } from "@writ/core/schema/decision-record";
import * as z from "zod";
import * as audit from "./audit.ts";
import * as decision from "./decision.ts";
import * as events from "./event.ts";
import { policyTest, toolName, toolPage } from "./governance-forms.ts";
import * as governance from "./governance.ts";
import * as journal from "./journal.ts";
import type { OperationName } from "./operations.ts";
import { comparison, report } from "./planning.ts";
import * as proof from "./proof.ts";
import * as service from "./service.ts";
import { step } from "./step.ts";
import * as tasks from "./task.ts";

/** What goes into an operation and what comes out of it. */
export interface Form {
  /** Parts of the path. */
  readonly params?: z.ZodType;
  readonly query?: z.ZodType;
  readonly body?: z.ZodType;
  /** The JSON answer; left out where the answer is something else. */
  readonly answer?: z.ZodType;
}

/** The forms of every operation: they validate, they type, they are the document. */
export const FORMS = {
  create_task: { body: tasks.taskCreate, answer: tasks.task },
  check_task: { body: tasks.taskCreate, answer: journal.checked },
  list_tasks: { query: tasks.taskQuery, answer: tasks.taskPage },
  get_task: { params: tasks.taskId, answer: tasks.task },
  run_task: { params: tasks.taskId, body: tasks.nothing, answer: tasks.task },
  pause_task: { params: tasks.taskId, body: tasks.nothing, answer: tasks.task },
  resume_task: { params: tasks.taskId, body: tasks.nothing, answer: tasks.task },
  cancel_task: { params: tasks.taskId, body: tasks.cancellation, answer: tasks.task },
  extend_task: { params: tasks.taskId, body: tasks.extension, answer: tasks.task },
  resolve_step: { params: tasks.stepName, body: tasks.resolution, answer: tasks.task },
  get_step: { params: tasks.stepName, answer: step },
  get_plan: { params: tasks.taskId, answer: tasks.plan },
  get_journal: { params: tasks.taskId, query: journal.journalQuery, answer: journal.journalPage },
  get_task_rules: { params: tasks.taskId, answer: journal.rules },
  list_task_events: { params: tasks.taskId, query: events.eventQuery, answer: events.eventPage },
  list_artifacts: { params: tasks.taskId, answer: tasks.artifacts },
  get_artifact: { params: tasks.artifactName },
  get_record: { params: tasks.taskId, answer: decisionRecordForm },
  get_report: { params: tasks.taskId, answer: report },
  list_checkpoints: { params: tasks.taskId, answer: z.object({ items: proof.checkpoints }) },
  replay_task: {
    params: tasks.taskId,
    query: audit.replayQuery,
    answer: z.union([proof.replayed, proof.replayedAgainst]),
  },
  export_task: { params: tasks.taskId, query: audit.exportQuery },
  list_approvals: { query: decision.approvalQuery, answer: decision.approvalPage },
  get_approval: { params: decision.approvalName, answer: decision.request },
  approve: { params: decision.approvalName, body: decision.approve, answer: decision.decided },
  deny: { params: decision.approvalName, body: decision.denial, answer: decision.decided },
  ask_again: { params: decision.approvalName, body: tasks.nothing, answer: decision.askedAgain },
  list_tools: { answer: toolPage },
  get_tool: { params: toolName, answer: governance.toolDetail },
  get_policy: { answer: governance.policy },
  test_policy: { body: policyTest, answer: governance.tested },
  get_rules: { answer: journal.presentRules },
  compare_goal: { body: journal.goal, answer: comparison },
  complete_name: { query: journal.nameQuery, answer: journal.names },
  get_checkpoint: { answer: audit.checkpoint },
  get_proof: { query: audit.proofQuery, answer: audit.proofs },
  get_consistency: { query: audit.consistencyQuery, answer: audit.consistency },
  list_entries: { query: audit.entryQuery },
  list_events: { query: events.eventQuery, answer: events.eventPage },
  get_health: { answer: service.health },
  get_ready: { answer: service.ready },
  get_metrics: {},
  get_series: { query: service.seriesQuery, answer: service.series },
  get_openapi: { answer: z.json() },
  log_in: { body: service.logIn, answer: service.me },
  log_out: { body: tasks.nothing, answer: z.strictObject({}) },
  get_me: { answer: service.me },
} as const satisfies Readonly<Record<OperationName, Form>>;

type Forms = typeof FORMS;
type Of<N extends OperationName, K extends keyof Form> =
  Forms[N] extends Readonly<Record<K, infer S extends z.ZodType>> ? S : z.ZodUndefined;

/** What a caller writes. */
export type Given<N extends OperationName, K extends "params" | "query" | "body"> = z.input<Of<N, K>>;
/** What a handler reads, after validation. */
export type Read<N extends OperationName, K extends "params" | "query" | "body"> = z.output<Of<N, K>>;
/** What comes back. */
export type Answer<N extends OperationName> = z.output<Of<N, "answer">>;

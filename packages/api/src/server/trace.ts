import { epochMs, isJsonObject, mintId, OrchestratorError, parseStrict, type Entry, type RunId } from "@writ/core";
import type { GivenAnswer, Principal } from "@writ/runtime";
import { OPERATIONS, type OperationName } from "../contract/operations.ts";
import { knownRun } from "./known-run.ts";
import type { ServerPorts } from "./ports.ts";
import { askedAgainDocument, decidedDocument } from "./routes/approvals.ts";
import { taskDocument } from "./task-document.ts";

/** What tells after a crash whether a request was carried out. */
export type Trace = Readonly<Record<string, string | number>>;

/** What stands in a journal when an operation was carried out: the input it gives a run. */
const INPUTS: Partial<Record<OperationName, string>> = {
  run_task: "resume",
  resume_task: "resume",
  pause_task: "pause",
  cancel_task: "cancel",
  extend_task: "extend",
  resolve_step: "resolve",
  approve: "approve",
  deny: "deny",
  ask_again: "ask_again",
};

/** A task that is made has its id beforehand; of a run that is moved, how far it was. */
export async function traceOf(name: OperationName, params: unknown, ports: ServerPorts): Promise<Trace> {
  const { clock, entropy, desk } = ports;
  if (name === "create_task") return { run: mintId("run", epochMs(clock.now()), entropy.bytes(10)) };
  const id = idIn(params);
  if (INPUTS[name] === undefined || id === null) return {};
  const approval = id.startsWith("apr_") ? await desk.store.views.approval(id) : null;
  const run = approval?.run_id ?? id;
  const version = await versionOf(ports, run);
  return version === null ? {} : { run, version, ...(approval === null ? {} : { approval: approval.approval_id }) };
}

/** A trace that an earlier process wrote. */
export function traceIn(text: string): Trace {
  const value = parseStrict(text);
  if (!isJsonObject(value)) return {};
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, member]) =>
      typeof member === "string" || typeof member === "number" ? [[name, member] as const] : [],
    ),
  );
}

/** The answer to a request that an earlier process carried out and did not answer; null where it did not come to it. */
export async function recoveredAnswer(
  name: OperationName,
  trace: Trace,
  principal: Principal,
  ports: ServerPorts,
): Promise<GivenAnswer | null> {
  const { run: text, version = 0, approval } = trace;
  if (typeof text !== "string") return null;
  const run = await existing(ports, text);
  if (run === null) return null;
  const { status } = OPERATIONS[name];
  if (name !== "create_task" && !(await wasGiven(ports, run, Number(version), INPUTS[name], principal))) return null;
  const body =
    typeof approval === "string" ? await decisionOn(name, approval, ports) : await taskDocument(ports.desk, run);
  return { status, body: JSON.stringify(body) };
}

function decisionOn(name: OperationName, approval: string, { desk }: ServerPorts): Promise<object> {
  return name === "ask_again" ? askedAgainDocument(desk, approval) : decidedDocument(desk, approval, true);
}

async function wasGiven(
  { desk }: ServerPorts,
  run: RunId,
  version: number,
  input: string | undefined,
  { user, tokenId }: Principal,
): Promise<boolean> {
  const { entries } = await desk.history(run);
  const isTheirs = ({ actor }: Entry): boolean => actor.id === user && actor.session === tokenId;
  return entries.some((entry) => entry.version > version && entry.input.type === input && isTheirs(entry));
}

async function versionOf({ desk }: ServerPorts, text: string): Promise<number | null> {
  const run = await existing({ desk }, text);
  return run === null ? null : ((await desk.store.views.run(run))?.version ?? null);
}

async function existing({ desk }: Pick<ServerPorts, "desk">, text: string): Promise<RunId | null> {
  try {
    return await knownRun(desk, text);
  } catch (error) {
    if (error instanceof OrchestratorError) return null;
    throw error;
  }
}

function idIn(params: unknown): string | null {
  if (typeof params !== "object" || params === null || !("id" in params)) return null;
  return typeof params.id === "string" ? params.id : null;
}

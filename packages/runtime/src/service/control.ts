import {
  epochMs,
  parseId,
  OrchestratorError,
  PRINCIPAL_KINDS,
  ROLES,
  toRfc3339,
  isJsonObject,
  type Actor,
  type Json,
  type JsonObject,
  type RunId,
  plainJson,
} from "@writ/core";
import * as z from "zod";
import type { Engine } from "../engine/engine.ts";
import type { Access } from "./access.ts";
import type { Approvals } from "./approvals.ts";
import { createDocument } from "./create-request.ts";
import type { Custody } from "./custody.ts";
import type { DeadLetters } from "./dead-letters.ts";
import { REDACTION_REASONS } from "./erase-run.ts";
import type { Tasks } from "./tasks.ts";

const run = z.string().refine((text) => parseId("run", text).ok, "not a run's full id");
const reason = z.string().min(1).max(4_000);
const amount = z.int().nonnegative();

/** What a door may ask of the process that owns the workspace, in its own process or through the inbox. */
export const controlRequest = z.discriminatedUnion("method", [
  createDocument,
  z.strictObject({ method: z.literal("approve"), approval: z.string() }),
  z.strictObject({ method: z.literal("deny"), approval: z.string(), reason }),
  z.strictObject({ method: z.literal("ask_again"), approval: z.string() }),
  z.strictObject({ method: z.literal("pause"), run }),
  z.strictObject({ method: z.literal("resume"), run }),
  z.strictObject({ method: z.literal("cancel"), run, reason }),
  z.strictObject({
    method: z.literal("extend"),
    run,
    amounts: z.strictObject({
      steps: amount,
      tool_calls: amount,
      tokens: amount,
      cost_millicents: amount,
      wall_clock_ms: amount,
    }),
    reason,
  }),
  z.strictObject({
    method: z.literal("resolve"),
    run,
    step: z.string(),
    answer: z.enum(["happened", "did_not_happen", "retry", "skip"]),
  }),
  z.strictObject({ method: z.literal("undo"), run }),
  z.strictObject({ method: z.literal("sign_head") }),
  z.strictObject({
    method: z.literal("audit_export"),
    run: run.nullable(),
    folder: z.string().startsWith("/"),
    since: z.string().nullable(),
    payloads: z.enum(["included", "withheld"]),
  }),
  z.strictObject({ method: z.literal("audit_redact"), run, reason: z.enum(REDACTION_REASONS) }),
  z.strictObject({ method: z.literal("key_rotate"), reason: z.enum(["scheduled", "compromised", "other"]) }),
  z.strictObject({
    method: z.literal("token_create"),
    role: z.enum(ROLES),
    kind: z.enum(PRINCIPAL_KINDS),
    user: z.string().min(1).max(200),
    label: z.string().min(1).max(200).nullable(),
    ttl_ms: z.int().positive().nullable(),
  }),
  z.strictObject({ method: z.literal("token_revoke"), token: z.string() }),
  /** Puts dead letters back; null for all of them. */
  z.strictObject({ method: z.literal("replay_deliveries"), delivery: z.string().nullable() }),
  /** Answers when only a person or a clock can move the run. */
  z.strictObject({ method: z.literal("rest"), run }),
]);

export type ControlRequest = z.infer<typeof controlRequest>;

export interface ControlPorts {
  readonly tasks: Tasks;
  readonly approvals: Approvals;
  readonly engine: Engine;
  readonly custody: Custody;
  readonly access: Access;
  readonly deadLetters: DeadLetters;
}

/** Carries out requests for the process that owns the workspace. Answers once what was decided is durable. */
export class Control {
  readonly #ports: ControlPorts;

  constructor(ports: ControlPorts) {
    this.#ports = ports;
  }

  /** @throws OrchestratorError `input_malformed`, and whatever the request meets */
  async handle(input: unknown, actor: Actor): Promise<JsonObject> {
    const parsed = controlRequest.safeParse(input);
    if (!parsed.success)
      throw new OrchestratorError(
        "input_malformed",
        "the request is not one this version knows; stop the other writ process and try again",
      );
    return this.send(parsed.data, actor);
  }

  async send(request: ControlRequest, actor: Actor): Promise<JsonObject> {
    const { tasks, approvals, engine, custody, access, deadLetters } = this.#ports;
    switch (request.method) {
      case "create": {
        const { method: _, ...wanted } = request;
        return { run: await tasks.create(wanted, actor) };
      }
      case "approve":
        return asJson(await approvals.approve(request.approval, actor));
      case "deny":
        return asJson(await approvals.deny(request.approval, request.reason, actor));
      case "ask_again":
        return asJson({ view: await approvals.askAgain(request.approval, actor) });
      case "pause":
        await tasks.pause(idOf(request.run), actor);
        return {};
      case "resume":
        await tasks.resume(idOf(request.run), actor);
        return {};
      case "cancel":
        await tasks.cancel(idOf(request.run), request.reason, actor);
        return {};
      case "extend":
        await tasks.extend(idOf(request.run), request.amounts, request.reason, actor);
        return {};
      case "resolve":
        await tasks.resolve(idOf(request.run), request.step, request.answer, actor);
        return {};
      case "undo":
        return { run: await tasks.undo(idOf(request.run), actor) };
      case "sign_head":
        return asJson(await custody.checkpoint());
      case "audit_export":
        return asJson(await custody.export({ ...request, run: request.run === null ? null : idOf(request.run) }));
      case "audit_redact":
        return asJson(await custody.redact({ run: idOf(request.run), reason: request.reason, actor }));
      case "key_rotate":
        return asJson(await custody.rotate(request.reason, actor));
      case "token_create": {
        const { method: _, ttl_ms: ttlMs, ...wanted } = request;
        return asJson(await access.create({ ...wanted, ttlMs }));
      }
      case "token_revoke": {
        const { id, revokedAt } = await access.revoke(request.token);
        return { id, revoked_at: toRfc3339(epochMs(revokedAt)) };
      }
      case "replay_deliveries":
        return asJson(await deadLetters.replay(request.delivery));
      case "rest":
        await engine.resting(idOf(request.run));
        return {};
    }
  }
}

function idOf(text: string): RunId {
  const id = parseId("run", text);
  if (!id.ok) throw new OrchestratorError("run_not_found", `there is no run ${text}; see them with: writ list`);
  return id.value;
}

/** An answer as it crosses a process boundary. */
function asJson(value: object): JsonObject {
  const json: Json = plainJson(value);
  return isJsonObject(json) ? json : {};
}

import {
  authorize,
  brokenConstraints,
  canonicalJson,
  durationMs,
  epochMs,
  OrchestratorError,
  SPAN_NAME,
  spanContext,
  type Authority,
  type FailedEffect,
  type FailureKind,
  type Json,
  type JsonObject,
  type Policy,
  type PolicyMode,
  type Preview,
  type ToolRules,
  type Usage,
  plainJson,
  parseJson,
} from "@writ/core";
import type { Clock } from "../ports/clock.ts";
import type { Llm } from "../ports/llm.ts";
import type { Sandbox } from "../ports/sandbox.ts";
import { ToolFailure, type Frozen, type Tool, type ToolCall } from "../ports/tool.ts";
import type { WorkspaceFiles } from "../ports/workspace-files.ts";
import { RateLimit } from "./rate-limit.ts";
import { tracedLlm } from "./traced-llm.ts";

/** How long an aborted tool may take to answer before its outcome counts as a timeout. */
const GRACE_MS = 2_000;

export interface GatewayPorts {
  readonly tools: ReadonlyMap<string, Tool>;
  readonly rules: ToolRules;
  /** What the user's configuration says today; where it is stricter than what the run pinned, it wins. */
  readonly policy: Policy;
  readonly clock: Clock;
  readonly files: WorkspaceFiles;
  readonly sandbox: Sandbox;
  readonly llm: Llm | null;
  readonly callsPerMinute: number;
}

/** A call that a run's journal says may be sent. */
export interface Invocation {
  readonly run: string;
  readonly step: string;
  readonly attempt: number;
  readonly at: number;
  readonly tool: string;
  /** Digest of the declaration the run was started with. */
  readonly toolHash: string;
  readonly args: JsonObject;
  readonly key: string;
  readonly timeoutMs: number;
  readonly authority: Authority;
  readonly mode: PolicyMode;
  readonly gates: readonly string[];
  readonly tainted: boolean;
  /** What the approver saw; null for a call that needed nobody. */
  readonly approved: { readonly live: Readonly<Record<string, Json>>; readonly preview: Json } | null;
  /** A repeat under the same grant: what it rests on may have moved because of the first sending. */
  readonly isRepeat: boolean;
}

export type Sent =
  | {
      readonly kind: "returned";
      readonly output: Json;
      readonly artifacts: Json;
      readonly undo: { readonly tool: string; readonly args: JsonObject } | null;
      readonly usage: Usage;
    }
  | {
      readonly kind: "failed";
      readonly failure: FailureKind;
      readonly happened: FailedEffect;
      readonly message: string;
      readonly usage: Usage;
    }
  | { readonly kind: "moved"; readonly field: "evidence" | "preview" };

/** The only way to a tool: validate, authorise again, key, limit, time out, run. */
export class ToolGateway {
  readonly #ports: GatewayPorts;
  readonly #limit: RateLimit;

  constructor(ports: GatewayPorts) {
    this.#ports = ports;
    this.#limit = new RateLimit(ports.callsPerMinute, ports.clock);
  }

  /** What a call would do, and what that rests on now. */
  async freeze(
    invocation: Omit<Invocation, "approved" | "isRepeat" | "authority">,
    signal: AbortSignal,
  ): Promise<Frozen> {
    const tool = this.#ports.tools.get(invocation.tool);
    if (tool === undefined)
      throw new ToolFailure("policy_denied", `${invocation.tool} is not among the tools of this workspace`);
    return tool.freeze(invocation.args, this.#call({ ...invocation, approved: null }, signal));
  }

  async invoke(invocation: Invocation, signal: AbortSignal): Promise<Sent> {
    const started = this.#ports.clock.now();
    const usage = (tokens = 0, costMillicents = 0): Usage => ({
      tokens,
      cost_millicents: costMillicents,
      wall_clock_ms: Math.max(0, this.#ports.clock.now() - started),
    });
    const tool = this.#ports.tools.get(invocation.tool);
    const refusal = tool === undefined ? "the tool is gone" : this.#refusal(invocation);
    if (tool === undefined || refusal !== null)
      return {
        kind: "failed",
        failure: "policy_denied",
        happened: "no",
        message: `${invocation.tool}: ${refusal}`,
        usage: usage(),
      };
    let timeout: Deadline | null = null;
    let isSent = false;
    try {
      await this.#limit.admit(signal);
      timeout = new Deadline(this.#ports.clock, invocation.timeoutMs, signal);
      const moved =
        invocation.approved === null || invocation.isRepeat
          ? null
          : await this.#moved(tool, invocation, invocation.approved, timeout.signal);
      if (moved !== null) return { kind: "moved", field: moved };
      isSent = true;
      const outcome = await timeout.race(tool.run(invocation.args, this.#call(invocation, timeout.signal)));
      const output: Json = parseJson(canonicalJson(outcome.output));
      const artifacts = outcome.artifacts.map((each): Json => ({ ...each }));
      return {
        kind: "returned",
        output,
        artifacts,
        undo: outcome.undo,
        usage: usage(outcome.usage.tokens, outcome.usage.costMillicents),
      };
    } catch (error) {
      const failure = timeout?.failureOf(error) ?? { failure: "cancelled", message: "stopped" };
      return { kind: "failed", ...failure, happened: isSent ? happenedAfter(error) : "no", usage: usage() };
    } finally {
      timeout?.clear();
    }
  }

  async probe(invocation: Invocation, signal: AbortSignal): Promise<"yes" | "no" | "unknown"> {
    const tool = this.#ports.tools.get(invocation.tool);
    if (tool === undefined || !tool.spec.traits.probe) return "unknown";
    try {
      return await tool.probe(invocation.args, this.#call(invocation, signal));
    } catch (error) {
      if (error instanceof ToolFailure || error instanceof OrchestratorError) return "unknown";
      throw error;
    }
  }

  /** Asked a second time, about the call itself; null when it may go. */
  #refusal(invocation: Invocation): string | null {
    const rule = this.#ports.rules.get(invocation.tool);
    if (rule === undefined) return "it is not among the tools of this workspace";
    if (rule.hash !== invocation.toolHash) return "its declaration changed since the run started; start a new run";
    const [problem] = rule.checkArgs(invocation.args);
    if (problem !== undefined) return problem.message;
    const [broken] = brokenConstraints(rule.spec, invocation.args, "approval" in invocation.authority);
    if (broken !== undefined) return `${broken.constraint.at} ${broken.message}`;
    const { effect, rules } = authorize(this.#ports.policy, {
      spec: rule.spec,
      tool: invocation.tool,
      args: invocation.args,
      mode: invocation.mode,
      gates: invocation.gates,
      tainted: invocation.tainted,
      at: epochMs(invocation.at),
    });
    if (effect === "forbid") return `the rule ${rules.join(", ")} forbids it`;
    if (effect === "gate" && !("approval" in invocation.authority))
      return `the rule ${rules.join(", ")} asks for an approval it does not have`;
    return null;
  }

  async #moved(
    tool: Tool,
    invocation: Invocation,
    approved: NonNullable<Invocation["approved"]>,
    signal: AbortSignal,
  ): Promise<"evidence" | "preview" | null> {
    const now = await tool.freeze(invocation.args, this.#call(invocation, signal));
    return firstMoved(approved, now);
  }

  #call(invocation: Omit<Invocation, "isRepeat" | "authority">, signal: AbortSignal): ToolCall {
    const { run, step, attempt } = invocation;
    const { llm } = this.#ports;
    return {
      run,
      step,
      attempt,
      at: epochMs(invocation.at),
      idempotencyKey: invocation.key,
      signal,
      files: this.#ports.files,
      sandbox: this.#ports.sandbox,
      llm: llm === null ? null : tracedLlm(llm, spanContext(run, SPAN_NAME.attemptChat(step, attempt))),
      frozen: invocation.approved?.live ?? {},
    };
  }
}

/** Which part of what an approver saw is not the case any more; null when all of it is. */
export function firstMoved(
  approved: { readonly live: Readonly<Record<string, Json>>; readonly preview: Json },
  now: Frozen,
): "evidence" | "preview" | null {
  if (canonicalJson(approved.live) !== canonicalJson(now.live)) return "evidence";
  return canonicalJson(approved.preview) === canonicalJson(previewJson(now.preview)) ? null : "preview";
}

/** The preview as the bytes that are bound. */
export function previewJson(preview: Preview): Json {
  return plainJson(preview);
}

/** One attempt's time: aborts the tool when it is up, and tells a timeout from a stop. */
class Deadline {
  readonly #controller = new AbortController();
  readonly #clear: () => void;
  readonly #outer: AbortSignal;
  readonly #clock: Clock;
  #isLate = false;
  readonly #onStop = (): void => this.#controller.abort(this.#outer.reason);

  constructor(clock: Clock, ms: number, outer: AbortSignal) {
    this.#clock = clock;
    this.#outer = outer;
    outer.addEventListener("abort", this.#onStop, { once: true });
    if (outer.aborted) this.#onStop();
    this.#clear = clock.after(durationMs(ms), () => {
      this.#isLate = true;
      this.#controller.abort(new ToolFailure("transient_timeout", `no answer within ${ms} ms`));
    });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  clear(): void {
    this.#clear();
    this.#outer.removeEventListener("abort", this.#onStop);
  }

  /** The tool's own answer, or the abort when it does not heed the signal in time. */
  race<T>(work: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const onAbort = (): void => {
        const stop = this.#clock.after(durationMs(GRACE_MS), () => {
          reject(this.signal.reason);
        });
        void work.finally(stop).catch(() => undefined);
      };
      this.signal.addEventListener("abort", onAbort, { once: true });
      const release = (): void => this.signal.removeEventListener("abort", onAbort);
      void work.finally(release).then(resolve, reject);
    });
  }

  failureOf(error: unknown): { readonly failure: FailureKind; readonly message: string } {
    const message = error instanceof Error ? error.message : String(error);
    if (this.#isLate) return { failure: "transient_timeout", message };
    if (this.#outer.aborted) return { failure: "cancelled", message: "stopped" };
    if (error instanceof ToolFailure)
      return { failure: error.kind, message: error.remedy === null ? message : `${message}; ${error.remedy}` };
    if (error instanceof OrchestratorError && error.code.startsWith("json_"))
      return { failure: "schema_mismatch", message };
    return { failure: "unknown", message };
  }
}

/** Once a call is sent only its tool can say that it had no effect: in so many words, or by an error that names why it did nothing. */
function happenedAfter(error: unknown): FailedEffect {
  if (error instanceof ToolFailure) return error.happened;
  return error instanceof OrchestratorError && !isMute(error.code) ? "no" : "unknown";
}

/** An answer that is no JSON came after the effect, and a disk that fails does not say when. */
function isMute(code: string): boolean {
  return code === "file_io" || code.startsWith("json_");
}

import {
  effectOf,
  type EpochMs,
  type FailedEffect,
  type FailureKind,
  type Json,
  type JsonObject,
  type Preview,
  type ToolSpec,
} from "@writ/core";
import type { Llm } from "./llm.ts";
import type { Sandbox } from "./sandbox.ts";
import type { WorkspaceFiles } from "./workspace-files.ts";

/**
 * Something a plan may call. Data and one function; `defineTool` makes one from
 * a parameter schema.
 *
 * A tool is correct when it passes `toolContract` from the testkit.
 */
export interface Tool {
  readonly spec: ToolSpec;

  /**
   * What the call would do and what that rests on, without doing it. Read anew
   * at dispatch: a live value that moved voids the approval.
   */
  freeze(args: JsonObject, call: ToolCall): Promise<Frozen>;

  /**
   * Does it.
   *
   * @throws ToolFailure for a failure that has a kind; OrchestratorError where it refuses before it does anything;
   * anything else counts as `unknown`, and as a call that may have happened
   */
  run(args: JsonObject, call: ToolCall): Promise<ToolOutcome>;

  /** Whether an interrupted call happened; only called when `traits.probe` holds. */
  probe(args: JsonObject, call: ToolCall): Promise<"yes" | "no" | "unknown">;
}

export interface Frozen {
  readonly preview: Preview;
  /** Named values read from the world, such as the bytes of a file that would be overwritten. Names match `[a-z_]+`. */
  readonly live: Readonly<Record<string, Json>>;
}

/** What a call is given beside its arguments. */
export interface ToolCall {
  readonly run: string;
  readonly step: string;
  readonly attempt: number;
  /** The run's clock when the attempt started. */
  readonly at: EpochMs;
  readonly idempotencyKey: string;
  readonly signal: AbortSignal;
  readonly files: WorkspaceFiles;
  readonly sandbox: Sandbox;
  /** Null when no model is configured. */
  readonly llm: Llm | null;
  /** The live values the approver saw, empty for an ungated call; a writer refuses when they no longer hold. */
  readonly frozen: Readonly<Record<string, Json>>;
}

export interface ToolOutcome {
  readonly output: Json;
  readonly usage: { readonly tokens: number; readonly costMillicents: number };
  /** Files the call left behind. */
  readonly artifacts: readonly { readonly path: string; readonly sha256: string; readonly bytes: number }[];
  /** The call that takes this one back; null where nothing was changed. */
  readonly undo: { readonly tool: string; readonly args: JsonObject } | null;
}

/**
 * A failure with a kind; its message is for people and may be erased.
 *
 * `happened` says whether the call had its effect all the same. A tool that fails
 * before it touches anything says "no" (see `beforeEffect`), or a person is asked
 * about a call that takes no key.
 */
export class ToolFailure extends Error {
  override readonly name = "ToolFailure";
  readonly kind: FailureKind;
  readonly remedy: string | null;
  readonly happened: FailedEffect;

  constructor(
    kind: FailureKind,
    message: string,
    options: { readonly remedy?: string; readonly cause?: unknown; readonly happened?: FailedEffect } = {},
  ) {
    super(message, { cause: options.cause });
    this.kind = kind;
    this.remedy = options.remedy ?? null;
    this.happened = options.happened ?? effectOf(kind);
  }
}

/**
 * What a tool does before it touches anything.
 *
 * @throws ToolFailure that says nothing happened, whatever the work throws
 */
export async function beforeEffect<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    if (!(cause instanceof ToolFailure)) throw new ToolFailure("unknown", message, { cause, happened: "no" });
    const remedy = cause.remedy === null ? {} : { remedy: cause.remedy };
    throw new ToolFailure(cause.kind, message, { cause, happened: "no", ...remedy });
  }
}

import {
  canonicalJson,
  InvariantError,
  NO_TRAITS,
  type ApprovalMode,
  type DurationMs,
  type Idempotency,
  type Json,
  type JsonObject,
  type Preview,
  type ToolSpec,
  type ToolTraits,
} from "@writ/core";
import type * as z from "zod";

import { ToolFailure, type Frozen, type Tool, type ToolCall, type ToolOutcome } from "../ports/tool.ts";
import { anyJson, toParamSchema, toSchema } from "./tool-schema.ts";

/** A tool as its author writes it: parameters as a strict Zod object, and what it does as one function. */
export type ToolDefinition<P extends z.ZodType, O extends Json> = Declared<P> & (Answering<P, O> | Acting<P, O>);

interface Declared<P extends z.ZodType> {
  /** `area.verb_object`. */
  readonly name: string;
  /** Raised when the meaning of a call changes; `1` at first. */
  readonly version?: string;
  readonly summary: string;
  readonly approvalMode: ApprovalMode;
  /** A `z.strictObject`: unknown parameters are refused at every depth. */
  readonly params: P;
  /** What `run` answers; any JSON when left out. */
  readonly output?: z.ZodType<Json>;
  /** The longest one attempt may take; the run's own bound when left out. */
  readonly timeout?: DurationMs;
  /** `supported` for `read_only`, since a read repeats; else `none`. */
  readonly idempotency?: Idempotency;
  /** What differs from a tool that is not sandboxed, has no probe and takes nothing back. */
  readonly traits?: Partial<Omit<ToolTraits, "timeout" | "probe">>;
  /** What an approver sees and what that rests on; the arguments as they will be sent when left out. */
  readonly freeze?: (params: z.infer<P>, call: ToolCall) => Frozen | Promise<Frozen>;
  /** Whether an interrupted call happened. Having it is the trait `probe`. */
  readonly probe?: (params: z.infer<P>, call: ToolCall) => Promise<"yes" | "no" | "unknown">;
}

interface Answering<P extends z.ZodType, O extends Json> {
  /** Answers, and leaves nothing behind. */
  readonly run: (params: z.infer<P>, call: ToolCall) => O | Promise<O>;
}

interface Acting<P extends z.ZodType, O extends Json> {
  /** Changes something, or has a cost: says so beside its answer. */
  readonly act: (params: z.infer<P>, call: ToolCall) => Promise<Acted<O>>;
}

export type Acted<O extends Json> = { readonly output: O } & Partial<Omit<ToolOutcome, "output">>;

/**
 * The library's way to add a tool.
 *
 * @throws InvariantError if the parameters are not a strict object, or a schema cannot be hashed
 */
export function defineTool<P extends z.ZodType, O extends Json>(definition: ToolDefinition<P, O>): Tool {
  const { name, params, freeze, probe } = definition;
  const typed = (args: JsonObject): z.infer<P> => parseParams(name, params, args);
  return {
    spec: specOf(definition),
    freeze: async (args, call) => {
      const value = typed(args);
      return freeze === undefined ? { preview: argumentsPreview(name, args), live: {} } : await freeze(value, call);
    },
    run: async (args, call) => {
      const value = typed(args);
      const acted =
        "act" in definition ? await definition.act(value, call) : { output: await definition.run(value, call) };
      return { usage: { tokens: 0, costMillicents: 0 }, artifacts: [], undo: null, ...acted };
    },
    probe: async (args, call) => {
      const value = typed(args);
      if (probe === undefined) throw new InvariantError("the tool has no probe", { tool: name });
      return await probe(value, call);
    },
  };
}

/** The picture of a call that has no other. */
export function argumentsPreview(tool: string, args: JsonObject): Preview {
  return { kind: "arguments", title: `Call ${tool}`, tool, args: canonicalJson(args) };
}

function specOf<P extends z.ZodType, O extends Json>(definition: ToolDefinition<P, O>): ToolSpec {
  const { name, version, summary, approvalMode, params, output, timeout, idempotency, traits, probe } = definition;
  return {
    name,
    version: version ?? "1",
    summary,
    inputSchema: toParamSchema(name, params),
    outputSchema: output === undefined ? anyJson : toSchema(name, output, "output"),
    tier: approvalMode,
    idempotency: idempotency ?? (approvalMode === "read_only" ? "supported" : "none"),
    traits: {
      ...NO_TRAITS,
      ...traits,
      timeout: timeout ?? null,
      probe: probe !== undefined,
    },
  };
}

/** The gateway has checked the arguments against the schema; this types them, fills defaults and refuses what only Zod can see. */
function parseParams<P extends z.ZodType>(tool: string, params: P, args: JsonObject): z.infer<P> {
  const parsed = params.safeParse(args);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map(
    ({ path, message }) => `${path.length === 0 ? "parameters" : path.join(".")}: ${message}`,
  );
  throw new ToolFailure("schema_mismatch", `${tool} refuses its parameters: ${faults.join("; ")}`);
}

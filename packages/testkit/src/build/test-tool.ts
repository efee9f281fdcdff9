import { canonicalJson, type ApprovalMode, type FailureKind, type Json, type JsonObject } from "@writ/core";
import { ToolFailure, type Frozen, type Tool, type ToolCall } from "@writ/runtime";

import { aToolSpec } from "./rules.ts";

/** What one test tool does, and how it differs from one that answers `{}`. */
export interface TestToolParts {
  readonly run?: (args: JsonObject, call: ToolCall) => Json | Promise<Json>;
  /** Live values beside the preview, read at each freeze. */
  readonly live?: () => Readonly<Record<string, Json>>;
  readonly undo?: { readonly tool: string; readonly args: JsonObject };
  readonly spec?: Parameters<typeof aToolSpec>[2];
}

/** A tool as an embedder would add it, that notes each call that reached it. */
export class TestTool implements Tool {
  readonly spec: Tool["spec"];
  readonly calls: { readonly args: JsonObject; readonly key: string; readonly attempt: number }[] = [];
  readonly #parts: TestToolParts;

  constructor(name: string, tier: ApprovalMode, parts: TestToolParts = {}) {
    this.spec = aToolSpec(name, tier, parts.spec);
    this.#parts = parts;
  }

  async freeze(args: JsonObject): Promise<Frozen> {
    const { name } = this.spec;
    const preview = { kind: "arguments", title: `Call ${name}`, tool: name, args: canonicalJson(args) } as const;
    return await Promise.resolve({ preview, live: this.#parts.live?.() ?? {} });
  }

  async run(args: JsonObject, call: ToolCall): ReturnType<Tool["run"]> {
    this.calls.push({ args, key: call.idempotencyKey, attempt: call.attempt });
    const output = (await this.#parts.run?.(args, call)) ?? { ok: true };
    return { output, usage: { tokens: 0, costMillicents: 0 }, artifacts: [], undo: this.#parts.undo ?? null };
  }

  async probe(): Promise<"unknown"> {
    return await Promise.resolve("unknown");
  }
}

/** A tool whose every call fails so. */
export function failingTool(name: string, tier: ApprovalMode, kind: FailureKind): TestTool {
  return new TestTool(name, tier, {
    run: () => {
      throw new ToolFailure(kind, "as told");
    },
  });
}

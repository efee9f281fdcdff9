import { durationMs, epochMs, type Json } from "@writ/core";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import * as z from "zod";

import type { ToolCall } from "../ports/tool.ts";
import { defineTool } from "./define-tool.ts";

const unreachable = (): never => {
  throw new Error("out of reach");
};

const call: ToolCall = {
  run: "run_1",
  step: "s1",
  attempt: 1,
  at: epochMs(0),
  idempotencyKey: "ik_1",
  signal: new AbortController().signal,
  files: {
    root: "/",
    read: unreachable,
    stat: unreachable,
    write: unreachable,
    remove: unreachable,
    missingFolders: unreachable,
    removeEmptyFolders: unreachable,
    list: unreachable,
  },
  sandbox: { profile: {}, probe: unreachable, run: unreachable },
  llm: null,
  frozen: {},
};

const search = defineTool({
  name: "docs.search_docs",
  summary: "Full-text search over the indexed documents.",
  approvalMode: "read_only",
  timeout: durationMs(5_000),
  params: z.strictObject({
    query: z.string().min(1),
    limit: z.int().positive().max(100).default(10),
    filter: z.strictObject({ glob: z.string() }).optional(),
  }),
  output: z.strictObject({ found: z.array(z.string()) }),
  run: ({ query, limit }) => ({ found: [query.repeat(limit)] }),
});

describe("a defined tool", () => {
  test("declares JSON Schema 2020-12 that refuses unknown parameters", () => {
    const validate = new Ajv2020({ strict: true }).compile(search.spec.inputSchema);
    const accepted = (args: Json): boolean => validate(args);
    expect(accepted({ query: "a" })).toBe(true);
    expect(accepted({ query: "a", unknown: 1 })).toBe(false);
    expect(accepted({ query: "a", filter: { glob: "*", unknown: 1 } })).toBe(false);
    expect(accepted({ query: "" })).toBe(false);
    expect(search.spec.inputSchema["$schema"]).toBe("https://json-schema.org/draft/2020-12/schema");
  });

  test("has the traits of the least it can do", () => {
    expect(search.spec).toMatchObject({ version: "1", tier: "read_only", idempotency: "supported" });
    expect(search.spec.traits).toEqual({
      alwaysApprove: false,
      sandboxed: false,
      reversible: false,
      compensates: false,
      probe: false,
      timeout: 5_000,
      effect: null,
      host: null,
      maxIdentical: null,
      writes: [],
      tokens: 0,
      costMillicents: 0,
      constraints: [],
    });
  });

  test("gets typed parameters with their defaults, and answers with nothing left behind", async () => {
    expect(await search.run({ query: "a" }, call)).toEqual({
      output: { found: ["aaaaaaaaaa"] },
      usage: { tokens: 0, costMillicents: 0 },
      artifacts: [],
      undo: null,
    });
  });

  test("refuses parameters off its schema as a failure with a kind, naming each", async () => {
    const refusal = search.run({ query: 1, nonsense: true }, call);
    await expect(refusal).rejects.toMatchObject({ kind: "schema_mismatch" });
    await expect(refusal).rejects.toThrow(/query: .*nonsense/);
    await expect(search.freeze({}, call)).rejects.toMatchObject({ kind: "schema_mismatch" });
  });

  test("shows its arguments as they will be sent when it has no other picture", async () => {
    expect(await search.freeze({ query: "a", limit: 2 }, call)).toEqual({
      preview: {
        kind: "arguments",
        title: "Call docs.search_docs",
        tool: "docs.search_docs",
        args: '{"limit":2,"query":"a"}',
      },
      live: {},
    });
  });

  test("that acts says what it left behind, and a probe is a trait", async () => {
    const undo = { tool: "files.delete", args: { path: "a" } };
    const write = defineTool({
      name: "files.write",
      summary: "Writes.",
      approvalMode: "local_write",
      idempotency: "required",
      params: z.strictObject({}),
      traits: { reversible: true },
      act: async () => ({ output: null, undo }),
      probe: async () => "yes",
    });
    expect(write.spec).toMatchObject({
      idempotency: "required",
      traits: { reversible: true, probe: true, timeout: null },
    });
    expect(await write.run({}, call)).toMatchObject({ output: null, undo, artifacts: [] });
    expect(await write.probe({}, call)).toBe("yes");
    await expect(search.probe({ query: "a" }, call)).rejects.toThrow("no probe");
  });

  test("with parameters that let anything pass is not defined at all", () => {
    const rest = { name: "a.b", summary: "", approvalMode: "read_only", run: () => null } as const;
    expect(() => defineTool({ ...rest, params: z.object({ a: z.string() }) })).toThrow("strictObject");
    expect(() => defineTool({ ...rest, params: z.strictObject({ a: z.array(z.looseObject({})) }) })).toThrow(
      "strictObject",
    );
    expect(() => defineTool({ ...rest, params: z.strictObject({ a: z.object({ b: z.int() }) }) })).toThrow(
      "every depth",
    );
    expect(() => defineTool({ ...rest, params: z.strictObject({ a: z.record(z.string(), z.int()) }) })).not.toThrow();
    expect(() => defineTool({ ...rest, params: z.string() })).toThrow("strictObject");
    expect(() => defineTool({ ...rest, params: z.strictObject({ a: z.number().max(0.5) }) })).toThrow("integers only");
  });
});

import { appendFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { defineTool, type Tool, type ToolCall } from "@writ/runtime";
import { describe, expect, test } from "vitest";
import * as z from "zod";

import {
  answersAsDeclared,
  declarationFaults,
  freezesOnly,
  givesUp,
  probesTruly,
  refusesUnknown,
  refusesWrongTypes,
  repeatsWithoutEffect,
  takesBack,
  type ToolCheck,
} from "./tool-checks.ts";
import { openScene } from "./tool-scene.ts";
import { toolContract } from "./tool.ts";

const fileOf = (call: ToolCall): string => join(call.files.root, "made.txt");
const preview = { kind: "arguments", title: "Make", tool: "test.make_file", args: "{}" } as const;

/** A tool that holds: makes one file, once for a key, and takes it back. */
const good = (change: Partial<Tool> = {}, traits: Partial<Tool["spec"]["traits"]> = {}): Tool => {
  const tool = defineTool({
    name: "test.make_file",
    summary: "Makes a file.",
    approvalMode: "local_write",
    idempotency: "supported",
    params: z.strictObject({ text: z.string(), back: z.literal("take").optional() }),
    output: z.strictObject({ bytes: z.int() }),
    traits: { reversible: true, ...traits },
    freeze: () => ({ preview, live: { target: null } }),
    probe: async (_, call) => ((await call.files.stat("made.txt")) === null ? "no" : "yes"),
    act: async ({ text, back }, call) => {
      if (back === "take") await rm(fileOf(call), { force: true });
      else await writeFile(fileOf(call), text);
      return { output: { bytes: text.length }, undo: { tool: "test.make_file", args: { text, back: "take" } } };
    },
  });
  return { ...tool, ...change };
};

const CASE = { name: "a text", args: { text: "hello" } };

toolContract(() => good(), [CASE]);

async function faultsOf(check: ToolCheck, tool: Tool): Promise<string> {
  await using scene = await openScene(() => tool, CASE);
  return (await check(scene)).join("; ");
}

const outcome = { output: { bytes: 5 }, usage: { tokens: 0, costMillicents: 0 }, artifacts: [], undo: null } as const;

describe("the contract sees a tool", () => {
  test("whose declaration cannot be used", () => {
    const { spec } = good();
    const broken = (change: Partial<Tool["spec"]>): string =>
      declarationFaults(good({ spec: { ...spec, ...change } })).join("; ");
    expect(declarationFaults(good())).toEqual([]);
    expect(broken({ name: "Make File" })).toContain("area.verb_object");
    expect(broken({ summary: "two\nlines" })).toContain("one line");
    expect(
      broken({ inputSchema: { $schema: "https://json-schema.org/draft/2020-12/schema", type: "objekt" } }),
    ).toContain("not valid");
    expect(broken({ outputSchema: {} })).toContain("2020-12");
    expect(broken({ inputSchema: { ...spec.inputSchema, maxProperties: 1.5 } })).toContain("integer");
    expect(broken({ tier: "read_only" })).toContain("nothing to take back");
  });

  test("that takes unknown parameters, or anything for anything", async () => {
    const lax = good({ run: async () => outcome, freeze: async () => ({ preview, live: {} }) });
    expect(await faultsOf(refusesUnknown, lax)).toBe(
      "run takes an unknown parameter; freeze takes an unknown parameter",
    );
    expect(await faultsOf(refusesWrongTypes, lax)).toContain("run takes text");
    const open = good({
      spec: {
        ...good().spec,
        inputSchema: { $schema: "https://json-schema.org/draft/2020-12/schema", type: "object" },
      },
    });
    expect(await faultsOf(refusesUnknown, open)).toBe("the schema lets an unknown parameter pass");
    const early = good({
      run: async (args, call) => (await appendFile(fileOf(call), "x"), await good().run(args, call)),
    });
    expect(await faultsOf(refusesUnknown, early)).toBe("an unknown parameter changed the workspace");
  });

  test("that acts while it shows, or shows something new each time", async () => {
    const acting = good({ freeze: async (_, call) => (await writeFile(fileOf(call), ""), { preview, live: {} }) });
    expect(await faultsOf(freezesOnly, acting)).toBe("freeze changed the workspace");
    let turn = 0;
    expect(
      await faultsOf(freezesOnly, good({ freeze: async () => ({ preview, live: { turn: (turn += 1) } }) })),
    ).toContain("second time");
    expect(await faultsOf(freezesOnly, good({ freeze: async () => ({ preview, live: { "Not-so": 1 } }) }))).toContain(
      "small letters",
    );
  });

  test("that answers off its schema, names a file that is not so, or writes when it only reads", async () => {
    expect(
      await faultsOf(answersAsDeclared, good({ run: async () => ({ ...outcome, output: { bytes: "five" } }) })),
    ).toContain("off its schema");
    const artifacts = [{ path: "made.txt", sha256: "0".repeat(64), bytes: 5 }];
    const lying = good({ run: async (_, call) => (await writeFile(fileOf(call), "hello"), { ...outcome, artifacts }) });
    expect(await faultsOf(answersAsDeclared, lying)).toBe("the artifact made.txt is not what lies there");
    expect(await faultsOf(answersAsDeclared, good({ spec: { ...good().spec, tier: "read_only" } }))).toContain(
      "only reads",
    );
    expect(
      await faultsOf(
        answersAsDeclared,
        good({ run: async () => ({ ...outcome, usage: { tokens: 9, costMillicents: 0 } }) }),
      ),
    ).toContain("more tokens");
  });

  test("that has a second effect under the same key", async () => {
    const twice = good({ run: async (_, call) => (await appendFile(fileOf(call), "x"), outcome) });
    expect(await faultsOf(repeatsWithoutEffect, twice)).toBe("the same key twice had a second effect");
  });

  test("that does not lead back", async () => {
    const undo = { tool: "test.make_file", args: { text: "other" } };
    expect(
      await faultsOf(takesBack, good({ run: async (args, call) => ({ ...(await good().run(args, call)), undo }) })),
    ).toContain("does not lead");
    expect(
      await faultsOf(
        takesBack,
        good({ run: async (args, call) => ({ ...(await good().run(args, call)), undo: null }) }),
      ),
    ).toContain("no way back");
    expect(
      await faultsOf(takesBack, good({ run: async () => ({ ...outcome, undo: { tool: "test.other", args: {} } }) })),
    ).toContain("not given");
  });

  test("that does not heed that it was given up", async () => {
    const deaf = good({ run: async () => await new Promise(() => undefined) });
    expect(await faultsOf(givesUp(20), deaf)).toContain("did not end");
    const heeding = good({
      run: async (_, { signal }) =>
        await new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(new Error("stopped")))),
    });
    expect(await faultsOf(givesUp(20), heeding)).toBe("");
  });

  test("whose probe is wrong", async () => {
    expect(await faultsOf(probesTruly, good({ probe: async () => "yes" }))).toContain("before anything");
    expect(await faultsOf(probesTruly, good({ probe: async () => "no" }))).toContain("says no");
  });
});

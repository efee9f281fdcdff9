import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MemoryLog } from "@writ/adapters/memory/log";
import { openMemoryStore } from "@writ/adapters/memory/store";
import { openWorkspaceFiles } from "@writ/adapters/files/workspace-files";
import { refusingSandbox } from "@writ/adapters/sandbox/refuse";
import { systemClock } from "@writ/adapters/system/clock";
import { systemEntropy } from "@writ/adapters/system/entropy";
import { nodeHasher } from "@writ/adapters/system/sha256";
import { replay, type JsonObject } from "@writ/core";
import { createRequest, defineTool, type Tool } from "@writ/runtime";
import { openWorkshop, type Workshop } from "@writ/testkit/build/workshop";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import * as z from "zod";

const ANA = { kind: "user", id: "usr_ana" } as const;

let folder: string;
let log: MemoryLog;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "writ-engine-"));
  log = new MemoryLog(nodeHasher, {
    id: "log_01m7xcc2g3pcfz3hmdpdpdksfy",
    origin: "writ.local/log_01m7xcc2g3pcfz3hmdpdpdksfy",
    tenant: "local",
    key: "k",
    product: "writ/0.1.0",
    atMs: 1,
    actor: { kind: "system", id: "writ" },
    continues: null,
  });
});
afterEach(() => rm(folder, { recursive: true }));

function tools(sent: string[]): readonly Tool[] {
  return [
    defineTool({
      name: "test.read",
      summary: "reads",
      approvalMode: "read_only",
      params: z.strictObject({ n: z.int().optional() }),
      run: () => {
        sent.push("read");
        return { text: "hello" };
      },
    }),
    defineTool({
      name: "test.write",
      summary: "writes",
      approvalMode: "local_write",
      idempotency: "supported",
      params: z.strictObject({ path: z.string(), text: z.string() }),
      freeze: async ({ path }) => ({
        preview: { kind: "arguments", title: `Write ${path}`, tool: "test.write", args: "" },
        live: { target: await readFile(join(folder, path), "utf8").catch(() => "") },
      }),
      act: async ({ path, text }) => {
        sent.push("write");
        await writeFile(join(folder, path), text);
        return { output: { path } };
      },
    }),
  ];
}

async function open(sent: string[]): Promise<Workshop> {
  return openWorkshop({
    store: openMemoryStore(log),
    tools: tools(sent),
    clock: systemClock,
    entropy: systemEntropy,
    files: await openWorkspaceFiles(folder),
    sandbox: refusingSandbox({ reason: "test", remedy: "none" }),
  });
}

const PLAN: JsonObject = {
  intent: "test.run",
  decision_checkpoints: [],
  steps: [
    { id: "read", tool: "test.read" },
    { id: "write", tool: "test.write", params: { path: "a.txt" }, param_bindings: { "/text": "read./text" } },
  ],
};

const request = (plan: JsonObject) => createRequest({ goal: "test", plan, author: "person", door: "run" });

describe("the engine", () => {
  test("runs to the gate, waits without memory, and goes on after an approval in another engine", async () => {
    const sent: string[] = [];
    const first = await open(sent);
    const run = await first.tasks.create(request(PLAN), ANA);
    await first.engine.resting(run);
    const shown = await first.tasks.show(run);
    expect(shown.status).toBe("awaiting_gate");
    expect(sent).toEqual(["read"]);

    const second = await open(sent);
    const [waiting] = await second.approvals.list(["waiting"], run);
    const decision = await second.approvals.approve(waiting?.approval_id ?? "", ANA);
    expect(decision.isNew).toBe(true);
    await second.engine.resting(run);
    expect((await second.tasks.show(run)).status).toBe("completed");
    expect(sent).toEqual(["read", "write"]);
    expect(await readFile(join(folder, "a.txt"), "utf8")).toBe("hello");

    const history = await second.tasks.history(run);
    expect(replay(run, history.stored, history.state.rules).result).toBe("equal");
    expect((await second.approvals.approve(waiting?.approval_id ?? "", ANA)).isNew).toBe(false);
    await expect(second.approvals.deny(waiting?.approval_id ?? "", "no", ANA)).rejects.toMatchObject({
      code: "approval_already_decided",
    });
  });

  test("voids an approval whose file moved, and asks again with the new value", async () => {
    const sent: string[] = [];
    const { engine, tasks, approvals } = await open(sent);
    const run = await tasks.create(request(PLAN), ANA);
    await engine.resting(run);
    const [before] = await approvals.list(["waiting"], run);
    await writeFile(join(folder, "a.txt"), "somebody else");
    await expect(approvals.approve(before?.approval_id ?? "", ANA)).rejects.toMatchObject({ code: "evidence_drift" });
    const [after] = await approvals.list(["waiting"], run);
    expect(after?.approval_id).not.toBe(before?.approval_id);
    await approvals.approve(after?.approval_id ?? "", ANA);
    await engine.resting(run);
    expect((await tasks.show(run)).status).toBe("completed");
    expect(sent).toEqual(["read", "write"]);
  });

  test("a denial writes nothing and keeps the reason", async () => {
    const sent: string[] = [];
    const { engine, tasks, approvals } = await open(sent);
    const run = await tasks.create(request(PLAN), ANA);
    await engine.resting(run);
    const [waiting] = await approvals.list(["waiting"], run);
    await approvals.deny(waiting?.approval_id ?? "", "not now", ANA);
    await engine.resting(run);
    expect((await tasks.show(run)).status).toBe("rejected");
    expect(sent).toEqual(["read"]);
    expect((await approvals.list(["denied"], run))[0]?.reason).toBe("not now");
  });
});

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
import { epochMs, replay, type JsonObject } from "@writ/core";
import { createRequest, defineTool, ToolFailure, type Clock, type Tool } from "@writ/runtime";
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
      name: "test.flaky",
      summary: "fails in passing",
      approvalMode: "read_only",
      params: z.strictObject({}),
      run: (): { readonly ok: boolean } => {
        sent.push("flaky");
        throw new ToolFailure("transient_timeout", "not now");
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

async function open(sent: string[], clock: Clock = systemClock, store = openMemoryStore(log)): Promise<Workshop> {
  return openWorkshop({
    store,
    tools: tools(sent),
    clock,
    entropy: systemEntropy,
    files: await openWorkspaceFiles(folder),
    sandbox: refusingSandbox({ reason: "test", remedy: "none" }),
  });
}

/** A machine that slept: what became due meanwhile is due at once. */
class SleepingClock implements Clock {
  #now = Date.now();
  #due: { readonly at: number; readonly run: () => void }[] = [];
  readonly now = () => epochMs(this.#now);

  after(delay: number, run: () => void): () => void {
    const entry = { at: this.#now + delay, run };
    this.#due.push(entry);
    return () => void (this.#due = this.#due.filter((other) => other !== entry));
  }

  sleep(ms: number): void {
    this.#now += ms;
    const due = this.#due.filter(({ at }) => at <= this.#now);
    this.#due = this.#due.filter((entry) => !due.includes(entry));
    for (const { run } of due) run();
  }
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

  test("a call that begins and is stopped in one entry was never sent, and the run does not wait for it", async () => {
    const sent: string[] = [];
    const clock = new SleepingClock();
    const { engine, tasks } = await open(sent, clock);
    const write = { id: "write", tool: "test.write", params: { path: "a.txt", text: "x" } };
    const run = await tasks.create(request({ ...PLAN, steps: [{ id: "flaky", tool: "test.flaky" }, write] }), ANA);
    await engine.resting(run);
    expect(sent).toEqual(["flaky"]);
    // Over the retry and over the approval's time, in one sleep.
    clock.sleep(30 * 3_600_000);
    await engine.resting(run);
    const { entries } = await tasks.history(run);
    const types = entries.map(({ facts }) => facts.map(({ type }) => type));
    expect(types.find((each) => each.includes("step_started") && each.includes("run_closing"))).toBeDefined();
    expect((await tasks.show(run)).status).toBe("expired");
    expect(sent).toEqual(["flaky"]);
  });

  test("a call that is cancelled while its beginning is still being written is not sent", async () => {
    const sent: string[] = [];
    const store = openMemoryStore(log);
    const { engine, tasks, approvals } = await open(sent, systemClock, store);
    const write = { id: "write", tool: "test.write", params: { path: "a.txt", text: "x" } };
    const run = await tasks.create(request({ ...PLAN, steps: [write] }), ANA);
    await engine.resting(run);
    const [waiting] = await approvals.list(["waiting"], run);
    const append = store.journal.append.bind(store.journal);
    let release = (): void => undefined;
    const disk = new Promise<void>((resolve) => (release = resolve));
    const held: string[] = [];
    store.journal.append = async (draft) => {
      held.push(draft.run ?? "");
      await disk;
      return append(draft);
    };
    const approving = approvals.approve(waiting?.approval_id ?? "", ANA);
    while (held.length < 1) await new Promise(setImmediate);
    const cancelling = tasks.cancel(run, "enough", ANA);
    while (held.length < 2) await new Promise(setImmediate);
    release();
    await Promise.all([approving, cancelling]);
    await engine.resting(run);
    expect(sent).toEqual([]);
    expect((await tasks.show(run)).status).toBe("cancelled");
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

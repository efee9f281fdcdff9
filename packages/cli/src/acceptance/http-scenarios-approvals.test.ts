import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { fixturePath } from "@writ/testkit/build/tool-bench";
import { TestTool } from "@writ/testkit/build/test-tool";
import { isWithoutBubblewrap } from "@writ/testkit/needs-bubblewrap";
import type { Notice } from "@writ/runtime";
import { describe, expect, test } from "vitest";

import { Served } from "./http.ts";
import { BRIEF, madeTask, planOf, restedTask, waitingApproval } from "./http-scenes.ts";
import { holding, like } from "./matching.ts";
import { Outside } from "./outside.ts";
import { Workspace } from "./workspace.ts";

const write = { id: "write", tool: "docs.write_doc", params: { path: "out.md", text: "# New\n" } };

/** A task once only a person or a clock can move it. */
async function rested(served: Served, id: string) {
  const desk = await served.work.desk();
  await served.work.rest(await desk.runNamed(id));
  return served.done("get_task", { params: { id } });
}

async function brief(served: Served): Promise<string> {
  const { id } = await served.done("create_task", { body: { goal: BRIEF } });
  await served.done("run_task", { params: { id }, body: {} });
  await rested(served, id);
  return id;
}

async function approved(served: Served, task: string) {
  await served.done("approve", { params: { id: await waitingApproval(served, task) }, body: {} });
  return rested(served, task);
}

const statusesOf = ({ steps }: { readonly steps: readonly { readonly id: string; readonly status: string }[] }) =>
  Object.fromEntries(steps.map(({ id, status }) => [id, status]));

describe("the daily brief over HTTP", () => {
  test("P20 over HTTP W1 in constrained: search and summary run, the write waits and is listed, approved it is written and audited", async () => {
    await using served = await Served.over(Workspace.make("notes"));
    const id = await brief(served);
    const held = await served.done("get_task", { params: { id } });
    expect(statusesOf(held)).toEqual({
      search_docs: "completed",
      summarize: "completed",
      write_brief: "awaiting_gate",
    });
    expect(held.needs_you).toBe(true);
    const { items } = await served.done("list_approvals", {});
    expect(items).toMatchObject([{ run_id: id, step: "write_brief", tier: "local_write", status: "waiting" }]);
    const shown = await served.done("get_approval", { params: { id: items[0]?.approval_id ?? "" } });
    expect(shown).toMatchObject({ goal: BRIEF, moved: null, preview: { kind: "files" } });
    expect(existsSync(join(served.work.root, "briefs"))).toBe(false);
    const done = await approved(served, id);
    expect(done).toMatchObject({ status: "completed", artifacts: [{ path: like(/^briefs\//) }] });
    const [artifact] = (await served.done("list_artifacts", { params: { id } })).items;
    const bytes = await served.call("get_artifact", { params: { id, sha256: artifact?.sha256 ?? "" } });
    expect(bytes.text).toBe(served.work.text(artifact?.path ?? ""));
    const events = (await served.done("list_task_events", { params: { id } })).items;
    const granted = events.find(({ data }) => data.facts.some(({ type }) => type === "approval_granted"));
    expect(granted).toMatchObject({
      time: like(/Z$/),
      data: { actor: { kind: "user", id: "mira" }, input: "approve" },
    });
    const search = await served.done("get_step", { params: { id, step: "search_docs" } });
    const summary = await served.done("get_step", { params: { id, step: "summarize" } });
    expect(search.args).toMatchObject({ since_hours: 24 });
    expect(JSON.stringify(summary.args)).toContain(BRIEF);
  });

  test("P21 over HTTP W1 rejected: no document, the reason is kept, the task ends as rejected", async () => {
    await using served = await Served.over(Workspace.make("notes"));
    const id = await brief(served);
    const approval = await waitingApproval(served, id);
    const reason = "the list of blockers is missing";
    const { approval: denied } = await served.done("deny", { params: { id: approval }, body: { reason } });
    expect(denied).toMatchObject({ status: "denied", reason, decided_by: "mira" });
    const ended = await rested(served, id);
    const over = await served.done("get_approval", { params: { id: approval } });
    expect(over).toMatchObject({ status: "denied", reason, moved: null, live: null, preview: { kind: "files" } });
    expect(ended).toMatchObject({ status: "rejected", artifacts: [] });
    expect(statusesOf(ended)["write_brief"]).toBe("cancelled");
    expect(existsSync(join(served.work.root, "briefs"))).toBe(false);
    const report = await served.call("get_report", { params: { id } }, { accept: "text/markdown" });
    expect(report.text).toContain(reason);
  });

  test("P22 over HTTP W1 offline: nothing but the door itself is reached", async () => {
    await using served = await Served.over(Workspace.make("notes"));
    await served.token("admin");
    using outside = new Outside(["connect", "lookup"]);
    const id = await brief(served);
    expect((await approved(served, id)).status).toBe("completed");
    expect(outside.attempts.length).toBeGreaterThan(0);
    for (const attempt of outside.attempts) expect(attempt).toContain(`"port":${served.port}`);
  });
});

test.skipIf(isWithoutBubblewrap)(
  "P23 over HTTP W2: the patch waits with its diff; approved, it is applied and the tests run",
  { timeout: 60_000 },
  async () => {
    await using served = await Served.over(Workspace.make("code-base"));
    const patch = readFileSync(fixturePath("patches/add-validation.patch"), "utf8");
    const goal = "Prepare a pull request that adds validation to registration";
    const { id } = await served.done("create_task", { body: { goal, inputs: { patch } } });
    await served.done("run_task", { params: { id }, body: {} });
    expect(statusesOf(await rested(served, id))).toMatchObject({ apply_patch: "awaiting_gate", run_tests: "pending" });
    const shown = await served.done("get_approval", { params: { id: await waitingApproval(served, id) } });
    expect(JSON.stringify(shown.preview)).toContain("faultsOf");
    expect(existsSync(join(served.work.root, "src/validation.js"))).toBe(false);
    const done = await approved(served, id);
    expect(done.status).toBe("completed");
    const tests = await served.done("get_step", { params: { id, step: "run_tests" } });
    expect(tests.output).toMatchObject({ passed: true, exit_code: 0 });
    expect(done.artifacts.map(({ path }) => path)).toContain("src/validation.js");
    const record = await served.done("get_record", { params: { id } });
    expect(JSON.stringify(record)).toContain("apply_patch");
  },
);

describe("an approval over HTTP", () => {
  test("P24 over HTTP what it rests on moves: void, refused by name, asked again with what is now", async () => {
    await using served = await Served.over(Workspace.make(null));
    served.work.write("work", "out.md", "# Old\n");
    const id = await restedTask(served, write);
    const first = await waitingApproval(served, id);
    const seen = await served.done("get_approval", { params: { id: first } });
    served.work.write("work", "out.md", "# Somebody else's\n");
    const moved = await served.done("get_approval", { params: { id: first } });
    expect(moved.moved).not.toBeNull();
    expect(JSON.stringify(moved.live)).toContain("Somebody else");
    expect(moved.preview).toEqual(seen.preview);
    const drift = await served.refused("approve", { params: { id: first }, body: { binding_hash: seen.binding_hash } });
    expect(drift).toMatchObject({ status: 409, code: "evidence_drift", details: { field: "evidence" } });
    const second = await waitingApproval(served, id);
    expect(second).not.toBe(first);
    expect(await served.refused("approve", { params: { id: first }, body: {} })).toMatchObject({
      code: "approval_void",
    });
    const stale = { params: { id: second }, body: { binding_hash: seen.binding_hash } };
    expect(await served.refused("approve", stale)).toMatchObject({ status: 409, code: "approval_void" });
    expect(served.work.text("out.md")).toBe("# Somebody else's\n");
    expect((await approved(served, id)).status).toBe("completed");
    expect(served.work.text("out.md")).toBe("# New\n");
  });

  test("P25 over HTTP approved twice: the same answer; then denied: 409 naming who decided", async () => {
    await using served = await Served.over(Workspace.make(null));
    const id = await restedTask(served, write);
    const approval = await waitingApproval(served, id);
    const first = await served.done("approve", { params: { id: approval }, body: {} });
    expect(first.is_new).toBe(true);
    await rested(served, id);
    const before = await served.extent();
    const again = await served.done("approve", { params: { id: approval }, body: {} }, { as: "approver" });
    expect(again).toMatchObject({ is_new: false, approval: { approval_id: approval, decided_by: "mira" } });
    const late = await served.refused("deny", { params: { id: approval }, body: { reason: "no" } });
    expect(late).toMatchObject({ status: 409, code: "approval_already_decided", detail: holding("mira") });
    expect(await served.extent()).toEqual(before);
  });

  test("P26 over HTTP past its SLA it is escalated once, and a notifier that fails changes nothing", async () => {
    const notices: Notice[] = [];
    const escalated = Promise.withResolvers<void>();
    const notifier = {
      notify: async (notice: Notice) => {
        notices.push(notice);
        if (notice.type === "approval_escalated") escalated.resolve();
        throw new Error("the webhook is down");
      },
    };
    const work = Workspace.make(null, { fittings: { notifier } });
    work.configure("approvals: { sla: 150ms }\n");
    await using served = await Served.over(work);
    const id = await restedTask(served, write);
    await escalated.promise;
    const task = await served.done("get_task", { params: { id } });
    expect(task).toMatchObject({ status: "awaiting_gate", needs_you: true });
    expect((await approved(served, id)).status).toBe("completed");
    expect(notices.filter(({ type }) => type === "approval_escalated")).toHaveLength(1);
  });

  test("P27 over HTTP autonomous: a write runs and is audited, an always-approve tool still waits", async () => {
    const send = new TestTool("comms.send_message", "local_write", { spec: { traits: { alwaysApprove: true } } });
    await using served = await Served.over(
      Workspace.make(null, { environment: { POLICY_MODE: "autonomous" }, fittings: { tools: [send] } }),
    );
    const id = await restedTask(served, write, { id: "send", tool: "comms.send_message", depends_on: ["write"] });
    const held = await served.done("get_task", { params: { id } });
    expect(statusesOf(held)).toEqual({ write: "completed", send: "awaiting_gate" });
    expect(served.work.text("out.md")).toBe("# New\n");
    const { items } = await served.done("list_task_events", { params: { id } });
    expect(JSON.stringify(items)).toContain("policy.autonomous.local_write");
    expect(send.calls).toEqual([]);
    expect((await approved(served, id)).status).toBe("completed");
    expect(send.calls).toHaveLength(1);
  });

  test("P28 over HTTP review_required: the plan waits before its first step, and its writes again", async () => {
    await using served = await Served.over(Workspace.make("notes"));
    const { id } = await served.done("create_task", { body: { goal: BRIEF, policy_mode: "review_required" } });
    await served.done("run_task", { params: { id }, body: {} });
    const first = await rested(served, id);
    expect(first).toMatchObject({
      policy_mode: "review_required",
      budget: { used: { tool_calls: 0 } },
      needs_you: true,
    });
    expect(first.steps.every(({ attempts }) => attempts === 0)).toBe(true);
    const second = await approved(served, id);
    expect(statusesOf(second)).toMatchObject({ search_docs: "completed", write_brief: "awaiting_gate" });
    expect((await approved(served, id)).status).toBe("completed");
    const looser = { body: { goal: BRIEF, policy_mode: "autonomous" } } as const;
    expect(await served.refused("create_task", looser)).toMatchObject({ status: 403, code: "policy_relaxation" });
  });

  test("P30 over HTTP while one branch waits, the other finishes", async () => {
    const work = Workspace.make(null, { fittings: { tools: [new TestTool("test.read", "read_only")] } });
    await using served = await Served.over(work);
    const id = await restedTask(
      served,
      write,
      { id: "a", tool: "test.read" },
      { id: "b", tool: "test.read", depends_on: ["a"], params: { n: 1 } },
    );
    const task = await served.done("get_task", { params: { id } });
    expect(statusesOf(task)).toEqual({ write: "awaiting_gate", a: "completed", b: "completed" });
    expect(task.waiting.gates).toEqual(["write"]);
  });

  test("P31 over HTTP it outlives the server: still open, goes on at its step, nothing runs again", async () => {
    const read = new TestTool("test.read", "read_only");
    await using served = await Served.over(Workspace.make(null, { fittings: { tools: [read] } }));
    const id = await restedTask(served, { id: "a", tool: "test.read" }, { ...write, depends_on: ["a"] });
    const approval = await waitingApproval(served, id);
    await served.restart();
    expect(await waitingApproval(served, id)).toBe(approval);
    const done = await approved(served, id);
    expect(done.status).toBe("completed");
    expect(done.steps.map(({ attempts }) => attempts)).toEqual([1, 1]);
    expect(read.calls).toHaveLength(1);
  });

  test("an agent that made the task can neither approve it nor have it undone", async () => {
    await using served = await Served.over(Workspace.make(null));
    const task = await served.done("create_task", { body: planOf(write) }, { as: "agent" });
    await served.done("run_task", { params: { id: task.id }, body: {} }, { as: "agent" });
    await rested(served, task.id);
    const approval = await waitingApproval(served, task.id);
    const token = await served.planted("admin", "agent");
    for (const act of ["approve", "deny", "ask-again"]) {
      const received = await served.exchange("POST", `/approvals/${approval}/${act}`, {
        body: act === "deny" ? '{"reason":"no"}' : "{}",
        headers: { authorization: `Bearer ${token}` },
      });
      expect(received.problem()).toMatchObject({ status: 403, code: "approval_agent_forbidden" });
    }
    expect(await madeTask(served)).not.toBe(task.id);
    expect(existsSync(join(served.work.root, "out.md"))).toBe(false);
  });
});

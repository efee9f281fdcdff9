import { existsSync } from "node:fs";
import { join } from "node:path";

import type { Notice } from "@writ/runtime";
import { TestTool } from "@writ/testkit/build/test-tool";
import { describe, expect, test } from "vitest";

import { like } from "./matching.ts";
import { refusalOf, Workspace } from "./workspace.ts";

const write = { id: "write", tool: "docs.write_doc", params: { path: "out.md", text: "# New\n" } };
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let turn = 0; turn < 500 && !(await holds()); turn += 1) await pause(10);
  expect(await holds()).toBe(true);
}

describe("an approval", () => {
  test("P24 the file it would overwrite changes after it was asked: void, asked again with the new diff", async () => {
    await using work = Workspace.make(null);
    work.write("work", "out.md", "# Old\n");
    const run = await work.plan([write]);
    const first = await work.waiting(run);
    work.write("work", "out.md", "# Somebody else's\n");
    const desk = await work.desk();
    const refusal = await refusalOf(desk.send({ method: "approve", approval: first }));
    expect(refusal).toMatchObject({ code: "evidence_drift", details: { field: "evidence" } });
    expect(work.text("out.md")).toBe("# Somebody else's\n");
    const second = await work.waiting(run);
    expect(second).not.toBe(first);
    expect(JSON.stringify((await desk.approvalDetail(await desk.approvalNamed(second))).preview)).toContain("Somebody");
    expect(await refusalOf(desk.send({ method: "approve", approval: first }))).toMatchObject({ code: "approval_void" });
    expect((await work.approve(run)).status).toBe("completed");
    expect(work.text("out.md")).toBe("# New\n");
  });

  test("P25 approved twice: the same answer; then denied: too late", async () => {
    await using work = Workspace.make(null);
    const run = await work.plan([write]);
    const approval = await work.waiting(run);
    const desk = await work.desk();
    const first = await desk.send({ method: "approve", approval });
    await work.rest(run);
    const size = await work.journalSize();
    const again = await desk.send({ method: "approve", approval });
    expect(first["isNew"]).toBe(true);
    expect(again).toMatchObject({ isNew: false, view: { approval_id: approval, decided_by: "mira" } });
    expect(await work.journalSize()).toBe(size);
    const refusal = await refusalOf(desk.send({ method: "deny", approval, reason: "no" }));
    expect(refusal).toMatchObject({ code: "approval_already_decided" });
    expect(refusal.message).toContain("mira");
  });

  test("P26 past its SLA it is escalated once, and a notifier that fails changes nothing", async () => {
    const notices: Notice[] = [];
    const notifier = {
      notify: async (notice: Notice) => {
        notices.push(notice);
        await pause(1);
        throw new Error("the webhook is down");
      },
    };
    await using work = Workspace.make(null, { fittings: { notifier } });
    work.configure("approvals: { sla: 150ms }\n");
    const run = await work.plan([write]);
    await until(() => notices.some(({ type }) => type === "approval_escalated"));
    await pause(300);
    expect(notices.map(({ type }) => type)).toEqual(["approval_created", "approval_escalated"]);
    expect((await work.view(run)).status).toBe("awaiting_gate");
    expect((await work.approve(run)).status).toBe("completed");
    await until(() => notices.length >= 4);
    expect(notices.slice(2)).toMatchObject([
      { type: "approval_decided", decision: "granted", run, step: "write" },
      { type: "run_ended", run, outcome: "completed" },
    ]);
    expect(notices).toHaveLength(4);
  });

  test("P26 decided in time: not escalated, though its run goes on and waits again", async () => {
    const notices: Notice[] = [];
    const notifier = { notify: async (notice: Notice) => void notices.push(notice) };
    await using work = Workspace.make(null, { fittings: { notifier } });
    work.configure("approvals: { sla: 400ms }\n");
    const next = { ...write, id: "next", params: { path: "next.md", text: "# Next\n" }, depends_on: ["write"] };
    const run = await work.plan([write, next]);
    await work.approve(run);
    await until(() => notices.some(({ type }) => type === "approval_escalated"));
    await pause(100);
    const told = notices.map((each) => `${each.type} ${"step" in each ? each.step : ""}`);
    expect(told).toEqual([
      "approval_created write",
      "approval_decided write",
      "approval_created next",
      "approval_escalated next",
    ]);
  });

  test("P26 escalated before a restart: not told again; due while nobody worked here: told once, by the next", async () => {
    const notices: Notice[] = [];
    const notifier = { notify: async (notice: Notice) => void notices.push(notice) };
    const escalated = () => notices.flatMap((each) => (each.type === "approval_escalated" ? [each.run] : []));
    await using work = Workspace.make(null, { fittings: { notifier } });
    work.configure("approvals: { sla: 150ms }\n");
    const told = await work.plan([write]);
    await until(() => escalated().length === 1);
    await work.close();
    work.configure("approvals: { sla: 1h }\n");
    const due = await work.plan([{ ...write, params: { path: "due.md", text: "# Due\n" } }]);
    await work.close();
    work.configure("approvals: { sla: 150ms }\n");
    for (let restarts = 0; restarts < 3; restarts += 1) {
      await work.desk();
      await work.rest(told);
      await until(() => escalated().length === 2);
      await pause(200);
      await work.close();
    }
    expect(escalated()).toEqual([told, due]);
    expect((await work.approve(due)).status).toBe("completed");
  });

  test("P27 autonomous: a write runs and is audited, an always-approve tool still waits", async () => {
    const send = new TestTool("comms.send_message", "local_write", { spec: { traits: { alwaysApprove: true } } });
    await using work = Workspace.make(null, {
      environment: { POLICY_MODE: "autonomous" },
      fittings: { tools: [send] },
    });
    const run = await work.plan([write, { id: "send", tool: "comms.send_message", depends_on: ["write"] }]);
    const view = await work.view(run);
    expect(view.steps.map(({ status }) => status)).toEqual(["completed", "awaiting_gate"]);
    expect(work.text("out.md")).toBe("# New\n");
    const started = (await work.facts(run)).find((fact) => fact.type === "step_started" && fact.step === "write");
    expect(started).toMatchObject({ authority: { rules: ["policy.autonomous.local_write"] } });
    expect(send.calls).toEqual([]);
    expect((await work.approve(run)).status).toBe("completed");
    expect(send.calls).toHaveLength(1);
  });

  test("P30 while one branch waits, the other finishes", async () => {
    const other = new TestTool("test.read", "read_only");
    await using work = Workspace.make(null, { fittings: { tools: [other] } });
    const run = await work.plan([
      write,
      { id: "a", tool: "test.read" },
      { id: "b", tool: "test.read", depends_on: ["a"], params: { n: 1 } },
    ]);
    expect((await work.view(run)).steps.map(({ status }) => status)).toEqual([
      "awaiting_gate",
      "completed",
      "completed",
    ]);
  });

  test("P31 it outlives the process: still open, goes on at its step, nothing runs again", async () => {
    const read = new TestTool("test.read", "read_only");
    await using work = Workspace.make(null, { fittings: { tools: [read] } });
    const run = await work.plan([
      { id: "a", tool: "test.read" },
      { ...write, depends_on: ["a"] },
    ]);
    const approval = await work.waiting(run);
    await work.close();
    expect(await work.waiting(run)).toBe(approval);
    const done = await work.approve(run);
    expect(done.status).toBe("completed");
    expect(done.steps.map(({ attempts }) => attempts)).toEqual([1, 1]);
    expect(read.calls).toHaveLength(1);
  });
});

describe("approval routing", () => {
  test("AS-17 read_only and local_write run in one call with no request, and a write carries a key", async () => {
    const read = new TestTool("test.read", "read_only");
    const put = new TestTool("test.put", "local_write");
    await using work = Workspace.make(null, {
      environment: { POLICY_MODE: "autonomous" },
      fittings: { tools: [read, put] },
    });
    const run = await work.plan([
      { id: "a", tool: "test.read" },
      { id: "b", tool: "test.put" },
    ]);
    expect(await work.view(run)).toMatchObject({ status: "completed", approvals: [] });
    expect(put.calls).toMatchObject([{ key: like(/^ik_/) }]);
    expect((await work.facts(run)).some(({ type }) => type === "gate_wanted")).toBe(false);
  });

  test.each(["network", "delegated", "destructive"] as const)(
    "AS-18 a %s step goes propose, approve, redeem, and nothing is sent before",
    async (tier) => {
      const reach = new TestTool("test.reach", tier);
      await using work = Workspace.make(null, {
        environment: { POLICY_MODE: "autonomous" },
        fittings: { tools: [reach] },
      });
      work.configure("outbound: { hosts: [api.example.org] }\n");
      const run = await work.plan([
        {
          id: "a",
          tool: "test.reach",
          approval_mode: tier,
          ...(tier === "destructive" ? { requires: ["GATE_OPERATOR"] } : {}),
        },
      ]);
      if (tier === "destructive") {
        expect(reach.calls).toEqual([]);
        await work.approve(run);
      }
      expect((await work.view(run)).status).toBe("completed");
      const types = (await work.facts(run)).map(({ type }) => type);
      const order = ["approval_requested", "approval_granted", "step_started"].map((type) =>
        types.findIndex((each) => each === type),
      );
      expect(order.every((at) => at >= 0)).toBe(true);
      expect(order).toEqual(order.toSorted((a, b) => a - b));
      expect(reach.calls).toHaveLength(1);
    },
  );

  test("AS-19 evidence and arguments are frozen before anybody sees them, and the record repeats the hash", async () => {
    await using work = Workspace.make(null);
    work.write("work", "out.md", "# Old\n");
    const run = await work.plan([write]);
    const requested = (await work.facts(run)).find((fact) => fact.type === "approval_requested");
    if (requested?.type !== "approval_requested") throw new TypeError("nothing was asked");
    expect(requested.binding.args_commit).toBe(requested.args.commit);
    expect(requested.binding.evidence.length).toBeGreaterThan(0);
    await work.approve(run);
    const granted = (await work.facts(run)).find((fact) => fact.type === "approval_granted");
    const started = (await work.facts(run)).find((fact) => fact.type === "step_started");
    expect(granted).toMatchObject({ binding_hash: requested.binding_hash });
    expect(started).toMatchObject({ authority: { binding_hash: requested.binding_hash } });
    const desk = await work.desk();
    const ended = (await work.facts(run)).find((fact) => fact.type === "run_ended");
    const record = ended?.type === "run_ended" ? await desk.store.documents.get(ended.record_hash) : null;
    expect(JSON.stringify(record)).toContain(requested.binding_hash);
  });

  test("AS-20 what it rests on moves between the answer and the sending: nothing is sent, asked again", async () => {
    let freezes = 0;
    const refund = new TestTool("test.refund", "destructive", {
      live: () => {
        freezes += 1;
        return { order: freezes < 3 ? "open" : "shipped" };
      },
    });
    await using work = Workspace.make(null, { fittings: { tools: [refund] } });
    const run = await work.plan([
      { id: "a", tool: "test.refund", approval_mode: "destructive", requires: ["GATE_OPERATOR"] },
    ]);
    const view = await work.approve(run);
    expect(refund.calls).toEqual([]);
    expect(view.status).toBe("awaiting_gate");
    const voided = (await work.facts(run)).find((fact) => fact.type === "approval_voided");
    expect(voided).toMatchObject({ reason: { code: "evidence_drift", detail: "evidence" } });
    expect((await work.approve(run)).status).toBe("completed");
    expect(refund.calls).toHaveLength(1);
  });

  test("AS-21 denied: rejected, nothing sent, a later approve is too late", async () => {
    const refund = new TestTool("test.refund", "destructive");
    await using work = Workspace.make(null, { fittings: { tools: [refund] } });
    const run = await work.plan([
      { id: "a", tool: "test.refund", approval_mode: "destructive", requires: ["GATE_OPERATOR"] },
    ]);
    const approval = await work.waiting(run);
    expect((await work.deny(run, "not ours")).status).toBe("rejected");
    expect(await refusalOf((await work.desk()).send({ method: "approve", approval }))).toMatchObject({
      code: "approval_already_decided",
    });
    expect(refund.calls).toEqual([]);
  });

  test("AS-22 a request open for its TTL: the run expires, a late answer is too late", async () => {
    await using work = Workspace.make(null);
    work.configure("approvals: { ttl: 200ms }\n");
    const run = await work.plan([write]);
    const approval = await work.waiting(run);
    await until(async () => (await work.view(run)).status === "expired");
    const refusal = await refusalOf((await work.desk()).send({ method: "approve", approval }));
    expect(refusal).toMatchObject({ code: "approval_expired" });
    expect(existsSync(join(work.root, "out.md"))).toBe(false);
  });

  test("AS-24 one signature, two redemptions at once: one sending", async () => {
    const refund = new TestTool("test.refund", "destructive", {
      run: async () => {
        await pause(30);
        return { ok: true };
      },
    });
    await using work = Workspace.make(null, { fittings: { tools: [refund] } });
    const run = await work.plan([
      { id: "a", tool: "test.refund", approval_mode: "destructive", requires: ["GATE_OPERATOR"] },
    ]);
    const approval = await work.waiting(run);
    const desk = await work.desk();
    const answers = await Promise.all([
      desk.send({ method: "approve", approval }),
      desk.send({ method: "approve", approval }),
    ]);
    expect(answers.filter(({ isNew }) => isNew === true)).toHaveLength(1);
    expect((await work.rest(run)).status).toBe("completed");
    expect(refund.calls).toHaveLength(1);
  });
});

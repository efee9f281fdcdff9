import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

import type { StoredEntry } from "@writ/core";
import { replayRun } from "@writ/runtime";
import { fixturePath } from "@writ/testkit/build/tool-bench";
import { byRole, ModelServer } from "@writ/testkit/model-server";
import { isWithoutBubblewrap } from "@writ/testkit/needs-bubblewrap";
import { describe, expect, test } from "vitest";

import { like } from "./matching.ts";
import { Outside } from "./outside.ts";
import { Workspace } from "./workspace.ts";

const W1 = "Find new docs from the last 24 hours and summarize them";
const patchOf = (name: string): string => readFileSync(fixturePath(`patches/${name}.patch`), "utf8");
const GOOD = patchOf("add-validation");
const STRICT = patchOf("add-validation-too-strict");
const statuses = (view: { readonly steps: readonly { readonly id: string; readonly status: string }[] }) =>
  Object.fromEntries(view.steps.map(({ id, status }) => [id, status]));

/** A model endpoint on loopback as a workspace's environment. */
const asEnvironment = ({ baseUrl }: ModelServer) => ({ WRIT_MODEL_URL: baseUrl, WRIT_MODEL: "scripted" });
const says = (text: string) => ({ kind: "says", text }) as const;

/** Equal with every way out closed; and one byte of a payload changed names the step and is tampering. */
async function replays(work: Workspace, run: Parameters<Workspace["view"]>[0]): Promise<void> {
  const history = await work.history(run);
  using outside = new Outside();
  const again = await work.replay(run);
  expect(again).toMatchObject({ result: "equal", versions: history.entries.length });
  if (again.result !== "equal") return;
  expect(again.state.closing).toEqual(history.state.closing);
  expect(outside.attempts).toEqual([]);
  const at = history.stored.findIndex(({ bytes }) => bytes.includes('"type":"attempt_returned"'));
  const fact = history.entries[at]?.facts.find(({ type }) => type === "attempt_returned");
  if (fact === undefined) return;
  const altered = history.stored.map((entry, index) => (index === at ? { ...entry, payloads: flipped(entry) } : entry));
  expect(replayRun(run, { ...history, stored: altered })).toMatchObject({
    result: "different",
    version: at + 1,
    step: fact.type === "attempt_returned" ? fact.step : "",
    moved: like(/\S/),
  });
}

/** The first payload of an entry with one byte changed. */
function flipped({ payloads }: StoredEntry): StoredEntry["payloads"] {
  return payloads.map((payload, index) => {
    if (index > 0 || payload.bytes === null) return payload;
    const bytes = Uint8Array.from(payload.bytes);
    bytes[0] = (bytes[0] ?? 0) ^ 1;
    return { ...payload, bytes };
  });
}

describe("W1, the daily brief", () => {
  test("P20 W1 in constrained: search and summary run, the write waits, an approval writes it", async () => {
    await using work = Workspace.make("notes");
    const run = await work.goal(W1);
    expect(statuses(await work.view(run))).toEqual({
      search_docs: "completed",
      summarize: "completed",
      write_brief: "awaiting_gate",
    });
    const listed = await (await work.desk()).store.views.approvals({ statuses: ["waiting"], run: null, limit: 10 });
    expect(listed).toMatchObject([{ run_id: run, step: "write_brief", tier: "local_write" }]);
    expect(existsSync(join(work.root, "briefs"))).toBe(false);
    const done = await work.approve(run);
    expect(done.status).toBe("completed");
    expect(done.artifacts).toHaveLength(1);
    const { entries } = await work.history(run);
    const granted = entries.find(({ facts }) => facts.some(({ type }) => type === "approval_granted"));
    expect(granted).toMatchObject({ actor: { kind: "user", id: "mira" } });
    expect(granted?.at).toBeGreaterThan(0);
    const started = (await work.facts(run)).filter((fact) => fact.type === "step_started");
    const asked = started.map((fact) => (fact.type === "step_started" ? fact.args.json() : null));
    expect(asked[0]).toMatchObject({ since_hours: 24 });
    expect(JSON.stringify(asked[1])).toContain(W1);
    await replays(work, run);
  });

  test("P21 W1 rejected: no document, the reason is kept, later steps do not run", async () => {
    await using work = Workspace.make("notes");
    const run = await work.goal(W1);
    const ended = await work.deny(run, "the list of blockers is missing");
    expect(ended.status).toBe("rejected");
    expect(statuses(ended)["write_brief"]).toBe("cancelled");
    expect(existsSync(join(work.root, "briefs"))).toBe(false);
    const denied = (await work.facts(run)).find((fact) => fact.type === "approval_denied");
    expect(denied?.type === "approval_denied" && denied.reason.json()).toBe("the list of blockers is missing");
    await replays(work, run);
  });

  test("P22 W1 offline: nothing tries to leave the process", async () => {
    await using work = Workspace.make("notes");
    await work.desk();
    using outside = new Outside();
    const run = await work.goal(W1);
    await work.approve(run);
    expect((await work.view(run)).status).toBe("completed");
    expect(outside.attempts).toEqual([]);
  });

  test("the guard of P22 notices each way out", async () => {
    using outside = new Outside();
    await expect(async () => fetch("http://127.0.0.1:9/")).rejects.toThrow("nothing leaves");
    const { connect } = await import("node:net");
    const { spawn, spawnSync } = await import("node:child_process");
    expect(() => connect(9, "127.0.0.1")).toThrow("nothing leaves");
    expect(() => spawn("true")).toThrow("nothing leaves");
    expect(() => spawnSync("true")).toThrow("nothing leaves");
    expect(outside.attempts).toHaveLength(4);
  });

  test("P63 artifacts carry the SHA-256 of the stored bytes", async () => {
    await using work = Workspace.make("notes");
    const run = await work.goal(W1);
    const { artifacts } = await work.approve(run);
    expect(artifacts).toHaveLength(1);
    for (const { path, sha256 } of artifacts) {
      const stored = createHash("sha256")
        .update(readFileSync(join(work.root, path)))
        .digest("hex");
      expect(sha256.replace(/^sha256:/, "")).toBe(stored);
    }
  });

  test("the brief cites the notes that are new, and none that is old", async () => {
    await using work = Workspace.make("notes");
    const run = await work.goal(W1);
    await work.approve(run);
    const [artifact] = (await work.view(run)).artifacts;
    const brief = work.text(artifact?.path ?? "");
    expect(brief).toMatch(/release\.md:\d+/);
    expect(brief).not.toContain("2025-plan");
    expect(artifact?.path).toMatch(/^briefs\/\d{4}-\d\d-\d\d\.md$/);
  });
});

describe.skipIf(isWithoutBubblewrap)("W2, a change prepared", () => {
  const GOAL = "Prepare a pull request that adds validation to registration";

  test("P23 W2 with a given patch: it waits with its diff, then applies and tests it", async () => {
    await using work = Workspace.make("code-base");
    const run = await work.goal(GOAL, { inputs: { patch: GOOD } });
    expect(statuses(await work.view(run))).toMatchObject({ apply_patch: "awaiting_gate", run_tests: "pending" });
    const desk = await work.desk();
    const detail = await desk.approvalDetail(await desk.approvalNamed(await work.waiting(run)));
    expect(JSON.stringify(detail.preview)).toContain("faultsOf");
    expect(existsSync(join(work.root, "src/validation.js"))).toBe(false);
    const done = await work.approve(run);
    expect(done.status).toBe("completed");
    expect(await work.output(run, "run_tests")).toMatchObject({ passed: true, exit_code: 0 });
    expect(work.text("src/registration.js")).toContain("faultsOf");
    expect(done.artifacts.map(({ path }) => path)).toContain("src/validation.js");
    await replays(work, run);
  });

  test("W2 with a given patch that breaks the tests: it is taken back", async () => {
    await using work = Workspace.make("code-base");
    const before = work.text("src/registration.js");
    const run = await work.goal(GOAL, { inputs: { patch: STRICT } });
    let view = await work.approve(run);
    expect(await work.output(run, "run_tests")).toMatchObject({ passed: false });
    for (let gates = 0; view.approvals.some(({ status }) => status === "waiting") && gates < 5; gates += 1) {
      view = await work.approve(run);
    }
    expect(view.status).toBe("failed");
    expect(work.text("src/registration.js")).toBe(before);
    expect(existsSync(join(work.root, "src/validation.js"))).toBe(false);
    await replays(work, run);
  });

  test.each([
    ["passes", GOOD, "completed"],
    ["breaks the tests", STRICT, "failed"],
  ])("W2 with a patch by a model that %s", async (_, patch, end) => {
    await using model = await ModelServer.start(byRole({ generation: [says(patch)] }));
    await using work = Workspace.make("code-base", { environment: asEnvironment(model) });
    const run = await work.goal(GOAL);
    expect(statuses(await work.view(run))).toMatchObject({ draft_patch: "completed", apply_patch: "awaiting_gate" });
    let view = await work.approve(run);
    for (let gates = 0; view.approvals.some(({ status }) => status === "waiting") && gates < 5; gates += 1) {
      view = await work.approve(run);
    }
    expect(view.status).toBe(end);
    expect(existsSync(join(work.root, "src/validation.js"))).toBe(end === "completed");
    await model.close();
    await replays(work, run);
  });
});

describe("W4, a search in the code", () => {
  test("P64 W4: no approval and no write", async () => {
    await using work = Workspace.make("code-base");
    const before = work.digest();
    const run = await work.goal("Find all occurrences of Store");
    const view = await work.view(run);
    expect(view).toMatchObject({ status: "completed", approvals: [], artifacts: [] });
    expect(work.digest()).toBe(before);
    expect(JSON.stringify(await work.output(run, "find_code"))).toContain("src/guestbook.js");
    await replays(work, run);
  });
});

describe.skipIf(isWithoutBubblewrap)("W5, a patch verified", () => {
  const GOAL = "Verify the patch";

  test("W5 with a given patch that passes: tests first, then the gate", async () => {
    await using work = Workspace.make("code-base");
    const run = await work.goal(GOAL, { inputs: { patch: GOOD } });
    expect(await work.output(run, "test_patch")).toMatchObject({ passed: true });
    expect(existsSync(join(work.root, "src/validation.js"))).toBe(false);
    expect((await work.approve(run)).status).toBe("completed");
    expect(work.text("src/registration.js")).toContain("faultsOf");
    await replays(work, run);
  });

  test("P60 W5 failing tests with nobody to revise: it fails, and nothing was written", async () => {
    await using work = Workspace.make("code-base");
    const before = work.digest();
    const run = await work.goal(GOAL, { inputs: { patch: STRICT } });
    const view = await work.view(run);
    expect(view).toMatchObject({ status: "failed", approvals: [], artifacts: [] });
    expect(work.digest()).toBe(before);
    await replays(work, run);
  });

  test.each([
    ["passes after its revision", [STRICT, GOOD], "completed", "apply_revision"],
    ["passes at once", [GOOD], "completed", "apply_patch"],
    ["fails twice", [STRICT, STRICT], "failed", null],
  ])("P60 W5 with a patch by a model that %s", async (_, patches, end, applied) => {
    await using model = await ModelServer.start(byRole({ generation: patches.map(says) }));
    await using work = Workspace.make("code-base", { environment: asEnvironment(model) });
    const before = work.digest();
    const run = await work.goal("Write a verified patch that adds validation to registration");
    const view = applied === null ? await work.view(run) : await work.approve(run);
    expect(view.status).toBe(end);
    if (applied === null) expect(work.digest()).toBe(before);
    else expect(statuses(view)[applied]).toBe("completed");
    await model.close();
    await replays(work, run);
  });
});

describe("W6 and W7, scored before they are written", () => {
  const GOAL = "Summarize the docs with intro, bullets and action items";
  const thin = "# Summary\n\n## Introduction\n\nA week of work.\n\n## Key points\n\n- one\n- two\n- three\n";
  const whole = `${thin}\n## Action items\n\n- [ ] Ana: rotate the key\n`;

  test("P61 W6 without action items: one revision, then it passes and is delivered with its score", async () => {
    await using model = await ModelServer.start(byRole({ generation: [says(thin), says(whole)] }));
    await using work = Workspace.make("notes", { environment: asEnvironment(model) });
    const run = await work.goal(GOAL);
    expect(await work.output(run, "score")).toMatchObject({ passed: false });
    expect(await work.output(run, "score_again")).toMatchObject({ passed: true });
    expect(JSON.stringify(await work.output(run, "score"))).toMatch(/action/i);
    const view = await work.approve(run);
    expect(view.status).toBe("completed");
    expect(statuses(view)).toMatchObject({ write_summary: "skipped", write_revision: "completed" });
    await model.close();
    await replays(work, run);
  });

  test("W6 with no model: the built-in summariser passes its rubric", async () => {
    await using work = Workspace.make("notes");
    const run = await work.goal(GOAL);
    const view = await work.approve(run);
    expect(view.status).toBe("completed");
    await replays(work, run);
  });

  test("W7 an e-mail about a topic goes to the outbox", async () => {
    await using work = Workspace.make("notes");
    const run = await work.goal("Write a polite email under 200 words about the release");
    const view = await work.approve(run);
    expect(view.status).toBe("completed");
    expect(view.artifacts[0]?.path).toMatch(/^outbox\//);
    await replays(work, run);
  });

  test("P62 W7 an e-mail of 230 words does not pass its gate", async () => {
    await using work = Workspace.make("notes");
    const text = `Dear Ana,\n\n${"please send the notes again ".repeat(46)}\n\nKind regards\n`;
    const run = await work.goal("Verify that the email is polite and under 200 words", { inputs: { text } });
    expect(await work.view(run)).toMatchObject({ status: "failed", approvals: [], artifacts: [] });
    expect(existsSync(join(work.root, "outbox"))).toBe(false);
  });
});

describe("W15, weekly notes", () => {
  test.each([
    "Weekly notes into a task list",
    "Write the team status report",
    "Write a ci report",
    "Write a compliance report",
  ])("W15 %s", async (goal) => {
    await using work = Workspace.make("notes");
    const run = await work.goal(goal);
    const view = await work.approve(run);
    expect(view.status).toBe("completed");
    expect(view.artifacts).toHaveLength(1);
    await replays(work, run);
  });
});

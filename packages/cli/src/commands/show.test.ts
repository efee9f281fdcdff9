import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

import { isJsonArray, isJsonObject, parseStrict } from "@writ/core";
import { describe, expect, test } from "vitest";
import { holding } from "../acceptance/matching.ts";

import { documentOf, Workspace } from "../acceptance/workspace.ts";

const write = { id: "write", tool: "docs.write_doc", params: { path: "out.md", text: "# New\n" } };
const search = { id: "search", tool: "docs.search_docs", params: { query: "release" } };
const missing = { id: "look", tool: "docs.get_doc", params: { path: "nowhere.md" } };
const TASK_KEYS = [
  "approvals",
  "artifacts",
  "budget",
  "goal",
  "next",
  "plan_hash",
  "plan_id",
  "reason",
  "run_id",
  "status",
  "steps",
];

/** Changes one stored document behind Writ's back. */
function forge(work: Workspace, type: string, from: string, to: string): number {
  const db = new DatabaseSync(join(work.folder, "writ.db"));
  for (const { name } of db
    .prepare("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'document'")
    .all())
    db.exec(`DROP TRIGGER ${String(name)}`);
  const { changes } = db
    .prepare("UPDATE document SET bytes = replace(bytes, ?, ?) WHERE bytes LIKE ?")
    .run(from, to, `%${type}%`);
  db.close();
  return Number(changes);
}

describe("writ show", () => {
  test("of a waiting run: where it stands, its steps, its facts, who must act and how", async () => {
    await using work = Workspace.make("notes");
    const run = await work.plan([search, { ...write, depends_on: ["search"] }]);
    const approval = await work.waiting(run);
    const { out, exit } = await work.command("show", run.slice(4, 14));
    expect(exit).toBe(0);
    const rows = out.split("\n");
    expect(rows[0]).toMatch(new RegExp(`^ {2}${run} {3}◆ Waiting for you`));
    expect(out).toMatch(/✓ search +\d+ documents? of \d+ +\d+ ms/);
    expect(out).toMatch(/◆ write +waits for you/);
    expect(out).toMatch(/run_started +policy constrained, budget 25 steps/);
    expect(out).toMatch(/plan_verified +2 steps, 1 gate, no findings/);
    expect(out).toMatch(/search +accepted · policy 1.00 utility 1.00/);
    expect(out).toContain(`writ approvals show ${approval}\n    writ approvals approve ${approval}`);
    expect(Math.max(...rows.map((row) => row.length))).toBeLessThanOrEqual(78);
  });

  test("of a step that failed, and of one nobody could be asked about: why, in the words of the tool", async () => {
    await using work = Workspace.make("notes");
    const absent = { id: "absent", tool: "shell.exec", params: { argv: ["nosuchprogram"] } };
    const mode = { approval_mode: "destructive", requires: ["GATE_OPERATOR"] };
    for (const [steps, path, words, code] of [
      [[missing], "look", "there is no such file", "fatal_error"],
      [[{ ...absent, ...mode }, write], "absent", 'there is no program "nosuchprogram"', "gate_failed"],
    ] as const) {
      const run = await work.plan(steps);
      const shown = (await work.command("show", run)).out.replaceAll(/\n +/g, " ");
      expect(shown.split(words).length).toBeGreaterThan(2);
      const report = documentOf(await work.command("report", run, "--format", "json"));
      const histories = isJsonArray(report["steps"]) ? report["steps"] : [];
      expect(histories[0]).toMatchObject({ path, reason: code, error: expect.stringContaining(words) as unknown });
      expect((await work.command("report", run)).out).toContain(`${code}: `);
      expect((await work.command("report", run)).out).toContain(words);
    }
  });

  test("--json is one task, with exactly the documented members", async () => {
    await using work = Workspace.make(null);
    const run = await work.plan([write]);
    const task = documentOf(await work.command("show", run, "--json"));
    expect(Object.keys(task).toSorted()).toEqual(TASK_KEYS);
    const [step] = isJsonArray(task["steps"]) ? task["steps"] : [];
    expect(step).toEqual({
      id: "write",
      tool: "docs.write_doc",
      status: "awaiting_gate",
      approval_mode: "local_write",
      attempts: 0,
    });
    const [approval] = isJsonArray(task["approvals"]) ? task["approvals"] : [];
    expect(Object.keys(isJsonObject(approval) ? approval : {})).toEqual([
      "approval_id",
      "step",
      "status",
      "expires_at",
    ]);
  });

  test("tells every turn of a run that failed, was extended, tried again and ended", async () => {
    await using work = Workspace.make(null);
    const run = await work.plan([missing, { ...write, depends_on: ["look"] }]);
    const desk = await work.desk();
    await desk.send({
      method: "extend",
      run,
      amounts: { steps: 5, tool_calls: 0, tokens: 0, cost_millicents: 0, wall_clock_ms: 0 },
      reason: "more",
    });
    await desk.send({ method: "resolve", run, step: "look", answer: "retry" });
    await work.rest(run);
    await desk.send({ method: "cancel", run, reason: "enough" });
    await work.rest(run);
    const { out } = await work.command("show", run, "--plain");
    const whole = (await work.command("show", run)).out;
    for (const text of [
      "failed: ",
      "asks you",
      "by 5 steps, says mira",
      '"more"',
      "retry, says mira",
      "cancelled by a person",
    ])
      expect(whole).toContain(text);
    expect(out).toMatch(/^\S+Z run started/);
    expect(out.split("\n").at(-2)).toMatch(new RegExp(`run ${run} cancelled$`));
    expect(
      out
        .trim()
        .split("\n")
        .every((row) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ (run|plan|step|approval) /.test(row)),
    ).toBe(true);
  });

  test("--checkpoints derives each one again and finds it stored, byte for byte", async () => {
    await using work = Workspace.make("notes");
    const run = await work.plan([search, { ...write, depends_on: ["search"] }]);
    await work.approve(run);
    const { out, exit } = await work.command("show", run, "--checkpoints", "--json");
    expect(exit).toBe(0);
    const list = parseStrict(out.trim());
    const found = isJsonArray(list) ? list.filter(isJsonObject) : [];
    expect(found.length).toBeGreaterThanOrEqual(2);
    expect(new Set(found.map((each) => each["stored"]))).toEqual(new Set(["equal"]));
    const documents = found.map((each) => (isJsonObject(each["document"]) ? each["document"] : {}));
    expect(documents.map((each) => each["sequence"])).toEqual(documents.map((_, index) => index + 1));
    expect(documents.slice(1).map((each) => each["parent_hash"])).toEqual(
      found.slice(0, -1).map((each) => each["digest"]),
    );
  });

  test("--checkpoints says which stored one is not what the journal says, exit 5", async () => {
    await using work = Workspace.make("notes");
    const run = await work.plan([search]);
    await work.close();
    expect(forge(work, "writ/checkpoint/v1", '"sequence":1', '"sequence":9')).toBe(1);
    const { out, err, exit } = await work.command("show", run, "--checkpoints");
    expect(exit).toBe(5);
    expect(out).toContain("stored: different");
    expect(err).toContain("[log_corrupt]");
  });

  test("--record prints the decision record once the run has ended, and refuses a forged one", async () => {
    await using work = Workspace.make("notes");
    const run = await work.plan([write]);
    expect(await work.command("show", run, "--record")).toMatchObject({ exit: 2, out: "" });
    await work.approve(run);
    const record = documentOf(await work.command("show", run, "--record", "--json"));
    expect(record).toMatchObject({ type: "writ/record/v1", run_id: run, outcome: "completed", status: "DECIDED" });
    await work.close();
    expect(forge(work, "writ/record/v1", '"status":"DECIDED"', '"status":"FAILED_"')).toBe(1);
    expect(await work.command("show", run, "--record")).toMatchObject({ exit: 5, out: "" });
  });

  test("names what it cannot find", async () => {
    await using work = Workspace.make(null);
    expect(await work.command("show", "zzzz")).toMatchObject({
      exit: 2,
      err: holding("[run_not_found]"),
    });
    expect(await work.command("show")).toMatchObject({ exit: 2, err: holding("[usage]") });
  });
});

describe("writ report", () => {
  test("is a document in each of three formats, without markup of anybody's", async () => {
    await using work = Workspace.make(null);
    const plan = {
      intent: "test.plan",
      decision_checkpoints: [],
      steps: [{ ...write, params: { path: "a|b.md", text: "x" } }],
    };
    const run = await work.start({ goal: "<script>alert(1)</script>", plan, author: "person" });
    await work.rest(run);
    await work.approve(run);
    const markdown = (await work.command("report", run)).out;
    expect(markdown).toMatch(new RegExp(`^# Run ${run}\n`));
    expect(markdown).toContain("`a\\|b.md`");
    const html = (await work.command("report", run, "--format", "html")).out;
    expect(html).toContain("&lt;script&gt;");
    expect(html).not.toContain("<script>");
    const report = documentOf(await work.command("report", run, "--json"));
    expect(report).toMatchObject({
      task: { run_id: run, status: "completed" },
      started_by: "mira",
      policy_mode: "constrained",
    });
    expect(documentOf(await work.command("report", run, "--format", "json"))).toEqual(report);
  });
});

import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

import { isJsonArray, parseStrict } from "@writ/core";
import { describe, expect, test } from "vitest";
import { having, holding, withMembers } from "../acceptance/matching.ts";

import { documentOf, Workspace } from "../acceptance/workspace.ts";

const write = { id: "write", tool: "docs.write_doc", params: { path: "out.md", text: "# New\n" } };
const search = { id: "search", tool: "docs.search_docs", params: { query: "there" } };
const FOLDER = ["journal.jsonl", "logs", "plan.json", "report.md", "state.json"];

function sql(work: Workspace, ...statements: readonly string[]): void {
  const db = new DatabaseSync(join(work.folder, "writ.db"));
  for (const statement of statements) db.exec(statement);
  db.close();
}

describe("a run's folder", () => {
  test("is there when the run waits and when it has ended, without anybody asking", async () => {
    await using work = Workspace.make(null);
    const run = await work.plan([search, { ...write, depends_on: ["search"] }]);
    await work.close();
    const folder = join(work.folder, "runs", run);
    const state = () => parseStrict(readFileSync(join(folder, "state.json")));
    expect(readdirSync(folder).toSorted()).toEqual(FOLDER);
    expect(state()).toMatchObject({ run_id: run, status: "awaiting_gate" });
    expect(readdirSync(join(folder, "logs"))).toEqual(["search.1.json"]);
    await work.approve(run);
    await work.close();
    expect(state()).toMatchObject({ status: "completed" });
    expect(readdirSync(join(folder, "logs")).toSorted()).toEqual(["search.1.json", "write.1.json"]);
    expect(readFileSync(join(folder, "report.md"), "utf8")).toContain(`# Run ${run}`);
  });

  test("is there when a step waits for somebody's word", async () => {
    await using work = Workspace.make(null);
    const run = await work.plan([{ id: "look", tool: "docs.get_doc", params: { path: "nowhere.md" } }]);
    await work.close();
    const folder = join(work.folder, "runs", run);
    expect(parseStrict(readFileSync(join(folder, "state.json")))).toMatchObject({
      status: "paused",
      reason: "escalated",
    });
    expect(readdirSync(join(folder, "logs"))).toEqual(["look.1.error.txt"]);
  });

  test("says why nobody could be asked", async () => {
    await using work = Workspace.make(null);
    const gate = { approval_mode: "destructive", requires: ["GATE_OPERATOR"] };
    const run = await work.plan([{ id: "absent", tool: "shell.exec", params: { argv: ["nosuchprogram"] }, ...gate }]);
    await work.close();
    const words = readFileSync(join(work.folder, "runs", run, "logs/absent.gate.error.txt"), "utf8");
    expect(words).toMatch(/^there is no program "nosuchprogram"/);
  });

  test("that cannot be written stops no run, and doctor counts it", async () => {
    await using work = Workspace.make(null);
    rmSync(join(work.folder, "runs"), { recursive: true });
    writeFileSync(join(work.folder, "runs"), "in the way");
    const run = await work.plan([search]);
    expect((await work.view(run)).status).toBe("completed");
    await work.close();
    rmSync(join(work.folder, "runs"));
    expect((await work.command("doctor")).out).toMatch(/– folders +1 of 1 ended run not written out/);
    expect(documentOf(await work.command("rebuild", "--json"))).toMatchObject({ runs: 1, files: { written: 5 } });
    expect(existsSync(join(work.folder, "runs", run, "report.md"))).toBe(true);
  });

  test("is exported to a place of one's own, and not over anything", async () => {
    await using work = Workspace.make(null);
    const run = await work.plan([search]);
    const target = join(work.base, "out", "run");
    expect(documentOf(await work.command("export", run, target, "--json"))).toEqual({
      run_id: run,
      folder: target,
      files: 5,
    });
    expect(readdirSync(target).toSorted()).toEqual(FOLDER);
    expect(await work.command("export", run, target)).toMatchObject({
      exit: 2,
      err: holding("[folder_not_empty]"),
    });
    expect(documentOf(await work.command("export", run, "--json"))).toMatchObject({
      folder: join(work.folder, "runs", run),
    });
  });
});

describe("writ rebuild", () => {
  test("finds every row right after runs of all kinds", async () => {
    await using work = Workspace.make(null);
    const run = await work.plan([search, { ...write, depends_on: ["search"] }]);
    await work.deny(await work.plan([write]), "no");
    await work.approve(run);
    await work.plan([write]);
    expect(documentOf(await work.command("rebuild", "--json"))).toMatchObject({
      runs: 3,
      differences: [],
      removed_folders: [],
    });
  });

  test("mends rows that were changed, lost or made up, and says which", async () => {
    await using work = Workspace.make(null);
    const [first, second, third] = [await work.plan([write]), await work.plan([search]), await work.plan([write])];
    await work.approve(first);
    await work.close();
    const before = await work.command("list", "--json");
    const stranger = "run_01m7xcc2g3b93rthtjgbd2xt23";
    sql(
      work,
      `UPDATE run_view SET status = 'failed', goal = 'another' WHERE run_id = '${first}'`,
      `DELETE FROM run_view WHERE run_id = '${second}'`,
      `DELETE FROM artifact_view`,
      `UPDATE approval_view SET status = 'granted' WHERE run_id = '${third}'`,
      `INSERT INTO run_view SELECT '${stranger}', created_at_ms, status, reason, goal, door, started_by, plan_id, plan_hash, version, updated_at_ms, ended_at_ms, wake_at_ms, worked_ms, waited_ms, tally FROM run_view WHERE run_id = '${third}'`,
    );
    mkdirSync(join(work.folder, "runs", stranger));
    const { differences, removed_folders: removed } = documentOf(await work.command("rebuild", "--json"));
    const found = isJsonArray(differences) ? differences : [];
    expect(found).toHaveLength(5);
    expect(found).toEqual(
      having(
        { run: first, list: "runs", row: first, kind: "wrong", members: ["status", "goal"] },
        { run: second, list: "runs", row: second, kind: "missing", members: [] },
        { run: first, list: "artifacts", row: "out.md (write)", kind: "missing", members: [] },
        withMembers({ run: third, list: "approvals", kind: "wrong", members: ["status"] }),
        { run: stranger, list: "runs", row: stranger, kind: "extra", members: [] },
      ),
    );
    expect(removed).toEqual([stranger]);
    expect((await work.command("list", "--json")).out).toBe(before.out);
    expect(documentOf(await work.command("rebuild", "--json"))).toMatchObject({ differences: [] });
  });
});

describe("writ backup", () => {
  test("copies the whole log while it is in use, into a folder that was not there", async () => {
    await using work = Workspace.make(null);
    const run = await work.plan([write]);
    const target = join(work.base, "copy");
    const size = await work.journalSize();
    expect(documentOf(await work.command("backup", target, "--json"))).toMatchObject({ folder: target, entries: size });
    expect(readdirSync(target)).toEqual(["writ.db"]);
    const db = new DatabaseSync(join(target, "writ.db"), { readOnly: true });
    expect(db.prepare("SELECT COUNT(*) AS runs FROM run_view WHERE run_id = ?").get(run)).toMatchObject({ runs: 1 });
    db.close();
    expect(await work.command("backup", target)).toMatchObject({
      exit: 2,
      err: holding("[folder_not_empty]"),
    });
    expect(await work.command("backup", "notes/copy")).toMatchObject({
      exit: 2,
      err: holding("its tools could read"),
    });
    expect(existsSync(join(work.root, "notes"))).toBe(false);
    const dated = documentOf(await work.command("backup", "--json"));
    expect(String(dated["folder"])).toMatch(/\/\.orchestrate\/backups\/\d{4}-\d\d-\d\dT\d{6}Z$/);
  });
});

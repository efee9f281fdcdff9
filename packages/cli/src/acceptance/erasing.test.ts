import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { isJsonArray, isJsonObject, type RunId } from "@writ/core";
import { describe, expect, test } from "vitest";

import { containing } from "./audit-scene.ts";
import { refusalOf, documentOf, Workspace } from "./workspace.ts";

const SECRET = "the old secret of the customer";
const NEW = "the new secret of the customer";
const write = { id: "write", tool: "files.write", params: { path: "customer.md", content: NEW } };

/** A run that overwrote a file, and is over. */
async function overwrote(work: Workspace): Promise<RunId> {
  work.write("work", "customer.md", SECRET);
  const run = await work.plan([write], { plan: { intent: "secret.of_customer" } });
  expect((await work.approve(run)).status).toBe("completed");
  return run;
}

/** Names of the files below `.orchestrate`, relative to it, in which a text stands, also in base64. */
function filesWith(work: Workspace, text: string): readonly string[] {
  const encoded = Buffer.from(text).toString("base64").slice(0, 24);
  return readdirSync(work.folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => [text, encoded].some((each) => readFileSync(path).includes(each)))
    .map((path) => path.slice(work.folder.length + 1));
}

async function folders(work: Workspace): Promise<{ readonly state: unknown; readonly remedy: unknown }> {
  const { rows } = documentOf(await work.command("doctor", "--json"));
  const row = (isJsonArray(rows) ? rows : []).filter(isJsonObject).find(({ name }) => name === "folders");
  return { state: row?.["state"], remedy: row?.["remedy"] };
}

describe("erasing a run", () => {
  test("also erases what files held before its calls changed them, and keeps what other runs keep", async () => {
    await using work = Workspace.make(null);
    const run = await overwrote(work);
    const other = "customer of another run";
    work.write("work", "other.md", other);
    const kept = await work.plan([{ ...write, params: { path: "other.md", content: "" } }]);
    await work.approve(kept);
    await work.close();
    // The premise: both kept what they overwrote.
    expect(filesWith(work, SECRET).filter((path) => path.startsWith("previous/"))).toHaveLength(1);
    expect((await work.command("audit", "redact", run)).exit).toBe(0);
    expect(filesWith(work, SECRET)).toEqual([]);
    expect(filesWith(work, NEW)).toEqual([]);
    expect(filesWith(work, other).filter((path) => path.startsWith("previous/"))).toHaveLength(1);
  });

  test("also erases how its steps failed; that they did stays", async () => {
    await using work = Workspace.make(null);
    const gate = { approval_mode: "destructive", requires: ["GATE_OPERATOR"] };
    for (const step of [
      { id: "a", tool: "shell.exec", params: { argv: [SECRET] }, ...gate },
      { id: "a", tool: "files.read", params: { path: `${SECRET}.md` } },
    ]) {
      const run = await work.plan([step]);
      if (!(await work.command("report", run)).out.includes(SECRET)) throw new Error("nothing is there to be erased");
      if ((await work.view(run)).status === "paused") await work.command("cancel", run, "--reason", "enough");
      await work.close();
      expect((await work.command("audit", "redact", run)).exit).toBe(0);
      expect(filesWith(work, SECRET)).toEqual([]);
      const report = documentOf(await work.command("report", run, "--format", "json"));
      expect(report["steps"]).toMatchObject([{ path: "a", error: null }]);
      expect(await work.command("show", run)).toMatchObject({ exit: 0, err: "" });
    }
  });

  test("erases what a call kept while it was interrupted, too", async () => {
    await using work = Workspace.make(null);
    const run = await overwrote(work);
    await work.close();
    const previous = join(work.folder, "previous");
    const [name] = readdirSync(previous);
    cpSync(join(previous, name ?? ""), join(previous, `${name}.tmp`));
    expect((await work.command("audit", "redact", run)).exit).toBe(0);
    expect(readdirSync(previous)).toEqual([]);
  });

  test("leaves no copy where it is interrupted between the log and the copies: the copies go first", async () => {
    await using work = Workspace.make(null);
    const run = await overwrote(work);
    const desk = await work.desk();
    const looks: (readonly string[])[] = [];
    const { audit } = await desk.own();
    const redact = audit.redact.bind(audit);
    audit.redact = async (request) => {
      looks.push([...filesWith(work, SECRET), ...filesWith(work, NEW)].filter((path) => !path.startsWith("writ.db")));
      return redact(request);
    };
    await desk.send({ method: "audit_redact", run, reason: "erasure_request" });
    expect(looks).toEqual([[]]);
    expect(readdirSync(join(work.folder, "runs", run)).toSorted()).toEqual([
      "journal.jsonl",
      "report.md",
      "state.json",
    ]);
  });

  test("is not begun where the copies cannot be taken away", async () => {
    await using work = Workspace.make(null);
    const run = await overwrote(work);
    const size = await work.journalSize();
    await work.close();
    rmSync(join(work.folder, "previous"), { recursive: true });
    writeFileSync(join(work.folder, "previous"), "no folder");
    const desk = await work.desk();
    const refusal = await refusalOf(desk.send({ method: "audit_redact", run, reason: "other" }));
    expect(refusal.code).toBe("file_not_regular");
    expect(await work.journalSize()).toBe(size);
    // The folder is a view: it is there again.
    expect(existsSync(join(work.folder, "runs", run, "plan.json"))).toBe(true);
  });
});

describe("a backup", () => {
  test("keeps what is erased later, says so, and is named by the erasure while it lies in the workspace", async () => {
    await using work = Workspace.make(null);
    const run = await overwrote(work);
    expect((await work.command("backup", "--help")).out.replaceAll(/\s+/g, " ")).toContain(
      "The copy keeps what is erased later, and stays until you delete it.",
    );
    const { folder } = documentOf(await work.command("backup", "--json"));
    const { backups } = documentOf(await work.command("audit", "redact", run, "--json"));
    expect(backups).toEqual([folder]);
    expect(filesWith(work, NEW).length).toBeGreaterThan(0);
    expect(filesWith(work, NEW).filter((path) => !path.startsWith("backups/"))).toEqual([]);
    const later = await overwrote(work);
    expect((await work.command("audit", "redact", later)).out.replaceAll(/\s+/g, "")).toContain(
      `${String(folder)}stillholdsit`,
    );
  });
});

/** As a crash left it between the log and the copies, before the copies went first. */
async function cutShort(work: Workspace): Promise<RunId> {
  const run = await overwrote(work);
  await work.close();
  const [runs, previous, aside] = [join(work.folder, "runs"), join(work.folder, "previous"), join(work.base, "aside")];
  mkdirSync(aside);
  cpSync(runs, join(aside, "runs"), { recursive: true });
  cpSync(previous, join(aside, "previous"), { recursive: true });
  expect((await work.command("audit", "redact", run)).exit).toBe(0);
  rmSync(join(runs, run), { recursive: true });
  cpSync(aside, work.folder, { recursive: true });
  expect(filesWith(work, NEW).length).toBeGreaterThan(0);
  expect(filesWith(work, SECRET).length).toBeGreaterThan(0);
  return run;
}

describe("an erasure that was cut short", () => {
  test("is seen by doctor, which leads to its end", async () => {
    await using work = Workspace.make(null);
    const run = await cutShort(work);
    expect(await folders(work)).toEqual({ state: "broken", remedy: `erase it there, too: writ audit redact ${run}` });
    expect(await work.command("audit", "redact", run)).toMatchObject({
      exit: 2,
      err: containing("[payload_not_found]"),
    });
    expect([...filesWith(work, SECRET), ...filesWith(work, NEW)]).toEqual([]);
    expect(existsSync(join(work.folder, "runs", run, "report.md"))).toBe(true);
    expect(await folders(work)).toMatchObject({ state: "good" });
  });

  test("is ended by the next process that owns the workspace", async () => {
    await using work = Workspace.make(null);
    const run = await cutShort(work);
    await work.plan([{ ...write, id: "later" }]);
    expect(readdirSync(join(work.folder, "runs", run)).toSorted()).toEqual([
      "journal.jsonl",
      "report.md",
      "state.json",
    ]);
    expect(filesWith(work, SECRET).filter((path) => path.startsWith("previous/"))).toEqual([]);
  });

  test("is seen where only what files held before is left", async () => {
    await using work = Workspace.make(null);
    const run = await cutShort(work);
    rmSync(join(work.folder, "runs", run), { recursive: true });
    expect(await folders(work)).toMatchObject({ state: "broken" });
  });
});

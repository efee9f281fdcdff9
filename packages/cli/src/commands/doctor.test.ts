import { chmodSync, mkdirSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";

import { isJsonArray, isJsonObject, type JsonObject } from "@writ/core";
import { describe, expect, test } from "vitest";
import { holding } from "../acceptance/matching.ts";

import { documentOf, Workspace, type Said } from "../acceptance/workspace.ts";

const search = { id: "search", tool: "docs.search_docs", params: { query: "there" } };
const MINUTE = 60_000;

function rowsOf(said: Said): ReadonlyMap<string, JsonObject> {
  const { rows } = documentOf(said);
  const list = isJsonArray(rows) ? rows.filter(isJsonObject) : [];
  return new Map(list.map((row) => [String(row["name"]), row]));
}

async function examined(work: Workspace): Promise<{
  readonly exit: number;
  readonly rows: ReadonlyMap<string, JsonObject>;
  readonly broken: readonly string[];
}> {
  const said = await work.command("doctor", "--json");
  const rows = rowsOf(said);
  return {
    exit: said.exit,
    rows,
    broken: [...rows.values()].filter((row) => row["state"] === "broken").map((row) => String(row["name"])),
  };
}

function keyFile(work: Workspace): string {
  const folder = join(work.world.home.data, "writ", "keys");
  return join(folder, readdirSync(folder)[0] ?? "");
}

/** Moves an entry in time. @param which the first or the last one */
function stamp(work: Workspace, which: "ASC" | "DESC", at: number): void {
  const db = new DatabaseSync(join(work.folder, "writ.db"));
  db.exec("DROP TRIGGER entry_refuses_update");
  const entry = db.prepare(`SELECT seq, bytes FROM entry ORDER BY seq ${which} LIMIT 1`).get();
  const bytes = String(entry?.["bytes"]).replace(/"at_ms":\d+/, `"at_ms":${at}`);
  db.prepare("UPDATE entry SET bytes = ? WHERE seq = ?").run(bytes, Number(entry?.["seq"]));
  db.close();
}

/** Forgets every signed head. */
function unsign(work: Workspace): void {
  const db = new DatabaseSync(join(work.folder, "writ.db"));
  const tables = db
    .prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE '%head%' AND name <> 'head'")
    .all();
  for (const { name } of tables) {
    const triggers = db
      .prepare("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ?")
      .all(String(name));
    for (const trigger of triggers) db.exec(`DROP TRIGGER ${String(trigger["name"])}`);
    db.exec(`DELETE FROM ${String(name)}`);
  }
  db.close();
}

describe("writ doctor", () => {
  test("finds nothing wrong with a workspace that works, and runs a real canary", async () => {
    await using work = Workspace.make(null);
    await work.plan([search]);
    const { exit, rows, broken } = await examined(work);
    expect({ exit, broken }).toEqual({ exit: 0, broken: [] });
    expect([...rows.keys()]).toEqual([
      "workspace",
      "journal",
      "sandbox",
      "key",
      "head",
      "model",
      "outbound",
      "user",
      "templates",
      "folders",
      "clock",
    ]);
    expect(rows.get("journal")?.["detail"]).toBe("SQLite, synchronous=FULL, nobody else works here now");
    expect(rows.get("sandbox")?.["detail"]).toMatch(/^bubblewrap \d.*, probe passed in \d/);
    expect(rows.get("key")?.["detail"]).toMatch(/^[0-9a-f]{8}, mode 0600, outside the workspace$/);
    expect(rows.get("outbound")).toMatchObject({ state: "off" });
    // What the canary found is not remembered for the next time, nor its place left behind.
    expect(readdirSync(join(work.world.home.state, "writ")).filter((name) => name.startsWith("doctor-"))).toEqual([]);
    expect(rows.get("user")).toMatchObject({ state: process.getuid?.() === 0 ? "warning" : "good" });
  });

  test("works outside a workspace, for what can be said there", async () => {
    await using work = Workspace.make(null);
    rmSync(work.folder, { recursive: true });
    const { exit, rows } = await examined(work);
    expect(exit).toBe(0);
    expect(rows.get("workspace")).toMatchObject({ state: "off", remedy: "make this folder one with: writ init" });
    expect(rows.has("journal")).toBe(false);
    expect(rows.get("sandbox")).toMatchObject({ state: "good" });
    const elsewhere = rowsOf(await work.command("doctor", "--json", "--workspace", join(work.base, "nowhere")));
    expect(elsewhere.get("workspace")).toMatchObject({ state: "broken" });
  });

  // Node's own folders are shown in the sandbox, except those below /usr, where hidden ones are covered instead.
  test.skipIf(process.execPath.startsWith("/usr/"))(
    "examines the sandbox that runs use, with all it hides",
    async () => {
      await using work = Workspace.make(null);
      const { config } = work.world.home;
      mkdirSync(config, { recursive: true });
      symlinkSync(join(dirname(process.execPath), "..", "include"), join(config, "writ"));
      const { exit, rows, broken } = await examined(work);
      expect({ exit, broken }).toEqual({ exit: 2, broken: ["sandbox"] });
      expect(rows.get("sandbox")?.["remedy"]).toContain("install Node in a folder of its own");
      const run = await work.plan([{ id: "test", tool: "eval.run_unit_tests", params: { argv: ["true"] } }]);
      const { out } = await work.command("show", run);
      expect(out).toContain("There is no sandbox");
    },
  );

  test("names the process that owns the workspace", async () => {
    await using work = Workspace.make(null);
    const other = Workspace.make(null);
    await using _ = other;
    const desk = await work.desk();
    await work.plan([search]);
    other.world = { ...work.world, cwd: work.root };
    const { rows, exit } = await examined(other);
    expect(exit).toBe(0);
    expect(rows.get("journal")?.["detail"]).toMatch(
      new RegExp(`^SQLite, synchronous=FULL, one owner \\(writ.*, pid ${process.pid}\\)$`),
    );
    await desk.store.audit.head();
  });

  test.each([
    ["readable by others", (work: Workspace) => chmodSync(keyFile(work), 0o644), /chmod 600/],
    ["gone", (work: Workspace) => rmSync(keyFile(work)), /not there/],
    ["no key", (work: Workspace) => writeFileSync(keyFile(work), "-----"), /no Ed25519 key/],
  ])("a key that is %s", async (_, harm, says) => {
    await using work = Workspace.make(null);
    await work.close();
    harm(work);
    const { exit, rows, broken } = await examined(work);
    expect({ exit, broken }).toEqual({ exit: 2, broken: ["key"] });
    expect(rows.get("key")?.["detail"]).toMatch(says);
  });

  test("a key inside the workspace", async () => {
    await using work = Workspace.make(null);
    const data = join(work.root, "share");
    mkdirSync(dirname(data), { recursive: true });
    renameSync(work.world.home.data, data);
    work.world = { ...work.world, home: { ...work.world.home, data } };
    const { exit, rows } = await examined(work);
    expect(exit).toBe(2);
    expect(rows.get("key")).toMatchObject({
      state: "broken",
      detail: holding("lies in the workspace"),
    });
  });

  test("a head that was not signed for a minute, but not one of a moment ago", async () => {
    await using work = Workspace.make(null);
    await work.plan([search]);
    await work.close();
    unsign(work);
    const young = await examined(work);
    expect(young.rows.get("head")).toMatchObject({
      state: "good",
      detail: holding("of the last minute not signed yet"),
    });
    stamp(work, "ASC", Date.now() - 5 * MINUTE - 5_000);
    const { rows, broken } = await examined(work);
    expect(broken).toContain("head");
    expect(rows.get("head")?.["detail"]).toMatch(/^\d+ entries not signed for 5 min \(head_unsigned\)$/);
  });

  test("a clock that was set back since the last entry", async () => {
    await using work = Workspace.make(null);
    await work.plan([search]);
    await work.close();
    stamp(work, "DESC", Date.now() + 4 * MINUTE + 5_000);
    const { exit, rows } = await examined(work);
    expect(exit).toBe(2);
    expect(rows.get("clock")).toMatchObject({
      state: "broken",
      detail: "moved back 4 min since the last entry",
      remedy: "set it, then: writ doctor",
    });
    // The entry was changed behind the log's back, and that is seen, too.
    expect(rows.get("journal")).toMatchObject({
      state: "broken",
      detail: holding("do not hash to the stored head"),
    });
  });

  test("configuration and templates with problems, each with its place", async () => {
    await using work = Workspace.make(null);
    work.configure("policy: { mode: autonomos }\n");
    work.write("work", "templates/mine.yaml", "id: [\n");
    const { exit, rows, broken } = await examined(work);
    expect({ exit, broken }).toEqual({ exit: 2, broken: ["config", "templates"] });
    expect(rows.get("config")?.["detail"]).toMatch(/config\.yaml:1:11/);
    expect(rows.get("templates")?.["detail"]).toMatch(/^left out: templates\/mine\.yaml/);
  });

  test("for a person: a mark, a word, what to do, and the sum", async () => {
    await using work = Workspace.make(null);
    await work.close();
    chmodSync(keyFile(work), 0o644);
    const { out, exit } = await work.command("doctor");
    expect(exit).toBe(2);
    expect(out).toMatch(/^ {2}✓ workspace {3}/);
    expect(out).toMatch(/\n {2}✗ key {9}the signing key must be a file of yours/);
    expect(out).toMatch(/1 problem\. Mend what is marked, then: writ doctor\n$/);
  });
});

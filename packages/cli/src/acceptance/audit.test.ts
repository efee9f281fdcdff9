import { readFileSync, writeFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

import { expect, test } from "vitest";

import { documentOf, Workspace } from "./workspace.ts";

/** Entries of an exported log, one a line. */
const entriesFile = (folder: string): string => {
  const name = readdirSync(folder, { recursive: true })
    .map(String)
    .find((each) => /entries.*\.jsonl$|entries$/.test(each));
  if (name === undefined) throw new TypeError(`no entries in ${readdirSync(folder).join()}`);
  return join(folder, name);
};

test("P66 a finished run verifies; one byte edited, a line removed or moved is found and located", async () => {
  await using work = Workspace.make("notes");
  const run = await work.goal("Find new docs from the last 24 hours and summarize them");
  await work.approve(run);
  expect((await work.command("audit", "verify", "--json")).exit).toBe(0);
  const folder = join(work.base, "evidence");
  expect((await work.command("audit", "export", run, folder, "--json")).exit).toBe(0);
  const whole = await work.command("verify-bundle", folder, "--json");
  expect(whole.exit).toBe(0);
  const file = entriesFile(folder);
  const text = readFileSync(file, "utf8");
  const lines = text.trimEnd().split("\n");
  expect(lines.length).toBeGreaterThan(5);
  const [first = "", second = "", third = "", ...rest] = lines;
  const damaged = {
    edited: [first, second.replace(/[0-9a-f](?=[0-9a-f]{3})/, (digit) => (digit === "0" ? "1" : "0")), third, ...rest],
    removed: [first, third, ...rest],
    reordered: [first, third, second, ...rest],
  };
  for (const [name, changed] of Object.entries(damaged)) {
    writeFileSync(file, `${changed.join("\n")}\n`);
    const said = await work.command("verify-bundle", folder, "--json");
    expect({ name, exit: said.exit }).toEqual({ name, exit: 5 });
    expect(JSON.stringify(documentOf(said)["errors"])).toMatch(/seq|line|place|entry/);
  }
});

test("a run replays from the command line, and one changed byte in the database is exit 5 with its step", async () => {
  await using work = Workspace.make("notes");
  const run = await work.goal("Find new docs from the last 24 hours and summarize them");
  await work.approve(run);
  expect((await work.command("replay", run, "--json")).exit).toBe(0);
  const { DatabaseSync } = await import("node:sqlite");
  const db = new DatabaseSync(join(work.folder, "writ.db"));
  const triggers = db.prepare("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'payload'").all();
  for (const { name } of triggers) db.exec(`DROP TRIGGER ${String(name)}`);
  const row = db
    .prepare("SELECT rowid AS id, bytes FROM payload WHERE instr(bytes, '\"hits\"') > 0 ORDER BY rowid LIMIT 1")
    .get();
  const bytes = row?.["bytes"];
  if (!(bytes instanceof Uint8Array)) throw new TypeError("no such payload");
  bytes[bytes.length - 3] = (bytes.at(-3) ?? 0) ^ 1;
  db.prepare("UPDATE payload SET bytes = ? WHERE rowid = ?").run(bytes, Number(row?.["id"]));
  db.close();
  const said = await work.command("replay", run, "--json");
  expect(said.exit).toBe(5);
  expect(said.out + said.err).toContain("search_docs");
});

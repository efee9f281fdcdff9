import { existsSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

import { parseStrict } from "@writ/core";
import { expect, test } from "vitest";

import { Workspace } from "./acceptance/workspace.ts";

/** What a workspace of the form before last looks like. */
function older(folder: string): void {
  const db = new DatabaseSync(join(folder, ".orchestrate/writ.db"));
  const version = Number(Object.values(db.prepare("PRAGMA user_version").get() ?? {})[0]);
  db.exec("DROP TABLE destination; DROP TABLE delivery");
  db.exec(`PRAGMA user_version = ${version - 1}`);
  db.close();
}

test("a workspace of an earlier version is brought up to date by whatever command comes first", async () => {
  await using work = Workspace.make("notes");
  await work.command("run", "Find new docs from the last 24 hours and summarize them", "--json");
  older(work.root);
  const { out, exit } = await work.command("list", "--json");
  expect(exit).toBe(0);
  expect(parseStrict(out.trim())).toHaveLength(1);
  expect(existsSync(join(work.root, ".orchestrate/writ.db.v5"))).toBe(true);
});

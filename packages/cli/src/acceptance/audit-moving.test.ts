import { DatabaseSync } from "node:sqlite";
import { join } from "node:path";

import { readSqliteStore, type SqliteStore } from "@writ/adapters/sqlite/store";
import { nodeVerifier } from "@writ/adapters/system/node-verifier";
import { checkLog, type Store } from "@writ/runtime";
import { describe, expect, test } from "vitest";

import { workspaceAt } from "../compose.ts";
import { Workspace } from "./workspace.ts";

const write = { id: "write", tool: "files.write", params: { path: "a.md", content: "a" } };

/** A reader for whom something happens just before it reads the lists. */
function interrupted(reader: SqliteStore, happens: () => Promise<unknown>): Store {
  let isFirst = true;
  const runs: Store["views"]["runs"] = async (query) => {
    if (isFirst) await happens();
    isFirst = false;
    return reader.views.runs(query);
  };
  return { ...reader, views: { ...reader.views, runs } };
}

async function found(work: Workspace, happens: () => Promise<unknown>): Promise<readonly string[]> {
  const reader = await readSqliteStore(workspaceAt(work.root));
  try {
    const { findings, size } = await checkLog(interrupted(reader, happens), nodeVerifier, []);
    // The premise: the log grew behind the walk.
    expect((await reader.audit.head()).size).toBeGreaterThan(size);
    return findings.map(({ code, seq }) => `${code}@${seq}`);
  } finally {
    await reader.close();
  }
}

function tamper(work: Workspace, run: string, change: string): void {
  const db = new DatabaseSync(join(work.folder, "writ.db"));
  db.prepare(`UPDATE run_view SET version = ${change} WHERE run_id = ?`).run(run);
  db.close();
}

describe("a log is checked while runs move", () => {
  test("a run that goes on, one that ends and one that begins are no alarm", async () => {
    await using work = Workspace.make(null);
    const [first, second] = [await work.plan([write]), await work.plan([write])];
    const happens = async (): Promise<void> => {
      await work.approve(first);
      await (await work.desk()).send({ method: "pause", run: second });
      await work.plan([write]);
    };
    expect(await found(work, happens)).toEqual([]);
  });

  test("a row that is behind its journal or ahead of it is found all the same", async () => {
    await using work = Workspace.make(null);
    const [first, second] = [await work.plan([write]), await work.plan([write])];
    const happens = async (): Promise<void> => {
      await work.approve(first);
      tamper(work, first, "version - 1");
      tamper(work, second, "version + 1");
    };
    expect(await found(work, happens)).toEqual(["views_differ@1", "views_differ@3"]);
  });
});

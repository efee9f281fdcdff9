import {
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
  closeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

import { frontierRoot } from "@writ/core";
import { expectTree } from "@writ/testkit/contracts/store-audit";
import { aDraft, aPayload, runNumber, TEST_LOG } from "@writ/testkit/contracts/store-drafts";
import { codeOf } from "@writ/testkit/contracts/store-harness";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { nodeHasher } from "../system/sha256.ts";
import { createSqliteLog } from "./create-log.ts";
import { APPLICATION_ID, assertDurable, openForWriting } from "./driver.ts";
import { LATEST_VERSION } from "./migrate.ts";
import { openSqliteStore, readSqliteStore, type SqliteStore } from "./store.ts";

const RUN = runNumber(0);
let folder: string;
let files: { readonly database: string; readonly blobs: string };

const open = (): Promise<SqliteStore> => openSqliteStore(files, nodeHasher, null);
const opened = async (): Promise<string> => codeOf(open().then((store) => store.close()));
const read = async (): Promise<string> => codeOf(readSqliteStore(files).then((store) => store.close()));

/** Changes the file as another program could: with the triggers out of the way. */
function tamper(...statements: readonly string[]): void {
  const db = new DatabaseSync(files.database);
  const triggers = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'").all();
  for (const { name } of triggers) db.exec(`DROP TRIGGER ${String(name)}`);
  for (const statement of statements) db.exec(statement);
  db.close();
}

async function appended(from: number, count: number): Promise<void> {
  const store = await open();
  await Promise.all(Array.from({ length: count }, (_, index) => store.journal.append(aDraft(RUN, from + index))));
  await store.close();
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "writ-open-"));
  files = { database: join(folder, "writ.db"), blobs: join(folder, "blobs") };
  createSqliteLog(files.database, nodeHasher, TEST_LOG);
});
afterEach(() => rmSync(folder, { recursive: true }));

describe("opening", () => {
  test("writes durably every time, and says so if somebody turns it off", async () => {
    for (let times = 0; times < 2; times += 1) {
      const store = await open();
      expect(() => store.assertDurable()).not.toThrow();
      await store.close();
    }
    expect(statSync(files.database).mode & 0o777).toBe(0o600);
  });

  test("sets and then reads back what durability needs, on each connection that writes", () => {
    for (let times = 0; times < 2; times += 1) {
      const db = openForWriting(files.database);
      const read = (pragma: string): unknown => Object.values(db.prepare(`PRAGMA ${pragma}`).get() ?? {})[0];
      expect([read("journal_mode"), read("synchronous"), read("foreign_keys"), read("wal_autocheckpoint")]).toEqual([
        "wal",
        2,
        1,
        8_000,
      ]);
      expect(() => assertDurable(db)).not.toThrow();
      db.exec("PRAGMA synchronous = NORMAL");
      expect(() => assertDurable(db)).toThrow("synchronous is 1");
      db.close();
    }
  });

  test("finds no database, or one that is not ours, and leaves it alone", async () => {
    rmSync(files.database);
    expect([await opened(), await read()]).toEqual(["not_a_workspace", "not_a_workspace"]);
    expect(existsSync(files.database)).toBe(false);
    const other = new DatabaseSync(files.database);
    other.exec("CREATE TABLE theirs (x); PRAGMA user_version = 1");
    other.close();
    const before = readFileSync(files.database);
    expect([await opened(), await read()]).toEqual(["not_a_workspace", "not_a_workspace"]);
    expect(readFileSync(files.database).equals(before)).toBe(true);
    writeFileSync(files.database, "");
    expect([await opened(), await read()]).toEqual(["not_a_workspace", "not_a_workspace"]);
    writeFileSync(files.database, "this is no database\n".repeat(400));
    expect([await opened(), await read()]).toEqual(["database_corrupt", "database_corrupt"]);
  });

  test("refuses a later form", async () => {
    const db = new DatabaseSync(files.database);
    db.exec(`PRAGMA user_version = ${LATEST_VERSION + 1}`);
    db.close();
    expect([await opened(), await read()]).toEqual(["workspace_newer", "workspace_newer"]);
  });

  test("brings an earlier form up to date and keeps a copy of it", async () => {
    await appended(1, 3);
    const db = new DatabaseSync(files.database);
    db.exec(
      "DROP TABLE run_view; DROP TABLE approval_view; DROP TABLE artifact_view; DROP TABLE notice; DROP TABLE destination; DROP TABLE delivery; DROP TABLE token; DROP TABLE answer; DROP TABLE spending; PRAGMA user_version = 1",
    );
    db.close();
    expect(await read()).toBe("workspace_older");
    const store = await open();
    expect(await store.journal.read(RUN)).toHaveLength(3);
    expect(await store.views.run(RUN)).toBeNull();
    await store.close();
    const copy = new DatabaseSync(`${files.database}.v1`, { readOnly: true });
    expect(copy.prepare("PRAGMA user_version").get()).toEqual({ user_version: 1 });
    expect(copy.prepare("PRAGMA application_id").get()).toEqual({ application_id: APPLICATION_ID });
    expect(copy.prepare("SELECT count(*) AS entries FROM entry").get()).toEqual({ entries: 4 });
    copy.close();
    expect(statSync(`${files.database}.v1`).mode & 0o777).toBe(0o600);
    expect([await opened(), await read()]).toEqual(["ok", "ok"]);
  });

  test("finds damaged pages", async () => {
    await appended(1, 300);
    const size = statSync(files.database).size;
    const file = openSync(files.database, "r+");
    for (let at = 4_096; at < size; at += 4_096) writeSync(file, Buffer.alloc(2_048, 0xff), 0, 2_048, at);
    closeSync(file);
    expect(await opened()).toBe("database_corrupt");
    expect(await read()).toBe("database_corrupt");
  });

  test("is refused while another program holds the database", { timeout: 30_000 }, async () => {
    const other = new DatabaseSync(files.database);
    other.exec("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; COMMIT");
    expect(await opened()).toBe("database_locked");
    other.close();
    expect(await opened()).toBe("ok");
  });
});

describe("a draft that only the database refuses", () => {
  test("fails alone: the rest of its group is kept", async () => {
    const store = await open();
    const bad = { ...aDraft(runNumber(1), 1), atMs: 1.5 };
    const codes = await Promise.allSettled([
      store.journal.append(aDraft(RUN, 1)),
      store.journal.append(bad),
      store.journal.append(aDraft(RUN, 2)),
      store.journal.append(aDraft(runNumber(1), 1)),
    ]);
    expect(codes.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled", "fulfilled"]);
    await expect(store.journal.append({ ...aDraft(RUN, 3), atMs: 1.5 })).rejects.toThrow(
      "the database refused an entry",
    );
    expect((await store.journal.append(aDraft(RUN, 3))).seq).toBe(4);
    await expectTree(store.audit, 5);
    await store.close();
  });
});

describe("a log that contradicts itself is refused", () => {
  test.each<[what: string, entries: number, statement: string]>([
    ["its last entry is gone", 10, "DELETE FROM entry WHERE seq = 10"],
    ["an entry was added", 10, "INSERT INTO entry VALUES (11, NULL, NULL, 1, '{}')"],
    ["an entry of the tail was changed", 10, "UPDATE entry SET bytes = replace(bytes, 'noted', 'nOted') WHERE seq = 7"],
    ["an entry of the tail is gone", 300, "DELETE FROM entry WHERE seq = 280"],
    ["the head is another", 10, "UPDATE head SET frontier = zeroblob(64)"],
    ["the head is shorter", 10, "UPDATE head SET frontier = x''"],
    ["the head's size is another", 10, "UPDATE head SET size = 9"],
    ["the head names another log", 10, "UPDATE head SET log_id = 'log_01m7xcc2g3pcfz3hmdpdpdksfy'"],
    ["the head is gone", 10, "DELETE FROM head"],
    ["the first entry is another", 10, "UPDATE entry SET bytes = '{}' WHERE seq = 0"],
    [
      "a tile was changed",
      600,
      "UPDATE tile SET hashes = CAST(substr(hashes, 1, 8191) || x'00' AS BLOB) WHERE idx = 1",
    ],
    ["a tile is gone", 600, "DELETE FROM tile WHERE idx = 0"],
  ])("%s", async (_, entries, statement) => {
    await appended(1, entries);
    tamper(statement);
    expect(await opened()).toBe("log_corrupt");
  });
});

describe("what was seen before", () => {
  test("is compared: the same, a shorter and another log", async () => {
    await appended(1, 600);
    const at = async (): Promise<{ size: number; root: Uint8Array }> => {
      const store = await readSqliteStore(files);
      const { size, frontier } = await store.audit.head();
      await store.close();
      return { size, root: frontierRoot(nodeHasher, frontier) };
    };
    const compared = (seen: { size: number; root: Uint8Array }): Promise<string> =>
      codeOf(openSqliteStore(files, nodeHasher, seen).then((store) => store.close()));
    const seen = await at();
    await appended(601, 777);
    const latest = await at();
    for (const head of [seen, latest]) expect(await compared(head)).toBe("ok");
    expect(await compared({ ...latest, size: latest.size + 1 })).toBe("log_rolled_back");
    expect(await compared({ ...seen, root: latest.root })).toBe("log_forked");
    expect(await compared({ ...latest, root: seen.root })).toBe("log_forked");
    expect(await read()).toBe("ok");
  });
});

describe("another process", () => {
  test("reads what is acknowledged, and only reads", async () => {
    const store = await open();
    const reader = await readSqliteStore(files);
    await store.journal.append(aDraft(RUN, 1, { payloads: [aPayload(0, "p", new Uint8Array(70_000))] }));
    expect((await reader.journal.read(RUN))[0]?.payloads[0]?.bytes).toHaveLength(70_000);
    expect((await reader.views.run(RUN))?.version).toBe(1);
    await expect(reader.journal.append(aDraft(RUN, 2))).rejects.toThrow("only the owner");
    await expect(reader.audit.putSignedHead(1, "note")).rejects.toThrow("only the owner");
    await reader.close();
    await store.close();
  });

  test("that writes all the same is noticed, and nothing further is acknowledged", async () => {
    const store = await open();
    const other = await open();
    await other.journal.append(aDraft(RUN, 1));
    expect(await codeOf(store.journal.append(aDraft(RUN, 2)))).toBe("audit_unavailable");
    expect(await codeOf(store.journal.append(aDraft(RUN, 2)))).toBe("audit_unavailable");
    await store.close();
    expect(await codeOf(other.journal.append(aDraft(RUN, 2)))).toBe("ok");
    await other.close();
  });

  test("that locks the database stops every append", { timeout: 30_000 }, async () => {
    const store = await open();
    const other = new DatabaseSync(files.database);
    other.exec("BEGIN IMMEDIATE");
    expect(await codeOf(store.journal.append(aDraft(RUN, 1)))).toBe("audit_unavailable");
    other.exec("ROLLBACK");
    other.close();
    expect(await codeOf(store.journal.append(aDraft(RUN, 1)))).toBe("audit_unavailable");
    await store.close();
    await appended(1, 1);
  });
});

import { chmodSync, copyFileSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";

import { isJsonArray, isJsonObject, parseStrict, type JsonObject } from "@writ/core";
import { describe, expect, test } from "vitest";

import { AuditScene, containing } from "./audit-scene.ts";

const ACCEPT = ["audit", "checkpoint", "--accept-loss", "--json"] as const;

async function keyFile(scene: AuditScene): Promise<string> {
  return String((await scene.writ("key", "show", "--json")).json["file"]);
}

/** The facts of a log's entry, read from a database as it lies there. */
function factOf(database: string, which: "first" | "last"): JsonObject {
  const db = new DatabaseSync(database, { readOnly: true });
  try {
    const order = which === "first" ? "ASC" : "DESC";
    const entry = parseStrict(String(db.prepare(`SELECT bytes FROM entry ORDER BY seq ${order}`).get()?.["bytes"]));
    const facts = isJsonObject(entry) ? entry["facts"] : undefined;
    const fact = facts !== undefined && isJsonArray(facts) ? facts[0] : undefined;
    return fact !== undefined && isJsonObject(fact) ? fact : {};
  } finally {
    db.close();
  }
}

/** Puts an older copy of the database in its place, as restoring a backup does. */
function setBack(scene: AuditScene, copy: string): void {
  for (const suffix of ["-wal", "-shm"]) rmSync(`${scene.database}${suffix}`, { force: true });
  renameSync(copy, scene.database);
}

/** A log of two demos, a copy of which holds only the first. */
async function setBackLog(scene: AuditScene): Promise<void> {
  await scene.demo();
  copyFileSync(scene.database, scene.file("older.db"));
  await scene.demo();
  setBack(scene, scene.file("older.db"));
}

/** A log that took another way after a head of it had been remembered. */
async function forked(scene: AuditScene): Promise<void> {
  await scene.demo();
  const { json } = await scene.writ("audit", "verify", "--json");
  const lastSeen = scene.file("state", "writ", String(json["log"]), "last-seen");
  copyFileSync(scene.database, scene.file("older.db"));
  await scene.demo();
  copyFileSync(lastSeen, scene.file("seen"));
  setBack(scene, scene.file("older.db"));
  rmSync(lastSeen);
  await scene.demo();
  await scene.demo();
  mkdirSync(dirname(lastSeen), { recursive: true });
  copyFileSync(scene.file("seen"), lastSeen);
}

const losses: readonly (readonly [string, string, (scene: AuditScene) => Promise<void>])[] = [
  ["was set back", "log_rolled_back", setBackLog],
  ["has another past than the one that was seen", "log_forked", forked],
  [
    "lost its key",
    "key_not_found",
    async (scene) => {
      await scene.demo();
      rmSync(await keyFile(scene));
    },
  ],
  [
    "has a key that cannot be read",
    "key_malformed",
    async (scene) => {
      await scene.demo();
      writeFileSync(await keyFile(scene), "-----BEGIN PRIVATE KEY-----\nnone\n-----END PRIVATE KEY-----\n");
    },
  ],
  [
    "has an older key than the one in force",
    "key_not_in_force",
    async (scene) => {
      await scene.demo();
      const file = await keyFile(scene);
      copyFileSync(file, scene.file("first.pem"));
      expect((await scene.writ("key", "rotate")).exit).toBe(0);
      copyFileSync(scene.file("first.pem"), file);
    },
  ],
];

describe.each(losses)("a log that %s", (_, code, lose) => {
  test(`is not written (${code}), and goes on as one that says what it continues`, async () => {
    using scene = new AuditScene();
    await lose(scene);
    expect(await scene.writ("audit", "checkpoint")).toMatchObject({ err: containing(`[${code}]`) });
    const accepted = await scene.writ(...ACCEPT);
    expect(accepted.exit).toBe(0);
    const { ended, started, size, archive } = accepted.json;
    expect(factOf(scene.database, "first")).toMatchObject({ type: "log_started", continues: { log: ended, size } });
    expect(factOf(join(String(archive), "writ.db"), "last")).toEqual({
      type: "log_ended",
      reason: "loss_accepted",
      continued_by: started,
    });
    expect((await scene.writ("audit", "verify", "--json")).json).toMatchObject({ ok: true, log: started, size: 1 });
    await scene.demo();
    expect((await scene.writ("audit", "verify")).exit).toBe(0);
    expect(await scene.writ(...ACCEPT)).toMatchObject({ exit: 2, json: { error: { code: "nothing_to_answer" } } });
  });
});

describe("accepting a loss", () => {
  test("that was cut short after the old log's end goes on to the log that end names", async () => {
    using scene = new AuditScene();
    await setBackLog(scene);
    const first = await scene.writ(...ACCEPT);
    copyFileSync(join(String(first.json["archive"]), "writ.db"), scene.file("ended.db"));
    setBack(scene, scene.file("ended.db"));
    expect(await scene.writ("run", "daily brief")).toMatchObject({ err: containing("[log_") });
    const again = await scene.writ(...ACCEPT);
    expect(again.exit).toBe(0);
    expect(again.json["started"]).toBe(first.json["started"]);
    expect((await scene.writ("audit", "verify")).exit).toBe(0);
  });

  test("a key that others may read is no loss: it is there, and only its mode is wrong", async () => {
    using scene = new AuditScene();
    await scene.demo();
    const file = await keyFile(scene);
    chmodSync(file, 0o644);
    expect(await scene.writ(...ACCEPT)).toMatchObject({ exit: 4, json: { error: { code: "key_permissions" } } });
    chmodSync(file, 0o600);
    expect((await scene.writ("audit", "verify")).exit).toBe(0);
  });
});

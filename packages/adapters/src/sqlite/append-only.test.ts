import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

import { aDraft, anApproval, aPayload, runNumber, TEST_LOG } from "@writ/testkit/contracts/store-drafts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { nodeHasher } from "../system/sha256.ts";
import { createSqliteLog } from "./create-log.ts";
import { openSqliteStore } from "./store.ts";

/** Statements that another program, or a bug, could send to the file. */
const ATTACKS: readonly (readonly [sql: string, because: string])[] = [
  ["UPDATE entry SET bytes = 'x' WHERE seq = 1", "append-only"],
  ["UPDATE entry SET run_id = 'run_x'", "append-only"],
  ["DELETE FROM entry WHERE seq = 2", "append-only"],
  ["DELETE FROM entry WHERE seq = (SELECT max(seq) FROM entry)", "append-only"],
  ["INSERT INTO entry SELECT max(seq) + 2, NULL, NULL, 1, '{}' FROM entry", "a gap in the log"],
  ["INSERT INTO entry VALUES (1, NULL, NULL, 1, '{}')", "a gap in the log"],
  ["REPLACE INTO entry VALUES (1, NULL, NULL, 1, '{}')", "a gap in the log"],
  ["INSERT INTO entry SELECT max(seq) + 1, 'run_new', 2, 1, '{}' FROM entry", "a gap in the run"],
  [`INSERT INTO entry SELECT max(seq) + 1, '${runNumber(0)}', 2, 1, '{}' FROM entry`, "a gap in the run"],
  [`INSERT INTO entry SELECT max(seq) + 1, '${runNumber(0)}', 9999, 1, '{}' FROM entry`, "a gap in the run"],
  ["INSERT INTO entry SELECT max(seq) + 1, 'run_new', NULL, 1, '{}' FROM entry", "CHECK"],
  ["INSERT INTO entry SELECT max(seq) + 1, NULL, NULL, 1, printf('%.*c', 65537, 'x') FROM entry", "CHECK"],
  ["UPDATE payload SET bytes = x'00'", "append-only"],
  ["UPDATE payload SET salt = zeroblob(32)", "append-only"],
  ["DELETE FROM payload", "only a redaction deletes a payload"],
  ["INSERT INTO payload VALUES (1, zeroblob(31), NULL)", "CHECK"],
  ["UPDATE redaction SET pid = 9", "append-only"],
  ["DELETE FROM redaction", "append-only"],
  ["INSERT INTO redaction VALUES (77, 99999)", "FOREIGN KEY"],
  ["UPDATE document SET bytes = '{}'", "append-only"],
  ["DELETE FROM document", "only a document that was dropped is deleted"],
  ["UPDATE tile SET hashes = zeroblob(8192)", "append-only"],
  ["DELETE FROM tile", "append-only"],
  ["REPLACE INTO tile SELECT level, idx, zeroblob(8192) FROM tile", "append-only"],
  ["INSERT INTO tile VALUES (0, 9, x'00')", "CHECK"],
  ["UPDATE head SET size = size - 1", "the log only grows"],
  ["UPDATE head SET log_id = 'log_other'", "the log only grows"],
  ["DELETE FROM head", "append-only"],
  ["INSERT INTO head VALUES (2, 'log', 0, x'')", "CHECK"],
  ["UPDATE approval_use SET approval = 'apr_other'", "append-only"],
  ["DELETE FROM approval_use", "append-only"],
  ["INSERT INTO approval_use SELECT approval, 'x', 1 FROM approval_use", "UNIQUE"],
  ["UPDATE signed_head SET note = 'other'", "append-only"],
  ["DELETE FROM signed_head", "append-only"],
  ["REPLACE INTO signed_head SELECT size, 'other' FROM signed_head", "append-only"],
  ["UPDATE dropped SET digest = 'x'", "append-only"],
  ["DELETE FROM dropped", "append-only"],
  ["UPDATE key_ledger SET state = 'lost'", "CHECK"],
];

describe("the database", () => {
  const folder = mkdtempSync(join(tmpdir(), "writ-attack-"));
  const files = { database: join(folder, "writ.db"), blobs: join(folder, "blobs") };
  let db: DatabaseSync;

  beforeAll(async () => {
    createSqliteLog(files.database, nodeHasher, TEST_LOG);
    const store = await openSqliteStore(files, nodeHasher, null);
    const [run, secret] = [runNumber(0), aPayload(0, "secret")];
    const use = { approval: "apr_used", bindingHash: "sha256:b" };
    const key = { key: "ik_a", state: "done" } as const;
    const document = { digest: "sha256:d", bytes: "{}" };
    await store.journal.append(
      aDraft(run, 1, {
        payloads: [secret, aPayload(1, "kept")],
        documents: [document],
        approvalUses: [use],
        keys: [key],
        approvals: [anApproval(run, "apr_used")],
      }),
    );
    await Promise.all(Array.from({ length: 300 }, (_, index) => store.journal.append(aDraft(run, index + 2))));
    await store.audit.redact({
      atMs: 1,
      actor: TEST_LOG.actor,
      reason: "other",
      payloads: [{ seq: 1, commit: secret.commit }],
    });
    await store.audit.putSignedHead(3, "note");
    await store.close();
    db = new DatabaseSync(files.database);
    // What REPLACE removes is seen by the triggers only with this; our own connections assert it.
    db.exec("PRAGMA recursive_triggers = ON; INSERT INTO dropped VALUES ('sha256:other', 1)");
  });

  afterAll(() => {
    db.close();
    rmSync(folder, { recursive: true });
  });

  test.each(ATTACKS)("refuses %s", (sql, because) => {
    const before = db.prepare("SELECT total_changes() AS changes").get();
    expect(() => db.exec(sql)).toThrow(because);
    expect(db.prepare("SELECT total_changes() AS changes").get()).toEqual(before);
  });

  test("deletes a payload that a redaction names, and a document that was dropped", () => {
    db.exec("BEGIN");
    db.exec("INSERT INTO redaction VALUES (4097, 2); DELETE FROM payload WHERE pid = 4097");
    db.exec("INSERT INTO dropped VALUES ('sha256:d', 2); DELETE FROM document WHERE digest = 'sha256:d'");
    expect(db.prepare("SELECT count(*) AS left FROM payload").get()).toEqual({ left: 0 });
    db.exec("ROLLBACK");
  });
});

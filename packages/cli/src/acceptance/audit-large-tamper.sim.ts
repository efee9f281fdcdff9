import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

import { createSqliteLog } from "@writ/adapters/sqlite/create-log";
import { openSqliteStore } from "@writ/adapters/sqlite/store";
import { createLogKey } from "@writ/adapters/system/ed25519-signer";
import { nodeVerifier } from "@writ/adapters/system/node-verifier";
import { checkpointText, epochMs, frontierRoot, writeNote } from "@writ/core";
import { checkLog } from "@writ/runtime";
import { expect, test } from "vitest";

const LOG = "log_01m7xcc2g3b93rthtjgbd2xt23";
const ORIGIN = `writ.local/${LOG}`;
const SYSTEM = { kind: "system", id: "writ" };
const SIZE = 70_000;

test("among many entries the one that was changed is named, and checking does not take long", async () => {
  const base = mkdtempSync(join(tmpdir(), "writ-large-"));
  const files = { database: join(base, "writ.db"), blobs: join(base, "blobs") };
  try {
    const signer = createLogKey(join(base, "key.pem"), ORIGIN);
    createSqliteLog(files.database, nodeVerifier, {
      id: LOG,
      origin: ORIGIN,
      tenant: "local",
      key: signer.key.text,
      product: "writ/0.1.0",
      atMs: 1,
      actor: SYSTEM,
      continues: null,
    });
    const store = await openSqliteStore(files, nodeVerifier, null);
    const filler = "x".repeat(500);
    await Promise.all(
      Array.from({ length: SIZE - 1 }, (_, at) =>
        store.audit.appendLog({ atMs: at, actor: SYSTEM, facts: [{ type: "noted", filler }] }),
      ),
    );
    const { size, frontier } = await store.audit.head();
    const text = checkpointText(ORIGIN, { size, root: frontierRoot(nodeVerifier, frontier) }, epochMs(1));
    await store.audit.putSignedHead(size, writeNote(text, signer.key, signer.sign(text)));
    const began = performance.now();
    const intact = await checkLog(store, nodeVerifier, []);
    const perSecond = (SIZE / (performance.now() - began)) * 1_000;
    expect(intact.findings).toEqual([]);
    expect(perSecond).toBeGreaterThan(20_000);

    const db = new DatabaseSync(files.database);
    db.exec("DROP TRIGGER entry_refuses_update");
    for (const seq of [12, 40_000])
      db.exec(`UPDATE entry SET bytes = replace(bytes, 'xxx"', 'xxy"') WHERE seq = ${seq}`);
    db.close();
    const changed = await checkLog(store, nodeVerifier, []);
    expect(changed.findings.map(({ code, seq }) => [code, seq])).toEqual([
      ["entry_leaf", 12],
      ["entry_leaf", 40_000],
    ]);
    await store.close();
  } finally {
    rmSync(base, { recursive: true, force: true });
  }
}, 60_000);

import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { createSqliteLog } from "@writ/adapters/sqlite/create-log";
import { openSqliteStore, type LogFiles, type SqliteStore } from "@writ/adapters/sqlite/store";
import { nodeHasher } from "@writ/adapters/system/sha256";

const ID = "log_01m7xcc2g3pcfz3hmdpdpdksfy";

/** A new log on the disk, gone with its folder when it is let go of. */
export class SqliteLog implements AsyncDisposable {
  readonly folder: string;
  readonly #files: LogFiles;
  readonly #opened: SqliteStore[] = [];

  constructor() {
    this.folder = mkdtempSync(join(tmpdir(), "writ-log-"));
    this.#files = { database: join(this.folder, "writ.db"), blobs: join(this.folder, "blobs") };
    mkdirSync(this.#files.blobs);
    createSqliteLog(this.#files.database, nodeHasher, {
      id: ID,
      origin: `writ.local/${ID}`,
      tenant: "local",
      key: "k",
      product: "writ/0.1.0",
      atMs: 1,
      actor: { kind: "system", id: "writ" },
      continues: null,
    });
  }

  async open(): Promise<SqliteStore> {
    const store = await openSqliteStore(this.#files, nodeHasher, null);
    this.#opened.push(store);
    return store;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const store of this.#opened.splice(0)) await store.close().catch(() => undefined);
    rmSync(this.folder, { recursive: true, force: true });
  }
}

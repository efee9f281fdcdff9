import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { storeContract } from "@writ/testkit/contracts/store";

import { nodeHasher } from "../system/sha256.ts";
import { createSqliteLog } from "./create-log.ts";
import { openSqliteStore } from "./store.ts";

storeContract("SQLite", async (start) => {
  const folder = await mkdtemp(join(tmpdir(), "writ-store-"));
  const files = { database: join(folder, "writ.db"), blobs: join(folder, "blobs") };
  createSqliteLog(files.database, nodeHasher, start);
  return {
    open: () => openSqliteStore(files, nodeHasher, null),
    dispose: () => rm(folder, { recursive: true }),
  };
});

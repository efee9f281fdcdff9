import { tmpdir } from "node:os";
import { basename } from "node:path";
import { LATEST_VERSION } from "@writ/adapters/sqlite/migrate";
import { openSqliteStore, readSqliteStore, type SqliteStore } from "@writ/adapters/sqlite/store";
import { processIdentity } from "@writ/adapters/system/processes";
import { nodeHasher } from "@writ/adapters/system/sha256";
import type { WorkspacePaths } from "@writ/adapters/workspace/layout";
import { acquireOrConnect } from "@writ/adapters/workspace/ownership";
import { OrchestratorError } from "@writ/core";
import { PRODUCT } from "./compose-parts.ts";
import type { World } from "./world.ts";

const PATIENCE_MS = 5_000;

/**
 * The log for reading. One that an earlier version wrote is brought up to date first, where no process works in it; a
 * copy of it as it was stays beside it.
 *
 * @throws OrchestratorError `workspace_older` while a process of that version owns it, and what opening meets
 */
export async function readableStore(world: World, paths: WorkspacePaths): Promise<SqliteStore> {
  try {
    return await readSqliteStore(paths);
  } catch (error) {
    if (!(error instanceof OrchestratorError) || error.code !== "workspace_older") throw error;
    await broughtUpToDate(paths, error);
    const from = Number(error.details["version"] ?? 0);
    const copy = `${basename(paths.database)}.v${from}`;
    world.warn?.(`the workspace was brought from form ${from} to ${LATEST_VERSION}; as it was it stays in ${copy}`);
    return readSqliteStore(paths);
  }
}

async function broughtUpToDate(paths: WorkspacePaths, older: OrchestratorError): Promise<void> {
  const seat = await acquireOrConnect({
    paths,
    self: processIdentity(process.pid) ?? { pid: process.pid, startTime: 0 },
    uid: process.getuid?.() ?? 0,
    product: PRODUCT,
    temporary: tmpdir(),
    patienceMs: PATIENCE_MS,
  });
  if (seat.role !== "owner") {
    seat.connection.close();
    throw older;
  }
  try {
    const store = await openSqliteStore(paths, nodeHasher, null);
    await store.close();
  } finally {
    await seat.release();
  }
}

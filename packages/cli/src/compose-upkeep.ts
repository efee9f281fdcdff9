import { existsSync, mkdirSync, readdirSync, realpathSync, rmSync } from "node:fs";
import { dirname, join, resolve, sep } from "node:path";
import { fileError } from "@writ/adapters/files/file-error";
import { readSqliteStore } from "@writ/adapters/sqlite/store";
import { keyPath } from "@writ/adapters/system/ed25519-signer";
import { nodeHasher } from "@writ/adapters/system/sha256";
import { OrchestratorError, toRfc3339 } from "@writ/core";
import { verifyLog } from "@writ/runtime";
import type { Invocation } from "./argv/invocation.ts";
import { systemClockOf, workspaceOf } from "./compose.ts";
import type { World } from "./world.ts";

const BACKUPS = "backups";

/** Folders of the workspace's own backups, oldest first: they hold what was erased since. @param folder `.orchestrate` */
export function ownBackups(folder: string): readonly string[] {
  const backups = join(folder, BACKUPS);
  return existsSync(backups)
    ? readdirSync(backups)
        .map((name) => join(backups, name))
        .toSorted()
    : [];
}

export interface BackedUp {
  readonly folder: string;
  readonly entries: number;
  /** What is not in the copy, and lies outside the workspace. */
  readonly key: string;
}

/**
 * Copies the journal while it is in use, into a folder that does not exist yet.
 *
 * @param given null: a dated folder below `.orchestrate`, closed to tools like all of it
 * @throws OrchestratorError `folder_not_empty`, `disk_full`, `workspace_read_only`, `file_io`
 */
export async function backUpWorkspace(world: World, invocation: Invocation, given: string | null): Promise<BackedUp> {
  const paths = workspaceOf(world, invocation);
  const folder = given === null ? join(paths.folder, BACKUPS, stamp()) : resolve(world.cwd, given);
  if (existsSync(folder)) throw refused(given ?? folder, "is there already", folder);
  if (given !== null && isInside(folder, paths.root))
    throw refused(given, "lies in the workspace, where its tools could read the copy", folder);
  const store = await readSqliteStore(paths);
  try {
    makeParent(folder);
    await store.backUp(folder);
  } finally {
    await store.close();
  }
  return { folder, ...(await checkedCopy(world, folder)) };
}

/** A copy nobody has read is none: its tree is hashed again. @throws OrchestratorError `log_corrupt` */
async function checkedCopy(world: World, folder: string): Promise<Omit<BackedUp, "folder">> {
  const database = join(folder, "writ.db");
  const copy = await readSqliteStore({ database, blobs: join(folder, "blobs") });
  try {
    const { size, isIntact } = await verifyLog(copy, nodeHasher);
    if (isIntact) return { entries: size, key: keyPath(world.home.data, copy.log.id) };
    throw new OrchestratorError(
      "log_corrupt",
      `the copy in ${folder} does not hash to its own tree, and so the original may not; keep both and run: writ audit verify`,
    );
  } finally {
    await copy.close();
    // Looking made them; they hold nothing.
    for (const suffix of ["-shm", "-wal"]) rmSync(`${database}${suffix}`, { force: true });
  }
}

function makeParent(folder: string): void {
  try {
    mkdirSync(dirname(folder), { recursive: true, mode: 0o700 });
  } catch (error) {
    throw fileError(error, dirname(folder), "write");
  }
}

/** `2026-11-20T140208Z` */
function stamp(): string {
  return `${toRfc3339(systemClockOf().now()).slice(0, 19).replaceAll(":", "")}Z`;
}

/** @param folder need not exist: the nearest folder that does decides, links followed */
export function isInside(folder: string, root: string): boolean {
  let nearest = folder;
  while (!existsSync(nearest) && dirname(nearest) !== nearest) nearest = dirname(nearest);
  const real = `${realpathSync(nearest)}${nearest === folder ? "" : folder.slice(nearest.length)}`;
  const top = realpathSync(root);
  return real === top || real.startsWith(top.endsWith(sep) ? top : `${top}${sep}`);
}

function refused(shown: string, why: string, folder: string): OrchestratorError {
  return new OrchestratorError(
    "folder_not_empty",
    `${shown} ${why}; nothing was copied. Name a new folder outside the workspace`,
    { details: { folder } },
  );
}

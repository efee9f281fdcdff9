import { chmodSync, mkdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";

import { InvariantError, OrchestratorError } from "@writ/core";

import { fileError } from "../files/file-error.ts";
import { errnoOf } from "../system/errno.ts";
import { lookAt } from "./find.ts";

/** The longest path of a socket that every system takes: 104 bytes on macOS, its end included. */
const LONGEST_PATH = 103;

/**
 * Where the owner of a workspace takes commands: a socket in a folder of the
 * user's own. Its name follows from the lock file's place on the disk, so a
 * copied workspace has another one.
 *
 * @param temporary the system's folder for temporary files; where its name is too long, `/tmp` serves
 * @throws OrchestratorError `inbox_folder_untrusted`
 */
export function socketPlace(temporary: string, uid: number, ownerLock: string): string {
  const { dev, ino } = statSync(ownerLock, { bigint: true });
  const name = `${dev.toString(36)}-${ino.toString(36)}.sock`;
  const path = [temporary, "/tmp"]
    .map((root) => join(root, `writ-${uid}`, name))
    .find((candidate) => Buffer.byteLength(candidate) <= LONGEST_PATH);
  if (path === undefined) throw new InvariantError("no folder is near enough for a socket", { temporary });
  makePrivate(dirname(path), uid);
  return path;
}

/**
 * Asked before connecting, too: whoever could replace the socket could take the user's commands.
 *
 * @throws OrchestratorError `inbox_folder_untrusted` unless the folder is the user's and closed to all others
 */
export function checkPrivate(folder: string, uid: number): void {
  const found = lookAt(folder);
  if (found?.isDirectory() === true && found.uid === uid && (found.mode & 0o077) === 0) return;
  const message = `the folder ${folder} is not private to you; remove it, or set TMPDIR to a folder of your own`;
  throw new OrchestratorError("inbox_folder_untrusted", message, { details: { folder } });
}

function makePrivate(folder: string, uid: number): void {
  try {
    mkdirSync(folder, { mode: 0o700 });
    chmodSync(folder, 0o700);
  } catch (error) {
    if (errnoOf(error) !== "EEXIST") throw fileError(error, folder, "write");
  }
  checkPrivate(folder, uid);
}

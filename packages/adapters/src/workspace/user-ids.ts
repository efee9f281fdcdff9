import {
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";

import { InvariantError, OrchestratorError, parseId, type Id } from "@writ/core";
import * as z from "zod";

import { fileError } from "../files/file-error.ts";
import { errnoOf } from "../system/errno.ts";

const PRIVATE_FILE = 0o600;
const PRIVATE_FOLDER = 0o700;
/** By a user's number, or by the digest of a name. */
const FILE = /^(?:[0-9]+|[0-9a-f]{32})\.json$/;
const NAMED_DIGITS = 32;

/** A user of this machine. */
export interface LocalUser {
  readonly uid: number;
  /** For people; it never enters a log. */
  readonly name: string;
}

const written = z.strictObject({
  id: z.string().transform((text, context): Id<"user"> => {
    const parsed = parseId("user", text);
    if (parsed.ok) return parsed.value;
    context.addIssue("no id of a user");
    return z.NEVER;
  }),
  name: z.string().min(1),
});

/**
 * The pseudonym under which logs know a user, made once and kept with the name it stands for in the user's own data
 * folder, outside every workspace. Of processes that start at once one makes it, and all use it.
 *
 * @param dataHome `$XDG_DATA_HOME`, or `~/.local/share`
 * @throws OrchestratorError `config_invalid` for a file that is not as it was written, and the errors of files
 */
export function ownUserId(dataHome: string, user: LocalUser, mint: () => Id<"user">): Id<"user"> {
  return userIdIn(dataHome, `${user.uid}.json`, user.name, mint);
}

/**
 * The same of somebody who is known here by a name alone: the holder of a token.
 *
 * @param digest of the name, at least 32 hex digits
 */
export function namedUserId(dataHome: string, name: string, digest: string, mint: () => Id<"user">): Id<"user"> {
  return userIdIn(dataHome, `${digest.slice(0, NAMED_DIGITS)}.json`, name, mint);
}

function userIdIn(dataHome: string, file: string, name: string, mint: () => Id<"user">): Id<"user"> {
  const folder = folderOf(dataHome);
  const path = join(folder, file);
  try {
    const known = readUser(path);
    if (known !== null) return known.id;
    make(folder, path, `${JSON.stringify({ id: mint(), name })}\n`);
    const made = readUser(path);
    if (made === null) throw new InvariantError("what was just made is there", { path });
    return made.id;
  } catch (error) {
    throw fileError(error, path, "write");
  }
}

/** Names by id, of all whose pseudonyms were made in this folder and may be read. @throws OrchestratorError as `ownUserId` */
export function userNames(dataHome: string): ReadonlyMap<string, string> {
  const folder = folderOf(dataHome);
  try {
    const users = readdirSync(folder)
      .filter((name) => FILE.test(name))
      .flatMap((name) => readableUser(join(folder, name)) ?? []);
    return new Map(users.map(({ id, name }) => [id, name]));
  } catch (error) {
    if (errnoOf(error) === "ENOENT" || isDenied(error)) return new Map();
    throw fileError(error, folder, "read");
  }
}

function folderOf(dataHome: string): string {
  return join(dataHome, "writ", "users");
}

function readUser(path: string): z.infer<typeof written> | null {
  const text = textAt(path);
  if (text === null) return null;
  const parsed = written.safeParse(jsonOf(text));
  if (parsed.success) return parsed.data;
  throw new OrchestratorError(
    "config_invalid",
    `${path} does not say under which id logs know you; restore it, or remove it to be known under a new one`,
  );
}

/** Null also for that of another user, who worked with this folder for a home. */
function readableUser(path: string): z.infer<typeof written> | null {
  try {
    return readUser(path);
  } catch (error) {
    if (isDenied(error)) return null;
    throw error;
  }
}

function isDenied(error: unknown): boolean {
  return errnoOf(error) === "EACCES" || errnoOf(error) === "EPERM";
}

function textAt(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return null;
    throw error;
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** Whole or not at all, and never in the place of another: a link is refused where there is a file. */
function make(folder: string, path: string, text: string): void {
  mkdirSync(folder, { recursive: true, mode: PRIVATE_FOLDER });
  const temporary = `${path}.${process.pid}.new`;
  const file = openSync(temporary, "w", PRIVATE_FILE);
  try {
    writeSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  try {
    linkSync(temporary, path);
  } catch (error) {
    if (errnoOf(error) !== "EEXIST") throw error;
  } finally {
    rmSync(temporary, { force: true });
  }
  const handle = openSync(folder, "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

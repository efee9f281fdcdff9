import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, type KeyObject } from "node:crypto";
import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeSync,
} from "node:fs";
import { dirname, join } from "node:path";

import { OrchestratorError, type ErrorCode } from "@writ/core";
import { logKey, type LogKey } from "@writ/core/audit/log-key";

import { errnoOf } from "./errno.ts";
import { nodeHasher } from "./sha256.ts";

/** Signs for one log with a key that never leaves its file and this process. */
export interface LogSigner {
  readonly key: LogKey;
  /** Ed25519 over the text's UTF-8; 64 bytes. */
  sign(this: void, text: string): Uint8Array;
}

/** Which key: the one the log signs with, or the one a rotation has made and not yet adopted. */
export type KeySlot = "current" | "next";

const PRIVATE_FILE = 0o600;
const PRIVATE_FOLDER = 0o700;
const OTHERS = 0o077;

/** @param dataHome `$XDG_DATA_HOME`, or `~/.local/share` */
export function keyPath(dataHome: string, log: string, slot: KeySlot = "current"): string {
  return join(dataHome, "writ", "keys", slot === "current" ? `${log}.pem` : `${log}.next.pem`);
}

/**
 * Makes a key and its file, which only its owner can read.
 *
 * @param origin the log's origin, which names the key
 * @throws OrchestratorError `key_exists`: a key is never overwritten
 */
export function createLogKey(path: string, origin: string): LogSigner {
  const { privateKey } = generateKeyPairSync("ed25519");
  mkdirSync(dirname(path), { recursive: true, mode: PRIVATE_FOLDER });
  const file = opened(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL);
  try {
    writeSync(file, String(privateKey.export({ type: "pkcs8", format: "pem" })));
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  syncFolder(dirname(path));
  return signerOf(privateKey, origin);
}

/** @throws OrchestratorError `key_not_found`, `key_permissions` if anybody else may touch it, `key_malformed` */
export function openLogKey(path: string, origin: string): LogSigner {
  const file = opened(path, constants.O_RDONLY);
  try {
    const { mode, uid } = fstatSync(file);
    if ((mode & OTHERS) !== 0 || uid !== process.getuid?.()) refuse("key_permissions", path, undefined);
    return signerOf(parsed(readFileSync(file), path), origin);
  } finally {
    closeSync(file);
  }
}

/** Puts the key of a rotation in the place of the one it replaces, once the log says so. */
export function adoptNextKey(dataHome: string, log: string): void {
  const path = keyPath(dataHome, log);
  renameSync(keyPath(dataHome, log, "next"), path);
  syncFolder(dirname(path));
}

/** Signs with a key that is already in memory. */
export function signerOf(privateKey: KeyObject, origin: string): LogSigner {
  const { x = "" } = createPublicKey(privateKey).export({ format: "jwk" });
  const key = logKey(nodeHasher, origin, Buffer.from(x, "base64url"));
  return { key, sign: (text) => sign(null, Buffer.from(text), privateKey) };
}

function parsed(pem: Buffer, path: string): KeyObject {
  try {
    const key = createPrivateKey(pem);
    return key.asymmetricKeyType === "ed25519" ? key : refuse("key_malformed", path, undefined);
  } catch (error) {
    if (error instanceof OrchestratorError) throw error;
    return refuse("key_malformed", path, error);
  }
}

/** A link is not followed: the key is the file itself. */
function opened(path: string, flags: number): number {
  try {
    return openSync(path, flags | constants.O_NOFOLLOW, PRIVATE_FILE);
  } catch (error) {
    const code = errnoOf(error);
    if (code === "EEXIST") return refuse("key_exists", path, error);
    if (code === "ENOENT") return refuse("key_not_found", path, error);
    if (code === "ELOOP" || code === "EACCES" || code === "EPERM") return refuse("key_permissions", path, error);
    throw error;
  }
}

function syncFolder(path: string): void {
  const folder = openSync(path, constants.O_RDONLY);
  fsyncSync(folder);
  closeSync(folder);
}

const MESSAGES = {
  key_exists: "a signing key is already there; it is never overwritten",
  key_not_found: "the log's signing key is not there; restore it, or let the log go on under a new one",
  key_malformed: "the file is no Ed25519 key in PKCS#8 PEM; restore it from a backup",
  key_permissions: "the signing key must be a file of yours that nobody else may touch; chmod 600 it",
} as const satisfies Partial<Record<ErrorCode, string>>;

function refuse(code: keyof typeof MESSAGES, path: string, cause: unknown): never {
  throw new OrchestratorError(code, MESSAGES[code], { details: { path }, cause });
}

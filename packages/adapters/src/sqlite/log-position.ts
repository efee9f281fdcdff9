import type { DatabaseSync } from "node:sqlite";

import {
  equalBytes,
  frontierRoot,
  type Hasher,
  isLogEnd,
  leafHash,
  type LogStart,
  type LogTree,
  OrchestratorError,
  readLogStart,
  restoreTree,
  TILE_WIDTH,
} from "@writ/core";

import type { LogPosition } from "./log-growth.ts";
import { bytesOf, integerOf, textOf } from "./row.ts";

const HASH_BYTES = 32;

/** A tree head that was seen before and is remembered outside the workspace. */
export interface SeenHead {
  readonly size: number;
  /** 32 bytes. */
  readonly root: Uint8Array;
}

/** @throws OrchestratorError `log_corrupt` unless the first entry starts a log */
export function readStart(db: DatabaseSync): LogStart {
  const row = db.prepare("SELECT bytes FROM entry WHERE seq = 0").get();
  const start = row && readLogStart(textOf(row, "bytes"));
  return start ?? corrupt("the first entry does not start a log", {});
}

/**
 * Where the log stands, after head, tiles and entries were held against each
 * other: size = entries, and the frontier recomputed from tiles and tail.
 *
 * @throws OrchestratorError `log_corrupt`
 */
export function readPosition(db: DatabaseSync, hash: Hasher): LogPosition {
  const head = db.prepare("SELECT log_id, size, frontier FROM head").get() ?? corrupt("the log has no head", {});
  const size = integerOf(head, "size");
  const last = db.prepare("SELECT seq, bytes FROM entry ORDER BY seq DESC LIMIT 1").get();
  const entries = last === undefined ? 0 : integerOf(last, "seq") + 1;
  if (entries !== size) corrupt("head and entries differ in number", { size, entries });
  const log = textOf(head, "log_id");
  if (log !== readStart(db).log) corrupt("head and first entry name different logs", { log });
  const tree = treeAt(db, hash, size) ?? corrupt("a tile or an entry is missing", { size });
  const stored = readFrontier(bytesOf(head, "frontier"));
  const isSame =
    stored.length === tree.frontier.length && stored.every((node, at) => equalBytes(node, tree.frontier[at] ?? node));
  if (!isSame) corrupt("the entries do not hash to the stored head", { size });
  return { log, tree, isEnded: last !== undefined && isLogEnd(textOf(last, "bytes")) };
}

/**
 * Compares the log with what was last seen of it.
 *
 * @throws OrchestratorError `log_rolled_back` if the log is shorter, `log_forked` if it was another one then
 */
export function compareWithSeen(db: DatabaseSync, hash: Hasher, tree: LogTree, seen: SeenHead): void {
  if (tree.size < seen.size) {
    const message =
      "the database is older than what was seen of it; restore the newer one, or accept the loss with writ audit checkpoint --accept-loss";
    throw new OrchestratorError("log_rolled_back", message, { details: { size: tree.size, seen: seen.size } });
  }
  const then = treeAt(db, hash, seen.size) ?? corrupt("a tile or an entry is missing", { size: seen.size });
  if (equalBytes(frontierRoot(hash, then.frontier), seen.root)) return;
  const message = "the log holds another history than the one seen before; restore the right database";
  throw new OrchestratorError("log_forked", message, { details: { size: tree.size, seen: seen.size } });
}

export function readFrontier(bytes: Uint8Array): readonly Uint8Array[] {
  const count = Math.floor(bytes.length / HASH_BYTES);
  return Array.from({ length: count }, (_, at) => bytes.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES));
}

/** The tree as it was with `size` leaves; undefined where something is missing. */
function treeAt(db: DatabaseSync, hash: Hasher, size: number): LogTree | undefined {
  const tiles = db.prepare("SELECT hashes FROM tile WHERE level = ? AND idx = ?");
  const tileAt = (level: number, index: number): Uint8Array | undefined => {
    const row = tiles.get(level, index);
    return row && bytesOf(row, "hashes");
  };
  const start = size - (size % TILE_WIDTH);
  const rows = db.prepare("SELECT bytes FROM entry WHERE seq >= ? AND seq < ? ORDER BY seq").all(start, size);
  const tail = rows.map((row) => leafHash(hash, textOf(row, "bytes")));
  return restoreTree(hash, size, tail, tileAt);
}

function corrupt(message: string, details: Readonly<Record<string, string | number>>): never {
  throw new OrchestratorError("log_corrupt", `${message}; keep a copy, run writ audit verify, restore a backup`, {
    details,
  });
}

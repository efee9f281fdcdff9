import { OrchestratorError, type ErrorCode } from "@writ/core";

import { errnoOf } from "../system/errno.ts";

/** Primary result codes. @see https://www.sqlite.org/rescode.html */
const CODES: ReadonlyMap<number, ErrorCode> = new Map([
  [3, "workspace_read_only"],
  [5, "database_locked"],
  [6, "database_locked"],
  [8, "workspace_read_only"],
  [10, "file_io"],
  [11, "database_corrupt"],
  [13, "disk_full"],
  [14, "workspace_read_only"],
  [26, "database_corrupt"],
]);
/** Extended result codes that say more than their primary one: the index beside the log could not grow. */
const EXTENDED: ReadonlyMap<number, ErrorCode> = new Map([[4874, "disk_full"]]);
const SYSTEM_CODES: ReadonlyMap<string, ErrorCode> = new Map([
  ["ENOSPC", "disk_full"],
  ["EDQUOT", "disk_full"],
  ["EROFS", "workspace_read_only"],
  ["EACCES", "workspace_read_only"],
  ["EPERM", "workspace_read_only"],
]);
const REMEDIES: Partial<Record<ErrorCode, string>> = {
  workspace_read_only: "the workspace cannot be written; check its permissions and its file system",
  database_locked: "another program holds the database; close it and try again",
  file_io: "the disk failed; see the system's log, and keep a copy of the workspace",
  database_corrupt: "the database is damaged; keep a copy and restore a backup",
  disk_full: "the disk is full; free some space and try again",
};

/** What a driver or the file system threw, as the error a caller can meet; undefined for what is a bug. */
export function storageFailure(error: unknown): OrchestratorError | undefined {
  if (error instanceof OrchestratorError) return error;
  if (!(error instanceof Error)) return undefined;
  const errno = errnoOf(error);
  const code = errno === null ? driverCode(error) : (SYSTEM_CODES.get(errno) ?? "file_io");
  if (code === undefined) return undefined;
  const isOther = errno !== null && code === "file_io";
  const message = isOther
    ? `the operating system answered ${errno}; see what lies at that path`
    : (REMEDIES[code] ?? error.message);
  return new OrchestratorError(code, message, { details: { reported: error.message }, cause: error });
}

/** Runs what reads or writes the disk. @throws OrchestratorError as `storageFailure` names it; a bug as it is */
export function guarded<T>(act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw storageFailure(error) ?? error;
  }
}

function driverCode(error: Error): ErrorCode | undefined {
  return "errcode" in error && typeof error.errcode === "number"
    ? (EXTENDED.get(error.errcode) ?? CODES.get(error.errcode & 0xff))
    : undefined;
}

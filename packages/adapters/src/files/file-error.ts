import { OrchestratorError, type ErrorCode } from "@writ/core";

import { errnoOf } from "../system/errno.ts";

const MEANING: Readonly<Record<string, readonly [ErrorCode, string]>> = {
  ENOENT: ["file_not_found", "there is no such file; check the spelling and the case"],
  ELOOP: ["path_escape", "a symbolic link stands in the path; name the real file"],
  ENXIO: ["file_not_regular", "it is a pipe, a socket or a device; name a regular file"],
  EISDIR: ["file_not_regular", "it is a folder; name a file"],
  ENOTDIR: ["file_not_regular", "a part of the path is not a folder"],
  ENAMETOOLONG: ["path_escape", "the name is too long for the file system; choose a shorter one"],
  ENOSPC: ["disk_full", "no space is left; free some and try again"],
  EDQUOT: ["disk_full", "the quota is used up; free some space and try again"],
  EROFS: ["workspace_read_only", "the file system is mounted read-only"],
};

/** What a system call's failure on a file of the workspace means to a caller. An error that is already ours stays. */
export function fileError(cause: unknown, path: string, intent: "read" | "write"): OrchestratorError {
  if (cause instanceof OrchestratorError) return cause;
  const errno = errnoOf(cause);
  if (errno === null) throw cause;
  const [code, why] = MEANING[errno] ?? denied(errno, intent);
  return new OrchestratorError(code, `${JSON.stringify(path)}: ${why}.`, { cause, details: { path, errno } });
}

function denied(errno: string, intent: "read" | "write"): readonly [ErrorCode, string] {
  const isDenied = errno === "EACCES" || errno === "EPERM";
  if (isDenied && intent === "write")
    return ["workspace_read_only", "Writ may not write there; check the owner and the mode of the folder"];
  return ["file_io", `the operating system answered ${errno}`];
}

import { readdirSync, readFileSync } from "node:fs";

import { errnoOf } from "../system/errno.ts";

const CLOSED_ON_EXEC = 0o2_000_000;

/**
 * Descriptors that Writ itself was started with and that its children would inherit. The platform marks the
 * first few as its own and no others, so a shell that leaks descriptor 200 leaks it on.
 */
export function inheritedDescriptors(): readonly number[] {
  return readdirSync("/proc/self/fd")
    .map(Number)
    .filter((fd) => fd > 2 && !isClosedOnExec(fd));
}

function isClosedOnExec(fd: number): boolean {
  try {
    const flags = /^flags:\s*([0-7]+)/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, "utf8"))?.[1];
    return flags === undefined || (Number.parseInt(flags, 8) & CLOSED_ON_EXEC) !== 0;
  } catch (error) {
    // The descriptor of the listing itself is closed by now.
    if (errnoOf(error) === "ENOENT") return true;
    throw error;
  }
}

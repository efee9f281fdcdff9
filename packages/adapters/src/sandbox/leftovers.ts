import { errnoOf } from "../system/errno.ts";
import { readProc, runningProcesses } from "../system/processes.ts";
import { GATE } from "./bwrap-args.ts";

/**
 * Ends what is left of sandboxes whose Writ was killed in the very moment of their start.
 *
 * Bubblewrap's second process waits for a word of its first, and does so for ever if the first was ended with
 * Writ before it spoke. It has run nothing of anybody else's, and never will.
 *
 * @returns how many were ended
 */
export function endLeftovers(): number {
  let ended = 0;
  for (const pid of runningProcesses()) if (isLeftover(pid) && end(pid)) ended += 1;
  return ended;
}

function end(pid: number): boolean {
  try {
    return process.kill(pid, "SIGKILL");
  } catch (error) {
    // It ended by itself, or is another user's to end.
    if (errnoOf(error) === "ESRCH" || errnoOf(error) === "EPERM") return false;
    throw error;
  }
}

/** First process of a namespace, started by us, whose parent is no bubblewrap any more. */
function isLeftover(pid: number): boolean {
  if (!isBubblewrap(pid)) return false;
  const status = readProc(pid, "status") ?? "";
  const parent = Number(/^PPid:\s*([0-9]+)/m.exec(status)?.[1] ?? 0);
  return /^NSpid:(\s+[0-9]+)+\s+1$/m.test(status) && parent > 0 && !isBubblewrap(parent);
}

function isBubblewrap(pid: number): boolean {
  return readProc(pid, "cmdline")?.includes(GATE) === true && /^[0-9]+ \(bwrap\) /.test(readProc(pid, "stat") ?? "");
}

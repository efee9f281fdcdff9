import { durationMs } from "@writ/core";
import type { Clock, SandboxResult } from "@writ/runtime";

import { startConfined, type Launch } from "./confined-process.ts";

/** `failed`: the program never began; `reason` is what bubblewrap said. */
export type Ending =
  | { readonly kind: "ran"; readonly result: SandboxResult }
  | { readonly kind: "failed"; readonly reason: string };

/** How long a start that is given up may take to notice it. */
const PATIENCE = durationMs(2_000);

/** Runs one program until it ends, its time is over or it is given up; nothing of it is left then. */
export async function runConfined(launch: Launch, clock: Clock, signal: AbortSignal): Promise<Ending> {
  const startedAt = clock.now();
  const confined = startConfined(launch);
  const stopped = new Set<"late" | "aborted">();
  const timers: (() => void)[] = [];
  const stop = (why: "late" | "aborted"): void => {
    if (stopped.size > 0) return;
    stopped.add(why);
    confined.stop();
    timers.push(clock.after(PATIENCE, () => confined.kill()));
  };
  timers.push(clock.after(launch.command.limits.wallClock, () => stop("late")));
  const onAbort = (): void => stop("aborted");
  signal.addEventListener("abort", onAbort);
  if (signal.aborted) onAbort();
  try {
    const end = await confined.ended;
    if (end.kind === "unstarted") return { kind: "failed", reason: end.reason };
    const [stdout, stderr] = [confined.stdout.take(), confined.stderr.take()];
    const isStopped = stopped.size > 0;
    if (!confined.hasBegun() && !isStopped)
      return { kind: "failed", reason: Buffer.from(stderr.bytes).toString().trim() };
    return {
      kind: "ran",
      result: {
        exitCode: isStopped ? null : end.code,
        signal: isStopped ? "SIGKILL" : end.signal,
        stdout: stdout.bytes,
        stderr: stderr.bytes,
        dropped: { stdout: stdout.dropped, stderr: stderr.dropped },
        timedOut: stopped.has("late"),
        duration: durationMs(Math.max(0, clock.now() - startedAt)),
      },
    };
  } finally {
    for (const cancel of timers) cancel();
    signal.removeEventListener("abort", onAbort);
  }
}

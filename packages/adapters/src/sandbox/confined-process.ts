import { spawn, type ChildProcess } from "node:child_process";
import { closeSync, openSync, writeFileSync } from "node:fs";
import type { Readable, Writable } from "node:stream";

import { durationMs } from "@writ/core";
import type { Clock, SandboxCommand, SandboxResult } from "@writ/runtime";

import { errnoOf } from "../system/errno.ts";
import { FD } from "./bwrap-args.ts";
import { inheritedDescriptors } from "./inherited.ts";
import { GROUP, PASSWD } from "../system/sandbox-user.ts";
import { Tail } from "./tail.ts";

const HOSTS = "127.0.0.1 localhost\n::1 localhost\n";
const FIRST_TO_DIE = "1000";

export interface Launch {
  /** Absolute path of `bwrap`. */
  readonly program: string;
  readonly args: readonly string[];
  readonly filter: Uint8Array | null;
  readonly command: SandboxCommand;
}

/** `failed`: the program never began; `reason` is what bubblewrap said. */
export type Ending =
  | { readonly kind: "ran"; readonly result: SandboxResult }
  | { readonly kind: "failed"; readonly reason: string };

/**
 * Starts bubblewrap and waits until nothing of it is left. Killing it kills the first process of the
 * namespace, and the kernel then kills all others, however often they forked.
 */
export async function runConfined(launch: Launch, clock: Clock, signal: AbortSignal): Promise<Ending> {
  const { command } = launch;
  const began = clock.now();
  const child = start(launch);
  const stdout = new Tail(command.limits.outputBytes);
  const stderr = new Tail(command.limits.outputBytes);
  const status = new Tail(4_096);
  reader(child, 1)?.on("data", (chunk: Uint8Array) => stdout.push(chunk));
  reader(child, 2)?.on("data", (chunk: Uint8Array) => stderr.push(chunk));
  reader(child, FD.status)?.on("data", (chunk: Uint8Array) => status.push(chunk));

  const killed = new Set<"late" | "aborted">();
  const kill = (why: "late" | "aborted"): void => {
    if (killed.size === 0) killed.add(why);
    child.kill("SIGKILL");
  };
  const stopTimer = clock.after(command.limits.wallClock, () => kill("late"));
  const onAbort = (): void => kill("aborted");
  signal.addEventListener("abort", onAbort);
  if (signal.aborted) onAbort();
  try {
    feed(child, launch);
    const ended = await endOf(child);
    if (ended.kind === "unstarted") return { kind: "failed", reason: ended.reason };
    const exitCode = killed.size === 0 ? exitCodeOf(status.take().bytes) : null;
    const [out, problems] = [stdout.take(), stderr.take()];
    const endedBy = killed.size === 0 ? ended.signal : "SIGKILL";
    if (exitCode === null && endedBy === null)
      return { kind: "failed", reason: Buffer.from(problems.bytes).toString().trim() };
    return {
      kind: "ran",
      result: {
        exitCode,
        signal: exitCode === null ? endedBy : null,
        stdout: out.bytes,
        stderr: problems.bytes,
        dropped: { stdout: out.dropped, stderr: problems.dropped },
        timedOut: killed.has("late"),
        duration: durationMs(Math.max(0, clock.now() - began)),
      },
    };
  } finally {
    stopTimer();
    signal.removeEventListener("abort", onAbort);
  }
}

function start({ program, args, command }: Launch): ChildProcess {
  const empty = openSync("/dev/null", "r+");
  try {
    const stdio: ("pipe" | "ignore" | number)[] = [command.stdin === null ? "ignore" : "pipe", "pipe", "pipe"];
    for (let fd = 3; fd <= FD.status; fd += 1) stdio[fd] = "pipe";
    // What Writ was started with and would leak becomes an empty device in the child.
    for (const fd of inheritedDescriptors()) if (fd > FD.status) stdio[fd] = empty;
    for (let fd = 0; fd < stdio.length; fd += 1) stdio[fd] ??= "ignore";
    return spawn(program, args, { env: {}, cwd: "/", detached: true, stdio });
  } finally {
    closeSync(empty);
  }
}

/** Bubblewrap reads the filter before it makes its first child, so what is set on it before that holds for all of them. */
function feed(child: ChildProcess, { filter, command }: Launch): void {
  if (child.pid !== undefined) preferForDeath(child.pid);
  write(child, FD.passwd, Buffer.from(PASSWD));
  write(child, FD.group, Buffer.from(GROUP));
  write(child, FD.hosts, Buffer.from(HOSTS));
  write(child, FD.seccomp, filter ?? new Uint8Array());
  if (command.stdin !== null) write(child, 0, command.stdin);
}

/** When memory runs out the kernel is to end confined programs first. */
function preferForDeath(pid: number): void {
  try {
    writeFileSync(`/proc/${pid}/oom_score_adj`, FIRST_TO_DIE);
  } catch (error) {
    if (!["ENOENT", "ESRCH", "EACCES", "EPERM"].includes(errnoOf(error) ?? "")) throw error;
  }
}

function write(child: ChildProcess, fd: number, bytes: Uint8Array): void {
  const stream = child.stdio[fd];
  if (!isWritable(stream)) return;
  // A program that ends without reading its input breaks the pipe, and that is its right.
  stream.on("error", () => undefined);
  stream.end(bytes);
}

function reader(child: ChildProcess, fd: number): Readable | null {
  const stream = child.stdio[fd];
  return isReadable(stream) ? stream : null;
}

function isReadable(stream: Readable | Writable | null | undefined): stream is Readable {
  return stream !== null && stream !== undefined && "on" in stream && "read" in stream;
}

function isWritable(stream: Readable | Writable | null | undefined): stream is Writable {
  return stream !== null && stream !== undefined && "end" in stream;
}

type ChildEnd =
  | { readonly kind: "ended"; readonly signal: string | null }
  | { readonly kind: "unstarted"; readonly reason: string };

async function endOf(child: ChildProcess): Promise<ChildEnd> {
  return await new Promise((resolve) => {
    child.once("error", (error) => resolve({ kind: "unstarted", reason: error.message }));
    child.once("close", (_code, signal) => resolve({ kind: "ended", signal }));
  });
}

/** Null when the program never began: bubblewrap tells how it ended only if it did. */
function exitCodeOf(status: Uint8Array): number | null {
  const code = /"exit-code": ?([0-9]+)/.exec(Buffer.from(status).toString())?.[1];
  return code === undefined ? null : Number(code);
}

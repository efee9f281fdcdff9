import { spawn, type ChildProcess } from "node:child_process";
import { closeSync, openSync, writeFileSync } from "node:fs";
import type { Readable, Writable } from "node:stream";

import type { SandboxCommand } from "@writ/runtime";

import { errnoOf } from "../system/errno.ts";
import { GROUP, PASSWD } from "../system/sandbox-user.ts";
import { FD } from "./bwrap-args.ts";
import { inheritedDescriptors } from "./inherited.ts";
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

/** Bubblewrap and what it confines. */
export interface ConfinedProcess {
  readonly stdout: Tail;
  readonly stderr: Tail;
  /** Whether the sandbox stood and the program was let begin. */
  hasBegun(): boolean;
  /** Ends a program that has begun, and all that came of it; lets no other begin. */
  stop(): void;
  /** Ends bubblewrap itself, whatever state it is in. */
  kill(): void;
  readonly ended: Promise<ProcessEnd>;
}

/** `unstarted`: there was no process at all. */
export type ProcessEnd =
  | { readonly kind: "ended"; readonly code: number | null; readonly signal: string | null }
  | { readonly kind: "unstarted"; readonly reason: string };

/**
 * Starts bubblewrap, and answers at its gate when everything stands.
 *
 * From then on killing bubblewrap kills the first process of the namespace, and the kernel then kills all others,
 * however often they forked. Before that its two processes do not die together, and the second would wait for
 * ever for the first; so a start that is given up is not killed, and ends by itself at the shut gate.
 */
export function startConfined(launch: Launch): ConfinedProcess {
  const child = start(launch);
  const { outputBytes } = launch.command.limits;
  const [stdout, stderr] = [new Tail(outputBytes), new Tail(outputBytes)];
  const state = { begun: false };
  reader(child, 1)?.on("data", (chunk: Uint8Array) => stdout.push(chunk));
  reader(child, 2)?.on("data", (chunk: Uint8Array) => stderr.push(chunk));
  reader(child, FD.gate)?.once("data", () => {
    state.begun = true;
    write(child, FD.gate, Buffer.from("go\n"));
  });
  const ended = endOf(child);
  feed(child, launch);
  return {
    stdout,
    stderr,
    hasBegun: () => state.begun,
    stop: () => {
      if (state.begun) child.kill("SIGKILL");
      else reader(child, FD.gate)?.destroy();
    },
    kill: () => child.kill("SIGKILL"),
    ended,
  };
}

function start({ program, args, command }: Launch): ChildProcess {
  const empty = openSync("/dev/null", "r+");
  try {
    const stdio: ("pipe" | "ignore" | number)[] = [command.stdin === null ? "ignore" : "pipe", "pipe", "pipe"];
    for (let fd = 3; fd <= FD.gate; fd += 1) stdio[fd] = "pipe";
    // What Writ was started with and would leak becomes an empty device in the child.
    for (const fd of inheritedDescriptors()) if (fd > FD.gate) stdio[fd] = empty;
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

async function endOf(child: ChildProcess): Promise<ProcessEnd> {
  return await new Promise((resolve) => {
    child.once("error", (error) => resolve({ kind: "unstarted", reason: error.message }));
    child.once("close", (code, signal) => resolve({ kind: "ended", code, signal }));
  });
}

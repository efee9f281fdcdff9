import { spawn } from "node:child_process";
import { delimiter, dirname, join } from "node:path";

export interface ProgramEnd {
  readonly status: number;
  readonly output: string;
  readonly seconds: number;
}

/**
 * Runs a program of `node_modules/.bin` (or `node` itself) to its end and keeps
 * what it printed. It gets a process group of its own, so that at its time limit
 * nothing of it stays behind.
 */
export async function runProgram(
  root: string,
  [name, ...args]: readonly [string, ...string[]],
  limitS: number,
  environment: NodeJS.ProcessEnv = {},
): Promise<ProgramEnd> {
  const startedAt = performance.now();
  const path = [dirname(process.execPath), join(root, "node_modules/.bin"), process.env["PATH"]].join(delimiter);
  const child = spawn(name === "node" ? process.execPath : join(root, "node_modules/.bin", name), args, {
    cwd: root,
    env: { ...process.env, PATH: path, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  const chunks: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => chunks.push(chunk));
  const kill = (): void => {
    if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
  };
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    kill();
  }, limitS * 1_000);
  process.once("exit", kill);
  const status = await new Promise<number>((resolve) => {
    child.once("error", (error) => {
      chunks.push(Buffer.from(`${error.message}\n`));
      resolve(127);
    });
    child.once("close", (code, signal) => resolve(signal === null ? (code ?? 1) : 128));
  });
  clearTimeout(timer);
  process.removeListener("exit", kill);
  const seconds = (performance.now() - startedAt) / 1_000;
  const output = Buffer.concat(chunks).toString("utf8");
  return { status, seconds, output: late ? `${output}\nstopped after ${limitS} s\n` : output };
}

import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";

import { afterEach, describe, expect, test } from "vitest";

import { ancestry, isDescendant, isSame, processIdentity, type ProcessIdentity } from "./processes.ts";

const children: ChildProcess[] = [];

/** A shell that prints numbers of processes and waits until its input ends. */
async function shell(script: string): Promise<{ readonly child: ChildProcess; readonly said: readonly number[] }> {
  const child = spawn("/bin/sh", ["-c", script], { stdio: ["pipe", "pipe", "inherit"] });
  children.push(child);
  let text = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
  while (!text.includes("\n")) await once(child.stdout, "data");
  return { child, said: text.trim().split(" ").map(Number) };
}

function identityOf(pid: number | undefined): ProcessIdentity {
  const identity = processIdentity(pid ?? -1);
  if (identity === null) throw new Error(`no process ${pid}`);
  return identity;
}

describe("who a process is and where it comes from", () => {
  afterEach(() => {
    for (const child of children.splice(0)) child.kill("SIGKILL");
  });

  test("a process is its number and its start", async () => {
    const { child } = await shell("echo 1; read x");
    const identity = identityOf(child.pid);
    expect(identityOf(child.pid)).toEqual(identity);
    expect(identity.startTime).toBeGreaterThanOrEqual(identityOf(process.pid).startTime);
    child.kill("SIGKILL");
    await once(child, "exit");
    expect(processIdentity(identity.pid)).toBeNull();
    expect(processIdentity(2 ** 22 + 1)).toBeNull();
  });

  test("a line of parents leads from a grandchild through us to the first process", async () => {
    const { child, said } = await shell("sh -c 'echo $$; read x; true'; true");
    const [grandchild] = said;
    const pids = ancestry(grandchild ?? -1).map(({ pid }) => pid);
    expect(pids.slice(0, 3)).toEqual([grandchild, child.pid, process.pid]);
    expect(pids.at(-1)).toBe(1);
    expect(ancestry(2 ** 22 + 1)).toEqual([]);
  });

  test("a name with brackets and spaces in it does not shift the fields", async () => {
    const named = spawn(
      "/usr/bin/perl",
      [
        "-e",
        '$0 = "x) R 1 (y"; open F, ">", "/proc/self/comm"; print F "a) S 1 (b"; close F; $| = 1; print "1\\n"; <STDIN>',
      ],
      {
        stdio: ["pipe", "pipe", "inherit"],
      },
    );
    children.push(named);
    await once(named.stdout, "data");
    expect(ancestry(named.pid ?? -1)[1]).toEqual(identityOf(process.pid));
  });

  test("what we started, and what it started, comes from it; we and its siblings do not", async () => {
    const { child, said } = await shell("sh -c 'echo $$; read x; true'; true");
    const sibling = await shell("echo 1; read x");
    const started = [identityOf(child.pid)];
    expect(isDescendant(said[0] ?? -1, started)).toBe(true);
    expect(isDescendant(child.pid ?? -1, started)).toBe(true);
    expect(isDescendant(sibling.child.pid ?? -1, started)).toBe(false);
    expect(isDescendant(process.pid, started)).toBe(false);
  });

  test("another process that got the same number is another process", async () => {
    const { child } = await shell("echo 1; read x");
    const identity = identityOf(child.pid);
    const earlier = { ...identity, startTime: identity.startTime - 1 };
    expect(isSame(identity, earlier)).toBe(false);
    expect(isDescendant(child.pid ?? -1, [earlier])).toBe(false);
  });

  test("who starts a child, lets go of it and ends is no longer above it: known, and said in the security notes", async () => {
    const { child, said } = await shell("setsid sh -c 'echo $$; exec sleep 60' & wait; true");
    const [orphan] = said;
    const started = [identityOf(child.pid)];
    expect(isDescendant(orphan ?? -1, started)).toBe(true);
    child.kill("SIGKILL");
    await once(child, "exit");
    expect(isDescendant(orphan ?? -1, started)).toBe(false);
    process.kill(orphan ?? -1, "SIGKILL");
  });
});

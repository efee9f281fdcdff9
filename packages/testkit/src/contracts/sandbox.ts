import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { durationMs, OrchestratorError } from "@writ/core";
import type { Sandbox, SandboxCommand, SandboxLimits, SandboxResult } from "@writ/runtime";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { processesWith } from "../processes.ts";

const MEGABYTE = 2 ** 20;

export const LIMITS: SandboxLimits = {
  wallClock: durationMs(10_000),
  cpuSeconds: 5,
  memoryBytes: 512 * MEGABYTE,
  processes: 64,
  fileBytes: 8 * MEGABYTE,
  outputBytes: 65_536,
};

/** One command line of `/bin/sh` in the sandbox; the marker tells its processes from all others on the machine. */
export function shellCommand(script: string, change: Partial<SandboxCommand> = {}, marker = "writ"): SandboxCommand {
  return {
    argv: ["/bin/sh", "-c", script, marker],
    directory: "/tmp",
    mounts: [],
    environment: { PATH: "/usr/bin:/bin" },
    stdin: null,
    limits: LIMITS,
    ...change,
  };
}

export const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString();

/**
 * What every backend that runs programs must hold to.
 *
 * @param parent a folder on the machine that the sandbox does not show by itself
 */
export function sandboxContract(make: () => Sandbox, parent: string): void {
  describe("a sandbox", () => {
    let base = "";
    let sandbox: Sandbox;
    let marker = "";
    beforeEach(async () => {
      base = await mkdtemp(join(parent, "writ-sandbox-"));
      // Written by whomever the sandbox makes of a program.
      await chmod(base, 0o777);
      marker = `marker-${base.slice(-6)}`;
      sandbox = make();
    });
    afterEach(async () => {
      await rm(base, { recursive: true, force: true });
    });

    const run = (
      script: string,
      change: Partial<SandboxCommand> = {},
      signal = new AbortController().signal,
    ): Promise<SandboxResult> => sandbox.run(shellCommand(script, change, marker), signal);
    const out = async (script: string, change: Partial<SandboxCommand> = {}): Promise<string> =>
      textOf((await run(script, change)).stdout);
    const within = (ms: number): Partial<SandboxCommand> => ({ limits: { ...LIMITS, wallClock: durationMs(ms) } });

    test("41: its canary finds no way out", async () => {
      const report = await sandbox.probe();
      expect(report).toMatchObject({ usable: true, leaks: [], remedy: null });
      expect(report.version).not.toBe("");
    });

    test("gives back exit code, output and problems of a program", async () => {
      const result = await run("echo out; echo problem >&2; exit 7");
      expect(result).toMatchObject({ exitCode: 7, signal: null, timedOut: false, dropped: { stdout: 0, stderr: 0 } });
      expect([textOf(result.stdout), textOf(result.stderr)]).toEqual(["out\n", "problem\n"]);
    });

    test("32: arguments are arguments, whatever is in them", async () => {
      const argv = ["/usr/bin/printf", "%s|", "$HOME", "; id", "`id`", "a\nb", "", "--help", "ü"];
      expect(textOf((await sandbox.run({ ...shellCommand(""), argv }, new AbortController().signal)).stdout)).toBe(
        "$HOME|; id|`id`|a\nb||--help|ü|",
      );
    });

    test("a program that is not there is told as a shell tells it", async () => {
      const result = await sandbox.run(
        { ...shellCommand(""), argv: ["/usr/bin/no-such-program"] },
        new AbortController().signal,
      );
      expect(result.exitCode).toBe(127);
      expect(textOf(result.stderr)).toContain("no-such-program");
    });

    test("a folder that is not there, or not the program's to enter, is told so", async () => {
      expect(await run("true", { directory: "/tmp/none" })).toMatchObject({ exitCode: 125 });
      await mkdir(join(base, "closed"), { mode: 0o000 });
      const mounts = [{ host: join(base, "closed"), inside: "/mnt", access: "write" }] as const;
      expect(await run("true", { directory: "/mnt", mounts })).toMatchObject({ exitCode: 125 });
    });

    test("a program that died of a signal is told as a shell tells it", async () => {
      expect(await run("kill -TERM $$")).toMatchObject({ exitCode: 143, timedOut: false });
    });

    test("a program reads what it is given, and ends well when it does not read it", async () => {
      expect(await out("cat", { stdin: Buffer.from("given") })).toBe("given");
      expect(await out("cat")).toBe("");
      expect((await run("exit 0", { stdin: new Uint8Array(4 * MEGABYTE) })).exitCode).toBe(0);
    });

    test("34: the environment is what was given, and where the program stands", async () => {
      const environment = { PATH: "/usr/bin:/bin", LANG: "C.UTF-8", EMPTY: "", ODD: "a=b\nc" };
      const lines = (await out("env -0", { environment })).split("\0").filter((line) => line !== "");
      expect(lines.sort()).toEqual(["EMPTY=", "LANG=C.UTF-8", "ODD=a=b\nc", "PATH=/usr/bin:/bin", "PWD=/tmp"].sort());
      expect(await out("cat /proc/*/environ 2>/dev/null | tr '\\0' '\\n' | grep -vE '^(PATH|PWD)=' | sort -u")).toBe(
        "",
      );
    });

    test("35: no descriptor beyond 0 to 2, and the working directory is the asked one", async () => {
      const mounts = [{ host: base, inside: "/run/here", access: "read" }] as const;
      expect(await out("pwd", { directory: "/run/here", mounts })).toBe("/run/here\n");
      // What the machine's shell had leaked into this test may be an empty device; the last line is the listing itself.
      const others = (await out("cd /proc/self/fd; for fd in *; do [ $fd -gt 2 ] && readlink $fd; done; true")).split(
        "\n",
      );
      expect(
        others.filter((line) => line !== "" && line !== "/dev/null" && !/^\/proc\/[0-9]+\/fd$/.test(line)),
      ).toEqual([]);
    });

    test("a program is nobody, with no capability and no way to gain one", async () => {
      const status = await out("id -u; grep -E '^(Cap|NoNewPrivs)' /proc/self/status");
      expect(status).not.toMatch(/^0\n/);
      expect(status.match(/Cap\w+:\s*(\w+)/g)?.every((line) => /:\s*0+$/.test(line))).toBe(true);
      expect(status).toMatch(/NoNewPrivs:\s*1/);
    });

    test("the machine's files are not there, and what is there is not writable", async () => {
      await writeFile(join(base, "secret"), "planted");
      expect(
        await out(`cat '${base}/secret' /proc/1/root'${base}/secret' 2>/dev/null; ls /home /root /var 2>/dev/null`),
      ).toBe("");
      const result = await run(
        `for path in /usr/x /etc/x /x /dev/x '${base}/x'; do touch $path 2>/dev/null && echo $path; done; true`,
      );
      expect(textOf(result.stdout)).toBe("");
      expect(await readdir(base)).toEqual(["secret"]);
    });

    test("what is shown for reading is read, what is shown for writing is written", async () => {
      await mkdir(join(base, "in"));
      await mkdir(join(base, "out"));
      await chmod(join(base, "out"), 0o777);
      await writeFile(join(base, "in", "a"), "a");
      const mounts = [
        { host: join(base, "in"), inside: "/mnt/in", access: "read" },
        { host: join(base, "out"), inside: "/mnt/out", access: "write" },
      ] as const;
      const result = await run("cat /mnt/in/a > /mnt/out/b; touch /mnt/in/x; echo $?", { mounts });
      expect(textOf(result.stdout)).toBe("1\n");
      expect(await readFile(join(base, "out", "b"), "utf8")).toBe("a");
      expect(await readdir(join(base, "in"))).toEqual(["a"]);
    });

    test("39: the journal is covered where its workspace is shown, and never shown itself", async () => {
      await mkdir(join(base, ".orchestrate", "runs"), { recursive: true });
      await writeFile(join(base, ".orchestrate", "writ.db"), "journal");
      const mounts = [{ host: base, inside: "/mnt/workspace", access: "write" }] as const;
      expect(
        await out(
          "ls -A /mnt/workspace/.orchestrate; touch /mnt/workspace/.orchestrate/x 2>/dev/null; ls -A /mnt/workspace",
          { mounts },
        ),
      ).toBe(".orchestrate\n");
      expect(await readdir(join(base, ".orchestrate"))).toEqual(["runs", "writ.db"]);
      for (const host of [join(base, ".orchestrate"), join(base, ".orchestrate", "runs")]) {
        const shown = run("true", { mounts: [{ host, inside: "/mnt/x", access: "read" }] });
        await expect(shown).rejects.toMatchObject({ code: "path_closed" });
      }
    });

    test("33: a path that looks like an option is a path", async () => {
      await mkdir(join(base, "--bind"));
      await writeFile(join(base, "--bind", "a"), "a");
      expect(
        await out("cat /mnt/--dev/a", {
          mounts: [{ host: join(base, "--bind"), inside: "/mnt/--dev", access: "read" }],
        }),
      ).toBe("a");
    });

    test("output over the limit is cut at its beginning, and counted", async () => {
      const limits = { ...LIMITS, outputBytes: 1_000 };
      const result = await run("head -c 3000000 /dev/zero | tr '\\0' x; printf end; head -c 5000 /dev/zero >&2", {
        limits,
      });
      expect(result.stdout).toHaveLength(1_000);
      expect(textOf(result.stdout)).toMatch(/^x{997}end$/);
      expect(result.dropped).toEqual({ stdout: 2_999_003, stderr: 4_000 });
    });

    test("a program that eats memory, processor time or disk is stopped, not the machine", async () => {
      const memory = await run("head -c 400000000 /dev/zero | tail -c 400000000 | wc -c", {
        limits: { ...LIMITS, memoryBytes: 64 * MEGABYTE },
      });
      expect(textOf(memory.stdout).trim()).not.toBe("400000000");
      const time = await run("while :; do :; done", { limits: { ...LIMITS, cpuSeconds: 1 } });
      expect(time.timedOut).toBe(false);
      expect(time.exitCode).toBeGreaterThan(128);
      const disk = await run("head -c 100000 /dev/zero > /tmp/big; stat -c %s /tmp/big", {
        limits: { ...LIMITS, fileBytes: 65_536 },
      });
      expect(Number(textOf(disk.stdout))).toBeLessThanOrEqual(65_536);
    });

    // Requirement 36.
    test.each([
      ["one that sleeps", "sleep 600"],
      ["one that ignores every signal it can", "trap '' TERM INT HUP QUIT; while :; do sleep 600; done"],
      ["one that forks twice and lets go", "(setsid sh -c 'sleep 600' orphan & ) & sleep 600"],
      ["one whose child lives on with the output open", "setsid sleep 600 & exit 0"],
      ["a fork bomb", "f() { f | f & }; f; sleep 600"],
    ])("36: of %s nothing is left when its time is over", async (_, script) => {
      const began = performance.now();
      const result = await run(`${script} # ${marker}`, within(400));
      const took = performance.now() - began;
      expect(took).toBeLessThan(2_400);
      expect(await leftAfter(2_000, marker)).toEqual([]);
      expect(result.timedOut || script.includes("exit 0")).toBe(true);
      expect(result.timedOut ? [result.exitCode, result.signal] : [null, "SIGKILL"]).toEqual([null, "SIGKILL"]);
    });

    test("36: a call that is given up leaves nothing, also when it is given up before it began", async () => {
      const abort = new AbortController();
      const running = run(`sleep 600 # ${marker}`, {}, abort.signal);
      while ((await processesWith(marker)).length === 0) await new Promise(setImmediate);
      abort.abort();
      expect(await running).toMatchObject({ exitCode: null, signal: "SIGKILL", timedOut: false });
      expect(await leftAfter(2_000, marker)).toEqual([]);
      const late = await run(
        `touch /mnt/began # ${marker}`,
        { mounts: [{ host: base, inside: "/mnt", access: "write" }] },
        AbortSignal.abort(),
      );
      expect(late.exitCode).toBeNull();
      expect(await stat(join(base, "began")).catch(() => null)).toBeNull();
    });

    test("36: a call given up at any moment of its start leaves nothing", async () => {
      let [begun, unbegun] = [0, 0];
      await mkdir(join(base, "began"));
      await chmod(join(base, "began"), 0o777);
      const mounts = [{ host: join(base, "began"), inside: "/mnt", access: "write" }] as const;
      await sandbox.probe();
      const startedAt = performance.now();
      await run("true");
      const usual = performance.now() - startedAt;
      let delay = 0;
      for (let round = 0; round < 40; round += 1) {
        const abort = new AbortController();
        const running = run(`touch /mnt/${round}; sleep 600 # ${marker}`, { mounts }, abort.signal);
        setTimeout(() => abort.abort(), delay);
        expect((await running).signal).toBe("SIGKILL");
        const hasBegun = (await readdir(join(base, "began"))).includes(String(round));
        // Walks about the moment of the start, wherever a busy machine puts it.
        delay = Math.max(0, delay + (hasBegun ? -usual / 5 : usual / 6));
        if (hasBegun) begun += 1;
        else unbegun += 1;
      }
      expect(await leftAfter(2_000, marker)).toEqual([]);
      expect(begun).toBeGreaterThan(2);
      expect(unbegun).toBeGreaterThan(2);
    });

    test("many run beside each other, each with its own", async () => {
      const results = await Promise.all(
        Array.from({ length: 8 }, (_, at) => out(`echo ${at} > /tmp/same; sleep 0.05; cat /tmp/same`)),
      );
      expect(results).toEqual(Array.from({ length: 8 }, (_, at) => `${at}\n`));
    });
  });
}

/** What a backend must do that cannot run programs: say so, say how to mend it, and run nothing. */
export function refusingSandboxContract(make: () => Sandbox): void {
  describe("a sandbox that refuses", () => {
    test("41: runs nothing, and its error and report name the repair", async () => {
      const sandbox = make();
      const refusal = await sandbox
        .run(shellCommand("echo ran"), new AbortController().signal)
        .catch((error: unknown) => error);
      expect(refusal).toBeInstanceOf(OrchestratorError);
      expect(refusal).toMatchObject({ code: "sandbox_unavailable" });
      const report = await sandbox.probe();
      expect(report.usable).toBe(false);
      expect(report.remedy).toMatch(/install|run|allow|set/i);
    });
  });
}

/** Whose command line still holds the marker when the time is over; as soon as none does, none. */
async function leftAfter(ms: number, marker: string): Promise<readonly string[]> {
  const until = performance.now() + ms;
  let left = await processesWith(marker);
  while (left.length > 0 && performance.now() < until) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    left = await processesWith(marker);
  }
  return left;
}

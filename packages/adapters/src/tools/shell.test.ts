import { createHash } from "node:crypto";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { isJsonObject, type JsonObject } from "@writ/core";
import { toolRules, type Sandbox, type ToolCall } from "@writ/runtime";
import { toolBench, type ToolBench } from "@writ/testkit/build/tool-bench";
import { isWithoutBubblewrap } from "@writ/testkit/needs-bubblewrap";
import { processesWith } from "@writ/testkit/processes";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";

import { openBubblewrap } from "../sandbox/bubblewrap.ts";
import { systemClock } from "../system/clock.ts";
import { systemEntropy } from "../system/entropy.ts";
import { nodeHasher } from "../system/sha256.ts";
import { execShell } from "./shell.ts";

describe.skipIf(isWithoutBubblewrap)("shell.exec", () => {
  let base = "";
  let sandbox: Sandbox;
  let bench: ToolBench;
  beforeAll(async () => {
    base = await mkdtemp(join("/var/tmp", "writ-shell-"));
    sandbox = openBubblewrap({ clock: systemClock, entropy: systemEntropy, scratch: join(base, "scratch") });
  });
  afterAll(async () => {
    await rm(base, { recursive: true, force: true });
  });
  beforeEach(async () => {
    bench = await toolBench(null);
    await writeFile(join(bench.root, "a.txt"), "a\n");
    await writeFile(join(bench.root, "b.txt"), "b\n");
    await writeFile(join(bench.root, "run.sh"), "#!/bin/sh\necho ran\n", { mode: 0o755 });
  });
  afterEach(async () => {
    await bench[Symbol.asyncDispose]();
  });

  const tool = (): ReturnType<typeof execShell> => execShell({ staging: join(base, "staging"), path: [] });
  const rule = toolRules(nodeHasher, [execShell({ staging: "", path: [] })]).get("shell.exec");

  async function run(args: JsonObject, over: Partial<ToolCall> = {}) {
    try {
      const outcome = await tool().run(args, bench.call({ sandbox, ...over }));
      expect(rule?.checkOutput(outcome.output)).toEqual([]);
      return { ...outcome, output: isJsonObject(outcome.output) ? outcome.output : {} };
    } finally {
      expect(await readdir(join(base, "staging")).catch(() => [])).toEqual([]);
    }
  }
  const shell = async (script: string, over: Partial<ToolCall> = {}) => await run({ argv: ["sh", "-c", script] }, over);
  const onDisk = (path: string): Promise<string> => readFile(join(bench.root, path), "utf8");

  test("is destructive, sandboxed, and is not repeated by itself", () => {
    expect(tool().spec).toMatchObject({
      tier: "destructive",
      idempotency: "none",
      traits: { sandboxed: true, reversible: false },
    });
  });

  test("a workspace that holds the folder of its copies is not copied into itself", async () => {
    const inside = execShell({ staging: join(bench.root, "cache/staging"), path: [] });
    const { output } = await inside.run({ argv: ["find", ".", "-name", "*.txt"] }, bench.call({ sandbox }));
    expect(output).toMatchObject({ exit_code: 0, left_out: 0 });
    expect(isJsonObject(output) ? output["stdout"] : "").toMatch(/^(\.\/[ab]\.txt\n){2}$/);
  });

  test("what a program changed is taken over when it ends well: made, overwritten, deleted, made executable", async () => {
    const { output, artifacts, undo } = await shell(
      "echo A > a.txt; rm b.txt; mkdir -p deep/er; echo new > deep/er/c.txt; chmod 640 run.sh; echo done",
    );
    expect(output).toMatchObject({
      exit_code: 0,
      applied: true,
      stdout: "done\n",
      changes: [
        { path: "a.txt", change: "overwrite" },
        { path: "deep/er/c.txt", change: "create" },
        { path: "run.sh", change: "overwrite" },
        { path: "b.txt", change: "delete" },
      ],
      left_out: 0,
    });
    expect([await onDisk("a.txt"), await onDisk("deep/er/c.txt")]).toEqual(["A\n", "new\n"]);
    expect((await stat(join(bench.root, "run.sh"))).mode & 0o777).toBe(0o640);
    expect((await readdir(bench.root)).sort()).toEqual([".orchestrate", "a.txt", "deep", "run.sh"]);
    expect(artifacts.find(({ path }) => path === "a.txt")).toEqual({
      path: "a.txt",
      sha256: createHash("sha256").update("A\n").digest("hex"),
      bytes: 2,
    });
    expect(undo).toBeNull();
  });

  test("what is merely touched or rewritten with the same bytes is no change", async () => {
    const { output } = await shell("touch a.txt; cat b.txt > t; cat t > b.txt; rm t");
    expect(output).toMatchObject({ applied: true, changes: [] });
  });

  test("a program that does not end well, or in time, changes nothing", async () => {
    expect((await shell("echo A > a.txt; rm b.txt; exit 3")).output).toMatchObject({
      exit_code: 3,
      applied: false,
      changes: [],
    });
    expect((await run({ argv: ["sh", "-c", "echo A > a.txt; sleep 600"], timeout_ms: 400 })).output).toMatchObject({
      exit_code: null,
      timed_out: true,
      applied: false,
    });
    expect([await onDisk("a.txt"), await onDisk("b.txt")]).toEqual(["a\n", "b\n"]);
  });

  test("links, pipes, journal and history it makes stay out, and are counted", async () => {
    const { output } = await shell(
      "ln -s /etc/passwd link; mkfifo pipe; mkdir -p sub/.git .orchestrate; echo x > sub/.git/config; echo x > .orchestrate/writ.db; echo x > plain",
    );
    expect(output).toMatchObject({ applied: true, changes: [{ path: "plain", change: "create" }], left_out: 4 });
    expect((await readdir(bench.root)).sort()).toEqual([".orchestrate", "a.txt", "b.txt", "plain", "run.sh"]);
    expect(await readdir(bench.own)).toEqual([]);
  });

  test("a link of the workspace leads nowhere, and is not written through", async () => {
    await mkdir(join(base, "outside"), { recursive: true });
    await writeFile(join(base, "outside", "secret"), "SECRET");
    await symlink(join(base, "outside"), join(bench.root, "out"));
    const { output } = await shell("cat out/secret; echo x > out/secret; true");
    expect(JSON.stringify(output)).not.toContain("SECRET");
    await expect(shell("rm out && mkdir out && echo mine > out/new")).rejects.toMatchObject({ code: "path_escape" });
    expect(await readdir(join(base, "outside"))).toEqual(["secret"]);
    expect(await readFile(join(base, "outside", "secret"), "utf8")).toBe("SECRET");
  });

  test("a file that changes in the workspace meanwhile is not overwritten, and then nothing is", async () => {
    const running = shell("echo A > a.txt; echo B > b.txt; echo begun; sleep 0.5 # MEANWHILE");
    while ((await processesWith("MEANWHILE")).length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await new Promise((resolve) => setTimeout(resolve, 60));
    await writeFile(join(bench.root, "b.txt"), "edited");
    await expect(running).rejects.toMatchObject({
      kind: "evidence_stale",
      message: expect.stringContaining("Nothing was written") as unknown,
    });
    expect([await onDisk("a.txt"), await onDisk("b.txt")]).toEqual(["a\n", "edited"]);
  });

  test("a program of the workspace is run by its path, and bound by its bytes", async () => {
    const frozen = async (args: JsonObject) => await tool().freeze(args, bench.call({ sandbox }));
    const before = await frozen({ argv: ["./run.sh"] });
    expect(before.preview).toMatchObject({
      kind: "command",
      program: "/workspace/run.sh",
      writes: "any file of the workspace",
      network: "none",
    });
    expect((await run({ argv: ["./run.sh"] })).output).toMatchObject({ stdout: "ran\n" });
    await writeFile(join(bench.root, "run.sh"), "#!/bin/sh\necho other\n");
    expect((await frozen({ argv: ["./run.sh"] })).live).not.toEqual(before.live);
    await mkdir(join(bench.root, "sub"));
    expect((await frozen({ argv: ["../run.sh"], directory: "sub" })).preview).toMatchObject({
      program: "/workspace/run.sh",
      directory: "/workspace/sub",
    });
    expect((await frozen({ argv: ["sh"] })).preview).toMatchObject({
      program: expect.stringMatching(/^\/.*\/sh$/) as unknown,
    });
    for (const name of ["none", "./none.sh", "../../etc/passwd", "/etc/passwd"])
      await expect(frozen({ argv: [name] })).rejects.toMatchObject({ kind: "schema_mismatch" });
  });

  test("values of the environment are withheld from the preview", async () => {
    const frozen = await tool().freeze(
      { argv: ["sh"], environment: { TEST_TOKEN: "hunter2" } },
      bench.call({ sandbox }),
    );
    expect(JSON.stringify(frozen.preview)).toContain("TEST_TOKEN");
    expect(JSON.stringify(frozen)).not.toContain("hunter2");
  });

  test("a call that is given up changes nothing and leaves nothing", async () => {
    const abort = new AbortController();
    const running = shell("echo A > a.txt; sleep 600 # SHELLGIVENUP", { signal: abort.signal });
    while ((await processesWith("SHELLGIVENUP")).length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    abort.abort(new Error("enough"));
    await expect(running).rejects.toThrow("enough");
    expect(await onDisk("a.txt")).toBe("a\n");
    expect(await processesWith("SHELLGIVENUP")).toEqual([]);
  });

  test("what is off its form is refused", async () => {
    const off: readonly JsonObject[] = [
      { argv: [] },
      { argv: [""] },
      { argv: "ls" },
      { argv: ["a\0b"] },
      { argv: ["ls"], shell: true },
      { argv: ["ls"], timeout_ms: 0 },
    ];
    for (const args of off)
      await expect(tool().run(args, bench.call({ sandbox }))).rejects.toMatchObject({ kind: "schema_mismatch" });
    for (const directory of ["/etc", "../x", "a/../../x"])
      await expect(run({ argv: ["ls"], directory })).rejects.toMatchObject({ code: "path_escape" });
    expect((await run({ argv: ["ls"], directory: "none" })).output).toMatchObject({ exit_code: 125, applied: false });
  });

  test("a folder that cannot be read or written in the workspace is said so", async () => {
    await mkdir(join(bench.root, "locked"));
    await chmod(join(bench.root, "locked"), 0o555);
    await using _ = { [Symbol.asyncDispose]: () => chmod(join(bench.root, "locked"), 0o755) };
    const writing = shell("echo x > locked/new");
    if (process.getuid?.() === 0) expect((await writing).output).toMatchObject({ applied: true });
    else await expect(writing).rejects.toMatchObject({ code: "workspace_read_only" });
  });
});

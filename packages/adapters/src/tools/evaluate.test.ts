import { execFileSync } from "node:child_process";
import { chmod, link, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";

import type { JsonObject } from "@writ/core";
import type { Sandbox } from "@writ/runtime";
import { toolBench, type ToolBench } from "@writ/testkit/build/tool-bench";
import { isWithoutBubblewrap } from "@writ/testkit/needs-bubblewrap";
import { processesWith } from "@writ/testkit/processes";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";

import { openBubblewrap } from "../sandbox/bubblewrap.ts";
import { systemClock } from "../system/clock.ts";
import { systemEntropy } from "../system/entropy.ts";
import { loadedLibraries, toolchainOf } from "../system/toolchain.ts";
import { runUnitTests } from "./evaluate.ts";
import { openStaging, sweepStaging } from "./staging.ts";

let base = "";
let sandbox: Sandbox;
beforeAll(async () => {
  base = await mkdtemp(join("/var/tmp", "writ-evaluate-"));
  sandbox = openBubblewrap({ clock: systemClock, entropy: systemEntropy, scratch: join(base, "scratch") });
});
afterAll(async () => {
  await rm(base, { recursive: true, force: true });
});

describe.skipIf(isWithoutBubblewrap)("eval.run_unit_tests", () => {
  let bench: ToolBench;
  beforeEach(async () => {
    bench = await toolBench(null);
    await writeFile(join(bench.root, "sum.sh"), "#!/bin/sh\necho $(($1 + $2))\n", { mode: 0o755 });
    await writeFile(
      join(bench.root, "test.sh"),
      '#!/bin/sh\n[ "$(./sum.sh 1 2)" = 3 ] || { echo "1 + 2 is not 3" >&2; exit 4; }\necho ok\n',
      { mode: 0o755 },
    );
  });
  afterEach(async () => {
    await bench[Symbol.asyncDispose]();
  });

  const place = (): { staging: string; path: readonly string[] } => ({ staging: join(base, "staging"), path: [] });
  const run = async (args: JsonObject, signal = new AbortController().signal) => {
    try {
      return (await runUnitTests(place()).run(args, bench.call({ sandbox, signal }))).output;
    } finally {
      // Whatever the end: no copy is left.
      expect(await readdir(join(base, "staging")).catch(() => [])).toEqual([]);
    }
  };
  const shell = async (script: string, more: JsonObject = {}) => await run({ argv: ["sh", "-c", script], ...more });
  const snapshot = (): string =>
    execFileSync("sh", [
      "-c",
      'cd "$1" && find . -not -path "./.orchestrate*" | sort && find . -type f -not -path "./.orchestrate*" | sort | xargs sha256sum',
      "sh",
      bench.root,
    ]).toString();

  test("exit code and output are the evidence", async () => {
    expect(await run({ argv: ["./test.sh"] })).toMatchObject({
      passed: true,
      exit_code: 0,
      timed_out: false,
      refusal: null,
      stdout_tail: "ok\n",
      stderr_tail: "",
    });
    await writeFile(join(bench.root, "sum.sh"), "echo 4\n");
    expect(await run({ argv: ["./test.sh"] })).toMatchObject({
      passed: false,
      exit_code: 4,
      stdout_tail: "",
      stderr_tail: "1 + 2 is not 3\n",
      output: "Failed: ./test.sh, exit 4.\n\n1 + 2 is not 3",
    });
  });

  test("runs on the patched tree, and the workspace stays as it is", async () => {
    await writeFile(join(bench.root, "sum.sh"), "#!/bin/sh\necho 4\n", { mode: 0o755 });
    const before = snapshot();
    const patch =
      "--- a/sum.sh\n+++ b/sum.sh\n@@ -1,2 +1,2 @@\n #!/bin/sh\n-echo 4\n+echo 3\n--- /dev/null\n+++ b/deep/new.txt\n@@ -0,0 +1 @@\n+new\n";
    expect(
      await run({ argv: ["sh", "-c", "./test.sh && cat deep/new.txt && echo x > deep/other.txt"], patch }),
    ).toMatchObject({
      passed: true,
      stdout_tail: "ok\nnew\n",
      staged: { patched: 2, shifted: 0 },
    });
    expect(snapshot()).toBe(before);
  });

  test("a patch that does not fit, or leads out, did not pass, and nothing was run", async () => {
    const patch = (path: string): string => `--- a/${path}\n+++ b/${path}\n@@ -1 +1 @@\n-none\n+x\n`;
    await symlink(join(base, "outside"), join(bench.root, "out"));
    for (const [text, code] of [
      [patch("sum.sh"), "patch_does_not_apply"],
      ["not a patch", "patch_malformed"],
      [patch("../x"), "path_escape"],
      [patch("out/x"), "path_escape"],
      [patch(".git/config"), "path_closed"],
    ]) {
      const result = await run({ argv: ["./test.sh"], patch: text ?? "" });
      expect(result).toMatchObject({ passed: false, exit_code: null, refusal: { code }, staged: { patched: 0 } });
    }
  });

  test("the copy is writable and whole: modes, times, links, and no trace of journal and history", async () => {
    await mkdir(join(bench.root, "sub", ".git"), { recursive: true });
    await writeFile(join(bench.root, "sub", ".git", "config"), "secret");
    await writeFile(join(bench.own, "writ.db"), "journal");
    await symlink("sum.sh", join(bench.root, "link.sh"));
    await symlink("/etc/shadow", join(bench.root, "absolute"));
    await link(join(bench.root, "sum.sh"), join(bench.root, "hard.sh"));
    execFileSync("/usr/bin/mkfifo", [join(bench.root, "pipe")]);
    execFileSync("touch", ["-d", "2020-01-02T03:04:05Z", join(bench.root, "sum.sh")]);
    const listed = await shell(
      "find . | sort | tr '\\n' ' '; echo; stat -c '%a %Y' sum.sh; ./link.sh 2 2; cat absolute 2>&1; echo x >> hard.sh; rm -r sub; touch made && mkdir more",
    );
    expect(listed).toMatchObject({
      exit_code: 0,
      stdout_tail: expect.stringMatching(
        /^\. \.\/absolute \.\/hard\.sh \.\/link\.sh \.\/sub \.\/sum\.sh \.\/test\.sh \n755 1577934245\n4\ncat: absolute: No such file/,
      ) as unknown,
      staged: { left_out: 3 },
    });
    expect(await readFile(join(bench.root, "sum.sh"), "utf8")).not.toContain("x\n");
    expect(await readdir(bench.root)).not.toContain("made");
  });

  test("installed packages are shown for reading, and a link of that name leads nowhere", async () => {
    await mkdir(join(bench.root, "packages", "a", "node_modules", "dep"), { recursive: true });
    await mkdir(join(bench.root, "node_modules", "dep"), { recursive: true });
    await writeFile(join(bench.root, "node_modules", "dep", "index.js"), "dep");
    await writeFile(join(bench.root, "packages", "a", "node_modules", "dep", "index.js"), "inner");
    await mkdir(join(bench.root, "trick"));
    await mkdir(join(base, "outside"), { recursive: true });
    await writeFile(join(base, "outside", "secret"), "SECRET");
    await symlink(join(base, "outside"), join(bench.root, "trick", "node_modules"));
    const result = await shell(
      "cat node_modules/dep/index.js packages/a/node_modules/dep/index.js trick/node_modules/secret; touch node_modules/x packages/a/node_modules/x; true",
    );
    expect(result).toMatchObject({ stdout_tail: "depinner" });
    expect(JSON.stringify(result)).not.toContain("SECRET");
    expect(await readdir(join(bench.root, "node_modules"))).toEqual(["dep"]);
  });

  test("a sub-folder is copied alone, and is where the command stands", async () => {
    await mkdir(join(bench.root, "a", "b"), { recursive: true });
    await writeFile(join(bench.root, "a", "b", "c.txt"), "c");
    expect(await shell("pwd; ls; ls ..", { folder: "a/b" })).toMatchObject({
      stdout_tail: "/workspace/a/b\nc.txt\nb\n",
      staged: { files: 1 },
    });
    expect(await shell("pwd; ls ../..", { directory: "a/b" })).toMatchObject({
      stdout_tail: "/workspace/a/b\na\nsum.sh\ntest.sh\n",
    });
    await expect(shell("pwd", { folder: "../x" })).rejects.toMatchObject({ code: "path_escape" });
    await expect(shell("pwd", { folder: ".orchestrate" })).rejects.toMatchObject({ code: "path_closed" });
    await expect(shell("pwd", { folder: "none" })).rejects.toMatchObject({ code: "file_not_found" });
  });

  test("the environment is what is asked and allowed, with PATH and HOME of the sandbox", async () => {
    const result = await shell("env | sort", { environment: { NODE_ENV: "test", TEST_LEVEL: "2" } });
    expect(result).toMatchObject({
      stdout_tail:
        "CI=true\nHOME=/tmp\nLANG=C.UTF-8\nNODE_ENV=test\nPATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\nPWD=/workspace\nTEST_LEVEL=2\nTMPDIR=/tmp\n",
    });
    for (const name of [
      "NODE_OPTIONS",
      "LD_PRELOAD",
      "GIT_SSH_COMMAND",
      "PATH",
      "HOME",
      "HTTP_PROXY",
      "AWS_SECRET_ACCESS_KEY",
    ]) {
      await expect(shell("true", { environment: { [name]: "x" } })).rejects.toMatchObject({ kind: "schema_mismatch" });
    }
  });

  test("a command that takes too long is ended, and that is an answer", async () => {
    expect(await shell("echo begun; sleep 600", { timeout_ms: 500 })).toMatchObject({
      passed: false,
      exit_code: null,
      timed_out: true,
      stdout_tail: "begun\n",
    });
  });

  test("a call that is given up stops within two seconds and leaves no copy and no process", async () => {
    const abort = new AbortController();
    const running = run({ argv: ["sh", "-c", "sleep 600 # GIVENUP"] }, abort.signal);
    while ((await processesWith("GIVENUP")).length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    const began = performance.now();
    abort.abort(new Error("enough"));
    await expect(running).rejects.toThrow("enough");
    expect(performance.now() - began).toBeLessThan(2_000);
    expect(await processesWith("GIVENUP")).toEqual([]);
  });

  test("37: what a program prints is plain text to its last lines, and what is missing is counted", async () => {
    const printed = await shell("printf '\\033[31mred\\033[0m \\033]0;title\\007 a\\000b\\rc\\377\\n'; exit 1");
    expect(printed).toMatchObject({ stdout_tail: "red  abc\ufffd\n" });
    const long = await shell("seq 1 300000; echo problem >&2");
    expect(long).toMatchObject({
      stdout_tail: expect.stringMatching(/^[0-9]+\n(.*\n)*300000\n$/) as unknown,
      stderr_tail: "problem\n",
    });
    const { stdout_tail: tail, dropped } = long as { stdout_tail: string; dropped: { stdout: number } };
    expect(tail.length + dropped.stdout).toBe(
      Array.from(
        { length: 300_000 },
        (_, at) => `${at + 1}
`,
      ).join("").length,
    );
  });

  test("the preview names program, place and limits, and says that nothing is kept", async () => {
    const frozen = await runUnitTests(place()).freeze({ argv: ["./test.sh", "--all"] }, bench.call({ sandbox }));
    expect(frozen.preview).toMatchObject({
      kind: "command",
      title: "Run ./test.sh --all on a copy, and keep nothing of it",
      program: "/workspace/test.sh",
      directory: "/workspace",
      sandbox: "bubblewrap",
      network: "none",
      environment: ["CI", "HOME", "LANG", "PATH", "TMPDIR"],
      writes: "staging copy",
    });
    expect(frozen.live).toMatchObject({
      program: { path: "/workspace/test.sh", sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as unknown },
    });
    await expect(
      runUnitTests(place()).freeze({ argv: ["no-such-program"] }, bench.call({ sandbox })),
    ).rejects.toMatchObject({ kind: "schema_mismatch" });
  });

  test("the Node that runs Writ runs in the sandbox, wherever it is installed", async () => {
    const toolchain = toolchainOf(process.execPath, loadedLibraries);
    const withNode = openBubblewrap({
      clock: systemClock,
      entropy: systemEntropy,
      scratch: join(base, "scratch"),
      toolchain,
    });
    const tool = runUnitTests({ ...place(), path: toolchain.path });
    const { output } = await tool.run({ argv: ["node", "-p", "process.version"] }, bench.call({ sandbox: withNode }));
    expect(output).toMatchObject({ passed: true, stdout_tail: `${process.version}\n` });
  });

  test("without a sandbox nothing is run", async () => {
    await expect(runUnitTests(place()).run({ argv: ["./test.sh"] }, bench.call())).rejects.toMatchObject({
      code: "sandbox_unavailable",
    });
  });
});

describe("copies of the workspace", () => {
  test("one whose process died is found by its name and removed, whatever was done to its folders", async () => {
    const place = await mkdtemp(join("/var/tmp", "writ-sweep-"));
    await using bench = await toolBench(null);
    await using alive = await openStaging(bench.files, place, ".", new AbortController().signal);
    await mkdir(join(place, "1234567-1-0", "locked"), { recursive: true });
    await writeFile(join(place, "1234567-1-0", "locked", "file"), "");
    await chmod(join(place, "1234567-1-0", "locked"), 0o000);
    await mkdir(join(place, `${process.pid}-1-0`));
    await mkdir(join(place, "not-a-copy"));
    expect(await sweepStaging(place)).toBe(2);
    expect((await readdir(place)).length).toBe(2);
    expect(await readdir(place)).toContain("not-a-copy");
    await alive.files.write("still.txt", Buffer.from("here"), { expect: "absent", mode: null });
    await alive[Symbol.asyncDispose]();
    expect(await readdir(place)).toEqual(["not-a-copy"]);
    await rm(place, { recursive: true });
  });
});

import { link, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { OrchestratorError, type FilePreview, type JsonObject } from "@writ/core";
import type { Tool, ToolCall, ToolOutcome, WorkspaceFiles } from "@writ/runtime";
import { fixturePath, toolBench, type ToolBench } from "@writ/testkit/build/tool-bench";
import { spawnSync } from "node:child_process";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { DEFAULT_PATCH_LIMITS } from "./patch-limits.ts";
import { previousContentsIn } from "./previous-contents.ts";
import { proposePatch } from "./propose-patch.ts";
import { restoreFiles } from "./restore.ts";

let bench: ToolBench;
let patch = "";
let tool: Tool;
const previous = () => previousContentsIn(join(bench.own, "previous"));
const PATHS = ["src/registration.js", "src/validation.js", "test/registration.js"];

beforeEach(async () => {
  bench = await toolBench("code-base");
  patch = await readFile(fixturePath("patches/add-validation.patch"), "utf8");
  tool = proposePatch(previous());
});
afterEach(async () => {
  await bench[Symbol.asyncDispose]();
});

const contents = async (): Promise<readonly (string | null)[]> =>
  await Promise.all(
    PATHS.map(async (path) =>
      (await bench.files.stat(path)) === null ? null : await readFile(join(bench.root, path), "utf8"),
    ),
  );

/** The project's own tests, by bare node. */
function testsPass(): boolean {
  const { NODE_TEST_CONTEXT: _, ...environment } = process.env;
  return spawnSync(process.execPath, ["--test"], { cwd: bench.root, env: environment }).status === 0;
}

async function takeBack(outcome: ToolOutcome): Promise<void> {
  expect(outcome.undo?.tool).toBe("files.restore_many");
  await restoreFiles(previous()).run(outcome.undo?.args ?? {}, bench.call());
}

test("a patch is shown with the real result of each file, and changes nothing", async () => {
  const before = await contents();
  const { preview, live } = await tool.freeze({ patch }, bench.call());
  const files = preview.kind === "files" ? preview : null;
  expect(files?.title).toBe("Change 3 files");
  expect(files?.changes.map(({ path, change, added, removed }) => [path, change, added, removed])).toEqual([
    ["src/registration.js", "overwrite", 3, 2],
    ["src/validation.js", "create", 10, 0],
    ["test/registration.js", "overwrite", 7, 0],
  ]);
  expect(live["targets"]).toMatchObject([
    { path: "src/registration.js", exists: true },
    { path: "src/validation.js", exists: false },
    {},
  ]);
  expect(await contents()).toEqual(before);
});

test("approved, it is applied to the last byte, and the project's tests pass", async () => {
  const { preview, live } = await tool.freeze({ patch }, bench.call());
  const outcome = await tool.run({ patch }, bench.call({ frozen: live }));
  const shown = preview.kind === "files" ? preview.changes : [];
  expect(outcome.artifacts).toEqual(
    shown.map(({ path, after }) => ({ path, sha256: after?.sha256, bytes: after?.bytes })),
  );
  expect(outcome.output).toMatchObject({
    added: 20,
    removed: 2,
    risk: "medium",
    diff: shown.map(({ diff }) => diff).join(""),
    shifted: [],
  });
  expect(testsPass()).toBe(true);
});

test("the other patch is applied as faithfully, and the project's tests fail", async () => {
  const tooStrict = await readFile(fixturePath("patches/add-validation-too-strict.patch"), "utf8");
  expect(testsPass()).toBe(true);
  const outcome = await tool.run({ patch: tooStrict }, bench.call());
  expect(testsPass()).toBe(false);
  await takeBack(outcome);
  expect(testsPass()).toBe(true);
});

test("taken back, every file is as it was, and a new one is gone", async () => {
  const before = await contents();
  await takeBack(await tool.run({ patch }, bench.call()));
  expect(await contents()).toEqual(before);
});

test("it is not taken back when one of its files was changed since: not even the others", async () => {
  const outcome = await tool.run({ patch }, bench.call());
  await writeFile(join(bench.root, "src/validation.js"), "// edited by hand\n");
  const edited = await contents();
  await expect(takeBack(outcome)).rejects.toMatchObject({ kind: "evidence_stale" });
  expect(await contents()).toEqual(edited);
});

test("when one file moved after the approval, no file is changed", async () => {
  const { live } = await tool.freeze({ patch }, bench.call());
  await writeFile(
    join(bench.root, "test/registration.js"),
    `${await readFile(join(bench.root, "test/registration.js"), "utf8")}\n`,
  );
  const before = await contents();
  await expect(tool.run({ patch }, bench.call({ frozen: live }))).rejects.toMatchObject({ kind: "evidence_stale" });
  expect(await contents()).toEqual(before);
});

test("when the last file cannot be written, the others are put back", async () => {
  await link(join(bench.root, "test/registration.js"), join(bench.root, "test/second-name.js"));
  const before = await contents();
  await expect(tool.run({ patch }, bench.call())).rejects.toMatchObject({ code: "file_not_regular" });
  expect(await contents()).toEqual(before);
});

/** The files until so many changes were made; after that nothing happens any more, as when the process was killed. */
function dyingAfter(changes: number): WorkspaceFiles {
  let left = changes;
  const live = <T>(act: () => Promise<T>): Promise<T> => {
    if (left === 0) return Promise.reject(new OrchestratorError("file_io", "killed"));
    left -= 1;
    return act();
  };
  return {
    ...bench.files,
    write: (path, bytes, options) => live(() => bench.files.write(path, bytes, options)),
    remove: (path, options) => live(() => bench.files.remove(path, options)),
  };
}

describe.each([0, 1, 2, 3])("killed after %i of 3 changes and repeated under its key", (changes) => {
  const killed = async (over: Partial<ToolCall>): Promise<void> => {
    const attempt = tool.run({ patch }, bench.call({ ...over, files: dyingAfter(changes) }));
    if (changes < 3) await expect(attempt).rejects.toThrow(/killed|put back/);
    else await attempt;
  };

  test("it is completed, and taken back whole", async () => {
    const before = await contents();
    const { live } = await tool.freeze({ patch }, bench.call());
    const over = { idempotencyKey: "ik_killed", frozen: live };
    await killed(over);
    const outcome = await tool.run({ patch }, bench.call({ ...over, attempt: 2 }));
    expect(testsPass()).toBe(true);
    expect(outcome.output).toMatchObject({ added: 20, removed: 2 });
    await takeBack(outcome);
    expect(await contents()).toEqual(before);
  });

  test("it stops where somebody changed a file that was left", async () => {
    const { live } = await tool.freeze({ patch }, bench.call());
    const over = { idempotencyKey: "ik_killed", frozen: live };
    await killed(over);
    if (changes === 3) return;
    await writeFile(join(bench.root, "test/registration.js"), "// edited by hand\n");
    const before = await contents();
    await expect(tool.run({ patch }, bench.call({ ...over, attempt: 2 }))).rejects.toThrow(/test\/registration\.js/);
    expect(await contents()).toEqual(before);
  });
});

test("a patch that could be applied twice is not, when its answer was lost", async () => {
  const insertion = "--- a/README.md\n+++ b/README.md\n@@ -1,0 +1,1 @@\n+Once.\n";
  await tool.run({ patch: insertion }, bench.call({ idempotencyKey: "ik_lost" }));
  await tool.run({ patch: insertion }, bench.call({ idempotencyKey: "ik_lost" }));
  const text = await readFile(join(bench.root, "README.md"), "utf8");
  expect(text.match(/Once\./g)).toHaveLength(1);
});

test("deleting and renaming are changes like others, and are taken back", async () => {
  const rename =
    "diff --git a/src/store.js b/src/rows.js\nsimilarity index 100%\nrename from src/store.js\nrename to src/rows.js\n" +
    `diff --git a/test/guestbook.js b/test/guestbook.js\ndeleted file mode 100644\n--- a/test/guestbook.js\n+++ /dev/null\n${removal(
      await readFile(join(bench.root, "test/guestbook.js"), "utf8"),
    )}`;
  const { preview } = await tool.freeze({ patch: rename }, bench.call());
  expect(preview).toMatchObject({ title: "Change 3 files" });
  const outcome = await tool.run({ patch: rename }, bench.call());
  expect(await bench.files.stat("src/store.js")).toBeNull();
  expect(await bench.files.stat("test/guestbook.js")).toBeNull();
  expect(await bench.files.stat("src/rows.js")).not.toBeNull();
  await takeBack(outcome);
  expect(testsPass()).toBe(true);
});

test("a file that acts by itself is named, and raises the risk", async () => {
  const manifest =
    '--- a/package.json\n+++ b/package.json\n@@ -2,1 +2,1 @@\n-  "name": "guestbook",\n+  "name": "gästebuch",\n';
  const { output } = await tool.run({ patch: manifest }, bench.call());
  expect(output).toMatchObject({ risk: "high", files: [{ path: "package.json", sensitivity: "package_manifest" }] });
});

test("a file that becomes a program is named too, whatever it is called", async () => {
  const program =
    "diff --git a/tools/run b/tools/run\nnew file mode 100755\n--- /dev/null\n+++ b/tools/run\n@@ -0,0 +1 @@\n+true\n";
  const { output } = await tool.run({ patch: program }, bench.call());
  expect(output).toMatchObject({ risk: "high", files: [{ path: "tools/run", sensitivity: "executable" }] });
  expect((await bench.files.stat("tools/run"))?.mode).toBe("0755");
});

describe("a patch is refused as a whole", () => {
  const refused = async (args: JsonObject, made: Tool = tool): Promise<unknown> => {
    const before = await contents();
    const frozen = made.freeze(args, bench.call()).catch((error: unknown) => error);
    const ran = made.run(args, bench.call()).catch((error: unknown) => error);
    const [a, b] = await Promise.all([frozen, ran]);
    expect(await contents()).toEqual(before);
    const code = b instanceof OrchestratorError ? b.code : b;
    expect(a instanceof OrchestratorError ? a.code : a).toEqual(code);
    return code;
  };
  const diff = (path: string): string => `--- a/${path}\n+++ b/${path}\n@@ -0,0 +1 @@\n+x\n`;

  test("when it is no patch", async () => expect(await refused({ patch: "please change it" })).toBe("patch_malformed"));
  test("when its lines are not there", async () => {
    await rm(join(bench.root, "src/registration.js"));
    await writeFile(join(bench.root, "src/registration.js"), "// all new\n");
    expect(await refused({ patch })).toBe("patch_does_not_apply");
  });
  test("when it leaves the workspace", async () => expect(await refused({ patch: diff("../x") })).toBe("path_escape"));
  test("when it enters the journal", async () =>
    expect(await refused({ patch: diff(".orchestrate/x") })).toBe("path_closed"));
  test("when one file is out of scope", async () => {
    expect(await refused({ patch, scope: ["src/**"] })).toBe("patch_out_of_scope");
    expect(await refused({ patch, scope: [] })).toBe("patch_out_of_scope");
  });
  test("when it changes more than is allowed", async () => {
    expect(await refused({ patch }, proposePatch(previous(), { ...DEFAULT_PATCH_LIMITS, maxFiles: 2 }))).toBe(
      "patch_too_large",
    );
    expect(await refused({ patch }, proposePatch(previous(), { ...DEFAULT_PATCH_LIMITS, maxLines: 21 }))).toBe(
      "patch_too_large",
    );
  });
  test("when a file is no text", async () => {
    await writeFile(join(bench.root, "src/registration.js"), new Uint8Array([0, 1]));
    expect(await refused({ patch })).toBe("patch_does_not_apply");
  });
});

test("preview of one file's change", async () => {
  const { preview } = await tool.freeze(
    { patch: '--- a/package.json\n+++ b/package.json\n@@ -2,1 +2,1 @@\n-  "name": "guestbook",\n+  "name": "x",\n' },
    bench.call(),
  );
  const files: FilePreview | null = preview.kind === "files" ? preview : null;
  expect(files?.title).toBe("Overwrite package.json");
});

function removal(text: string): string {
  const lines = text.trimEnd().split("\n");
  return `@@ -1,${lines.length} +0,0 @@\n${lines.map((line) => `-${line}\n`).join("")}`;
}

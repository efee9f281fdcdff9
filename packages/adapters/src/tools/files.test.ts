import { mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { isJsonObject, type JsonObject } from "@writ/core";
import { toolBench, type ToolBench } from "@writ/testkit/build/tool-bench";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { deleteFiles } from "./delete-files.ts";
import { listFiles, readFile as readFileTool } from "./files.ts";

let bench: ToolBench;
beforeEach(async () => {
  bench = await toolBench("notes");
});
afterEach(async () => {
  await bench[Symbol.asyncDispose]();
});

test("files.list lists in order of path, says what it leaves out and when it is cut", async () => {
  await symlink("/etc/passwd", join(bench.root, "team/link"));
  const { output } = await listFiles.run({ folder: "team", glob: "**/*.{md,txt}" }, bench.call());
  const files = isJsonObject(output) && Array.isArray(output["files"]) ? output["files"] : [];
  expect(files.map((file: JsonObject) => file["path"])).toEqual([
    "team/besprechung.md",
    "team/onboarding.txt",
    "team/retention.md",
    "team/tokyo.md",
  ]);
  expect(output).toMatchObject({ truncated: false, skipped: { links: 1, special: 0 } });
  expect((await listFiles.run({ limit: 3 }, bench.call())).output).toMatchObject({ truncated: true });
});

test("files.read answers text as text and other bytes as Base64", async () => {
  expect((await readFileTool.run({ path: "team/tokyo.md" }, bench.call())).output).toMatchObject({
    encoding: "text",
    mode: "0644",
  });
  await writeFile(join(bench.root, "a.bin"), new Uint8Array([0, 255]));
  expect((await readFileTool.run({ path: "a.bin" }, bench.call())).output).toMatchObject({
    encoding: "base64",
    content: "AP8=",
    bytes: 2,
  });
  await expect(readFileTool.run({ path: "a.bin", max_bytes: 1 }, bench.call())).rejects.toMatchObject({
    code: "file_too_large",
  });
});

describe("files.delete", () => {
  const paths = ["ideas.md", "team/tokyo.md"];
  const freeze = async () => await deleteFiles.freeze({ paths }, bench.call());
  const remove = async (frozen = {}) => (await deleteFiles.run({ paths }, bench.call({ frozen }))).output;
  const there = async (): Promise<readonly boolean[]> =>
    await Promise.all(paths.map(async (path) => (await bench.files.stat(path)) !== null));

  test("shows what will be gone, with sizes, and that no copy is kept", async () => {
    const { preview, live } = await freeze();
    expect(preview).toMatchObject({ kind: "files", title: "Delete 2 files, 439 bytes, and keep no copy" });
    const changes = preview.kind === "files" ? preview.changes : [];
    expect(changes.map(({ path, change, after, removed }) => [path, change, after, removed])).toEqual([
      ["ideas.md", "delete", null, 6],
      ["team/tokyo.md", "delete", null, 4],
    ]);
    expect(changes[0]?.before?.bytes).toBe(Buffer.byteLength(await readFile(join(bench.root, "ideas.md"))));
    expect(live["targets"]).toMatchObject([
      { path: "ideas.md", exists: true },
      { path: "team/tokyo.md", exists: true },
    ]);
    expect(await there()).toEqual([true, true]);
  });

  test("deletes what was approved, and a repeated call finds it done", async () => {
    const { live } = await freeze();
    expect(await remove(live)).toMatchObject({
      deleted: [{ path: "ideas.md" }, { path: "team/tokyo.md" }],
      absent: [],
    });
    expect(await there()).toEqual([false, false]);
    expect(await remove(live)).toEqual({ deleted: [], absent: paths });
  });

  test("deletes nothing when one file is not what was approved", async () => {
    const { live } = await freeze();
    await writeFile(join(bench.root, "team/tokyo.md"), "new");
    await expect(remove(live)).rejects.toMatchObject({ kind: "evidence_stale" });
    expect(await there()).toEqual([true, true]);
  });

  test("does not reach outside, into what is closed, or through a link", async () => {
    await mkdir(join(bench.root, ".git"));
    await writeFile(join(bench.root, ".git/config"), "x");
    await symlink(join(bench.root, "ideas.md"), join(bench.root, "link.md"));
    for (const [path, code] of [
      ["../x", "path_escape"],
      [".git/config", "path_closed"],
      ["link.md", "path_escape"],
      ["team", "file_not_regular"],
    ]) {
      await expect(deleteFiles.run({ paths: [path ?? ""] }, bench.call())).rejects.toMatchObject({ code });
    }
    await expect(deleteFiles.run({ paths: ["ideas.md", "ideas.md"] }, bench.call())).rejects.toMatchObject({
      kind: "schema_mismatch",
    });
    expect(deleteFiles.spec.tier).toBe("destructive");
  });
});

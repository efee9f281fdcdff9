import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { createServer } from "node:net";
import {
  chmod,
  link,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { OrchestratorError } from "@writ/core";
import type { Expected, WorkspaceFiles } from "@writ/runtime";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { nodeHasher } from "../system/sha256.ts";
import type { Lookup } from "./descriptor.ts";
import { openWorkspaceFiles } from "./workspace-files.ts";

const text = (content: string): Uint8Array => Buffer.from(content);
const sha = (content: string): Expected => ({ sha256: nodeHasher.sha256Hex(content) });
const anything = { expect: "anything", mode: null } as const;
const codeOf = (error: unknown): string => (error instanceof OrchestratorError ? error.code : String(error));
const all = { include: [], skipFolders: [], maxFiles: 100 };

describe.each<Lookup>(["descriptor", "path"])("files of a workspace, looked up by %s", (lookup) => {
  let base = "";
  let root = "";
  let files: WorkspaceFiles;

  beforeEach(async () => {
    base = await mkdtemp(join(tmpdir(), "writ-files-"));
    root = join(base, "workspace");
    await mkdir(join(root, "notes"), { recursive: true });
    await mkdir(join(base, "outside"));
    await writeFile(join(base, "outside", "secret.md"), "secret");
    await writeFile(join(root, "notes", "a.md"), "a");
    files = await openWorkspaceFiles(root, { lookup });
  });
  afterEach(async () => {
    await rm(base, { recursive: true, force: true });
  });

  const onDisk = (path: string): Promise<string> => readFile(join(root, path), "utf8");

  test("what is written is read back, in new folders too, and nothing is left beside it", async () => {
    const written = await files.write("deep/er/ünï 日本.md", text("hello"), { expect: "absent", mode: null });
    const content = await files.read("deep/er/ünï 日本.md", 5);
    expect(Buffer.from(content.content).toString()).toBe("hello");
    expect(written).toMatchObject({ path: "deep/er/ünï 日本.md", bytes: 5, links: 1 });
    expect(await files.stat("deep/er/ünï 日本.md")).toEqual(written);
    expect(await readdir(join(root, "deep/er"))).toEqual(["ünï 日本.md"]);
  });

  test("an overwritten file keeps its mode, a new one takes 0644 without the umask's bits, or what is asked", async () => {
    await chmod(join(root, "notes/a.md"), 0o640);
    expect((await files.write("notes/a.md", text("b"), anything)).mode).toBe("0640");
    expect((await files.write("notes/new.md", text("b"), anything)).mode).toBe(
      (0o644 & ~process.umask()).toString(8).padStart(4, "0"),
    );
    expect((await files.write("notes/run.sh", text("b"), { expect: "absent", mode: "0755" })).mode).toBe("0755");
  });

  test("a change happens only to what was looked at", async () => {
    await expect(files.write("notes/a.md", text("b"), { expect: sha("other"), mode: null })).rejects.toMatchObject({
      code: "evidence_moved",
    });
    await expect(files.write("notes/a.md", text("b"), { expect: "absent", mode: null })).rejects.toMatchObject({
      code: "evidence_moved",
    });
    await expect(files.write("gone/b.md", text("b"), { expect: sha("b"), mode: null })).rejects.toMatchObject({
      code: "evidence_moved",
    });
    await expect(files.remove("notes/a.md", { expect: sha("other") })).rejects.toMatchObject({
      code: "evidence_moved",
    });
    expect(await onDisk("notes/a.md")).toBe("a");
    expect(await readdir(root)).toEqual(["notes"]);
    await files.write("notes/a.md", text("b"), { expect: sha("a"), mode: null });
    expect(await onDisk("notes/a.md")).toBe("b");
    await files.remove("notes/a.md", { expect: sha("b") });
    expect(await files.stat("notes/a.md")).toBeNull();
    await expect(files.remove("notes/a.md", { expect: "anything" })).rejects.toMatchObject({ code: "file_not_found" });
  });

  test("two writers that both expect no file: one wins, the other is told", async () => {
    const other = await openWorkspaceFiles(root, { lookup });
    let [won, told] = [0, 0];
    for (let round = 0; round < 50; round += 1) {
      const path = `race-${round}.md`;
      const ends = await Promise.allSettled(
        [files, other, files].map((each, at) => each.write(path, text(String(at)), { expect: "absent", mode: null })),
      );
      won += ends.filter((end) => end.status === "fulfilled").length;
      const refused = ends.flatMap((end) => (end.status === "rejected" ? [end.reason as unknown] : []));
      for (const reason of refused) expect(reason).toMatchObject({ code: "evidence_moved" });
      told += refused.length;
      expect((await lstat(join(root, path))).nlink).toBe(1);
    }
    expect([won, told]).toEqual([50, 100]);
  });

  test("an edit that comes while the new bytes are being written is seen, and kept", async () => {
    const change = files.write("notes/a.md", new Uint8Array(40_000_000), { expect: sha("a"), mode: null });
    const ended = Promise.allSettled([change]);
    while ((await readdir(join(root, "notes"))).length === 1) await new Promise(setImmediate);
    writeFileSync(join(root, "notes/a.md"), "edited");
    await ended;
    await expect(change).rejects.toMatchObject({ code: "evidence_moved" });
    expect(await onDisk("notes/a.md")).toBe("edited");
    expect(await readdir(join(root, "notes"))).toEqual(["a.md"]);
  });

  test("of several changes at once that expect the same bytes only one happens", async () => {
    for (let round = 0; round < 30; round += 1) {
      const path = `notes/${round}.md`;
      await writeFile(join(root, path), "a");
      const changes = Array.from({ length: 8 }, (_, at) =>
        files.write(path, text(`b${at}`), { expect: sha("a"), mode: null }),
      );
      const ends = await Promise.allSettled(changes);
      expect(ends.filter((end) => end.status === "fulfilled")).toHaveLength(1);
      expect(ends.filter((end) => end.status === "rejected" && codeOf(end.reason) === "evidence_moved")).toHaveLength(
        7,
      );
    }
  });

  test("a file is too large when it is over the limit, not at it", async () => {
    await expect(files.read("notes/a.md", 0)).rejects.toMatchObject({ code: "file_too_large" });
    expect((await files.read("notes/a.md", 1)).bytes).toBe(1);
  });

  test("what is not there is said to be not there", async () => {
    await expect(files.read("notes/none.md", 9)).rejects.toMatchObject({ code: "file_not_found" });
    await expect(files.read("none/none.md", 9)).rejects.toMatchObject({ code: "file_not_found" });
    expect(await files.stat("none/none.md")).toBeNull();
    await expect(openWorkspaceFiles(join(base, "none"))).rejects.toMatchObject({ code: "file_not_found" });
  });

  test("folders that are not there are counted, and empty ones go from the innermost outwards", async () => {
    expect(await files.missingFolders("notes/x.md")).toBe(0);
    expect(await files.missingFolders("notes/b/c/x.md")).toBe(2);
    await mkdir(join(root, "notes", "b", "c"), { recursive: true });
    expect(await files.missingFolders("notes/b/c/x.md")).toBe(0);
    expect(await files.removeEmptyFolders("notes/b/c/x.md", 1)).toEqual(["notes/b/c"]);
    expect(await files.removeEmptyFolders("notes/b/c/x.md", 9)).toEqual(["notes/b"]);
    expect(await files.removeEmptyFolders("x.md", 9)).toEqual([]);
    expect(await onDisk("notes/a.md")).toBe("a");
  });

  test("a link is no folder to count, and none to remove", async () => {
    await mkdir(join(base, "outside", "empty"));
    await symlink(join(base, "outside"), join(root, "way"));
    await symlink(join(base, "outside", "empty"), join(root, "gap"));
    expect(codeOf(await files.missingFolders("way/empty/x.md").catch((error: unknown) => error))).toBe("path_escape");
    expect(await files.removeEmptyFolders("way/empty/x.md", 1)).toEqual([]);
    expect(await files.removeEmptyFolders("gap/x.md", 1)).toEqual([]);
    expect((await lstat(join(base, "outside", "empty"))).isDirectory()).toBe(true);
    expect((await lstat(join(root, "gap"))).isSymbolicLink()).toBe(true);
  });

  test("a path that leaves is refused before anything is opened", async () => {
    for (const path of [
      "../outside/secret.md",
      "/etc/passwd",
      "notes/../../outside/secret.md",
      "a\0b",
      "",
      "notes//a.md",
    ]) {
      await expect(files.read(path, 9)).rejects.toMatchObject({ code: "path_escape" });
      await expect(files.write(path, text("x"), anything)).rejects.toMatchObject({ code: "path_escape" });
      await expect(files.remove(path, { expect: "anything" })).rejects.toMatchObject({ code: "path_escape" });
    }
    await expect(files.list("../outside", all)).rejects.toMatchObject({ code: "path_escape" });
    await expect(files.write("sub/.Orchestrate/writ.db", text("x"), anything)).rejects.toMatchObject({
      code: "path_closed",
    });
    await expect(files.read(".git/config", 9)).rejects.toMatchObject({ code: "path_closed" });
  });

  test("a symbolic link is refused in every place of a path, also one that stays inside", async () => {
    await symlink(join(base, "outside"), join(root, "out"));
    await symlink("notes", join(root, "in"));
    await symlink(join(base, "outside", "secret.md"), join(root, "notes", "link.md"));
    for (const path of ["out/secret.md", "in/a.md", "notes/link.md"]) {
      await expect(files.read(path, 9)).rejects.toMatchObject({ code: "path_escape" });
      await expect(files.stat(path)).rejects.toMatchObject({ code: "path_escape" });
      await expect(files.write(path, text("x"), anything)).rejects.toMatchObject({ code: "path_escape" });
      await expect(files.remove(path, { expect: "anything" })).rejects.toMatchObject({ code: "path_escape" });
    }
    await expect(files.write("out/new.md", text("x"), anything)).rejects.toMatchObject({ code: "path_escape" });
    await expect(files.list("out", all)).rejects.toMatchObject({ code: "path_escape" });
    expect(await readdir(join(base, "outside"))).toEqual(["secret.md"]);
    expect(await readFile(join(base, "outside", "secret.md"), "utf8")).toBe("secret");
  });

  // Requirement 31.
  test("31: hard links, fifos, devices, sockets and folders are no files to write, and a fifo is not waited for", async () => {
    await link(join(base, "outside", "secret.md"), join(root, "notes", "hard.md"));
    execFileSync("/usr/bin/mkfifo", [join(root, "pipe")]);
    const server = createServer().listen(join(root, "socket"));
    await new Promise((resolve) => server.once("listening", resolve));
    const special = ["pipe", "socket", "notes"];
    if (process.getuid?.() === 0) {
      execFileSync("mknod", [join(root, "zero"), "c", "1", "5"]);
      special.push("zero");
    }
    for (const path of ["notes/hard.md", ...special]) {
      await expect(files.write(path, text("x"), anything)).rejects.toMatchObject({ code: "file_not_regular" });
      await expect(files.remove(path, { expect: "anything" })).rejects.toMatchObject({ code: "file_not_regular" });
    }
    for (const path of special) await expect(files.read(path, 9)).rejects.toMatchObject({ code: "file_not_regular" });
    expect(await readFile(join(base, "outside", "secret.md"), "utf8")).toBe("secret");
    server.close();
  });

  test("a list is in order of path, and what it leaves out is counted", async () => {
    for (const path of [
      "b/c.md",
      "b-a.md",
      "b.md",
      "b/.hidden",
      "node_modules/x.js",
      ".git/config",
      "b/.orchestrate/x",
    ]) {
      await mkdir(join(root, path, ".."), { recursive: true });
      await writeFile(join(root, path), path);
    }
    await symlink(base, join(root, "b", "link"));
    execFileSync("/usr/bin/mkfifo", [join(root, "pipe")]);
    await writeFile(Buffer.concat([Buffer.from(`${root}/b/`), Buffer.from([0xff, 0xfe])]), "");
    await writeFile(join(root, ".writ-1-0.tmp"), "");
    const listed = await files.list("", { ...all, skipFolders: ["node_modules"] });
    expect(listed.files.map(({ path }) => path)).toEqual(["b-a.md", "b.md", "b/.hidden", "b/c.md", "notes/a.md"]);
    expect(listed.skipped).toEqual({ links: 1, special: 4, folders: 1 });
    expect(listed.truncated).toBe(false);
    const cut = await files.list(".", { include: ["**/*.md"], skipFolders: ["node_modules"], maxFiles: 2 });
    expect([cut.files.map(({ path }) => path), cut.truncated]).toEqual([["b-a.md", "b.md"], true]);
    expect((await files.list("b", { ...all, maxFiles: 2 })).truncated).toBe(false);
  });

  test("a writer that died leaves a file that is known for what it is and goes at the next write", async () => {
    const dead = execFileSync("sh", ["-c", "echo $$"]).toString().trim();
    await writeFile(join(root, "notes", `.writ-${dead}-0.tmp`), "half");
    await writeFile(join(root, "notes", `.writ-${process.pid}-zz.tmp`), "being written");
    await writeFile(join(root, "notes", "published.md"), "p");
    await link(join(root, "notes", "published.md"), join(root, "notes", `.writ-${dead}-1.tmp`));
    await files.write("notes/published.md", text("q"), { expect: sha("p"), mode: null });
    expect(await readdir(join(root, "notes"))).toEqual([`.writ-${process.pid}-zz.tmp`, "a.md", "published.md"]);
  });

  test("a name left by an earlier process with our number is stepped over", async () => {
    const written = await files.write("notes/b.md", text("b"), anything);
    for (let next = 0; next < 400; next += 1)
      await writeFile(join(root, `.writ-${process.pid}-${next.toString(36)}.tmp`), "old");
    await files.write("c.md", text("c"), anything);
    expect([written.bytes, await onDisk("c.md")]).toEqual([1, "c"]);
  });

  test("another folder under the same name is not the workspace", async () => {
    await rename(root, join(base, "moved"));
    await mkdir(root);
    await writeFile(join(root, "a.md"), "a");
    await expect(files.read("a.md", 9)).rejects.toMatchObject({ code: "path_escape" });
    await rm(root, { recursive: true });
    await symlink(join(base, "moved"), root);
    await expect(files.read("notes/a.md", 9)).rejects.toMatchObject({ code: "path_escape" });
  });

  test("a file's identity tells a rewrite with the same bytes, size and time", async () => {
    const before = await files.stat("notes/a.md");
    const { atime, mtime } = await stat(join(root, "notes/a.md"));
    await files.write("notes/a.md", text("a"), anything);
    execFileSync("touch", ["-d", `@${mtime.getTime() / 1_000}`, join(root, "notes/a.md")]);
    expect((await files.stat("notes/a.md"))?.identity).not.toBe(before?.identity);
    expect(atime.getTime()).toBeGreaterThan(0);
  });

  test("no descriptor stays open", async () => {
    const open = async (): Promise<number> => (await readdir("/proc/self/fd")).length;
    const before = await open();
    for (let round = 0; round < 20; round += 1) {
      await files.write("x/y/z.md", text("z"), anything);
      await files.read("x/y/z.md", 9);
      await files.list("", all);
      await expect(files.read("x/none/z.md", 9)).rejects.toThrow("no such file");
      await expect(files.write("notes", text("z"), anything)).rejects.toThrow("folder");
    }
    expect(await open()).toBe(before);
  });
});

import { chmod, mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { isJsonObject, type FilePreview, type Json, type JsonObject } from "@writ/core";
import type { Frozen, Tool, ToolCall, ToolOutcome } from "@writ/runtime";
import { toolBench, type ToolBench } from "@writ/testkit/build/tool-bench";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { nodeHasher } from "../system/sha256.ts";
import { applyPatch } from "./apply-patch.ts";
import { getDoc, writeDoc } from "./docs.ts";
import { writeFile as writeFileTool } from "./files.ts";
import { parsePatch } from "./parse-patch.ts";
import { previousContentsIn } from "./previous-contents.ts";
import { restoreFile } from "./restore.ts";

let bench: ToolBench;
const previous = () => previousContentsIn(join(bench.own, "previous"));

beforeEach(async () => {
  bench = await toolBench("notes");
});
afterEach(async () => {
  await bench[Symbol.asyncDispose]();
});

const onDisk = async (path: string): Promise<string> => await readFile(join(bench.root, path), "utf8");
const isThere = async (path: string): Promise<boolean> => (await bench.files.stat(path)) !== null;
const sha = (text: string): string => nodeHasher.sha256Hex(text);

test("docs.get_doc reads a file whole, and refuses what is no text", async () => {
  const text = await onDisk("ideas.md");
  const { output } = await getDoc.run({ path: "ideas.md" }, bench.call());
  expect(output).toMatchObject({ path: "ideas.md", text, sha256: sha(text), bytes: text.length, lines: 6 });
  await writeFile(join(bench.root, "photo.png"), new Uint8Array([137, 80, 78, 71, 0]));
  await expect(getDoc.run({ path: "photo.png" }, bench.call())).rejects.toMatchObject({ kind: "schema_mismatch" });
  await expect(getDoc.run({ path: "../x" }, bench.call())).rejects.toMatchObject({ code: "path_escape" });
  await expect(getDoc.run({ path: ".git/config" }, bench.call())).rejects.toMatchObject({ code: "path_closed" });
});

const writers: readonly [string, () => Tool, (path: string, text: string) => JsonObject][] = [
  ["docs.write_doc", () => writeDoc(previous()), (path, text) => ({ path, text })],
  ["files.write", () => writeFileTool(previous()), (path, text) => ({ path, content: text })],
];

describe.each(writers)("%s", (name, make, argsOf) => {
  const write = async (path: string, text: string, over: Partial<ToolCall> = {}): Promise<ToolOutcome> =>
    await make().run(argsOf(path, text), bench.call(over));
  const freeze = async (path: string, text: string): Promise<Frozen> =>
    await make().freeze(argsOf(path, text), bench.call());
  const takeBack = async (outcome: ToolOutcome, over: Partial<ToolCall> = {}): Promise<ToolOutcome> => {
    if (outcome.undo === null) throw new Error("nothing to take back");
    expect(outcome.undo.tool).toBe("files.restore");
    return await restoreFile(previous()).run(outcome.undo.args, bench.call(over));
  };

  test("shows a new file as a diff that makes it", async () => {
    const { preview, live } = await freeze("briefs/2026-11-20.md", "# Brief\n\nNo newline");
    expect(live).toEqual({ target: { exists: false, sha256: null, bytes: 0, mode: null } });
    const [change] = filesOf(preview).changes;
    expect(filesOf(preview).title).toBe("Create briefs/2026-11-20.md");
    expect(change).toMatchObject({ change: "create", added: 3, removed: 0, before: null });
    expect(change?.after).toEqual({ bytes: 19, sha256: sha("# Brief\n\nNo newline"), mode: "0644" });
    expect(applied(change?.diff ?? "", {})).toEqual({ "briefs/2026-11-20.md": "# Brief\n\nNo newline" });
    expect(await isThere("briefs/2026-11-20.md")).toBe(false);
  });

  test("shows a change as the unified diff of what is there", async () => {
    const before = await onDisk("release.md");
    const after = before.replace("Tuesday", "Wednesday").replace("- [x] Freeze the branch\n", "");
    const { preview, live } = await freeze("release.md", after);
    const [change] = filesOf(preview).changes;
    expect(filesOf(preview).title).toBe("Overwrite release.md");
    expect(change).toMatchObject({ added: 1, removed: 2 });
    expect(change?.diff).toContain("\n-The release moves to Tuesday, 24 November 2026.");
    expect(applied(change?.diff ?? "", { "release.md": before })).toEqual({ "release.md": after });
    expect(live).toEqual({
      target: { exists: true, sha256: sha(before), bytes: Buffer.byteLength(before), mode: "0644" },
    });
  });

  test("shows nothing to do as nothing", async () => {
    const { preview } = await freeze("ideas.md", await onDisk("ideas.md"));
    expect(filesOf(preview)).toMatchObject({ title: "Leave ideas.md as it is", changes: [] });
  });

  test("writes what it showed, says its digest, and keeps the mode", async () => {
    await chmod(join(bench.root, "ideas.md"), 0o600);
    const { live } = await freeze("ideas.md", "new\n");
    const outcome = await write("ideas.md", "new\n", { frozen: live });
    expect(await onDisk("ideas.md")).toBe("new\n");
    expect((await stat(join(bench.root, "ideas.md"))).mode & 0o777).toBe(0o600);
    expect(outcome).toMatchObject({
      output: { path: "ideas.md", sha256: sha("new\n"), bytes: 4, changed: true },
      artifacts: [{ path: "ideas.md", sha256: sha("new\n"), bytes: 4 }],
    });
  });

  test.each<[string, () => Promise<unknown>]>([
    ["its bytes", async () => await writeFile(join(bench.root, "ideas.md"), "changed by somebody")],
    ["its mode", async () => await chmod(join(bench.root, "ideas.md"), 0o640)],
    ["its absence", async () => await bench.files.remove("ideas.md", { expect: "anything" })],
  ])("refuses when %s is not what was approved", async (_, change) => {
    const { live } = await freeze("ideas.md", "new\n");
    await change();
    const after = (await isThere("ideas.md")) ? await onDisk("ideas.md") : null;
    await expect(write("ideas.md", "new\n", { frozen: live })).rejects.toMatchObject({ kind: "evidence_stale" });
    expect((await isThere("ideas.md")) ? await onDisk("ideas.md") : null).toBe(after);
  });

  test("refuses to overwrite a file that was approved as new", async () => {
    const { live } = await freeze("new.md", "mine");
    await writeFile(join(bench.root, "new.md"), "theirs");
    await expect(write("new.md", "mine", { frozen: live })).rejects.toMatchObject({ kind: "evidence_stale" });
    expect(await onDisk("new.md")).toBe("theirs");
  });

  test("is done when the same content is there already", async () => {
    const text = await onDisk("ideas.md");
    const before = await bench.files.stat("ideas.md");
    const outcome = await write("ideas.md", text);
    expect(outcome).toMatchObject({ output: { changed: false }, undo: null, artifacts: [{ sha256: sha(text) }] });
    expect(await bench.files.stat("ideas.md")).toEqual(before);
  });

  test("is taken back: what was there is put back, byte for byte and with its mode", async () => {
    const old = new Uint8Array([0, 255, 10, 13, 200]);
    await writeFile(join(bench.root, "old.bin"), old);
    await chmod(join(bench.root, "old.bin"), 0o640);
    await takeBack(await write("old.bin", "new"));
    expect(new Uint8Array((await bench.files.read("old.bin", 100)).content)).toEqual(old);
    expect((await bench.files.stat("old.bin"))?.mode).toBe("0640");
    await takeBack(await write("fresh.md", "new"));
    expect(await isThere("fresh.md")).toBe(false);
  });

  test("is not taken back over what somebody wrote since", async () => {
    const outcome = await write("ideas.md", "new\n");
    await writeFile(join(bench.root, "ideas.md"), "edited by hand\n");
    await expect(takeBack(outcome)).rejects.toMatchObject({ kind: "evidence_stale" });
    expect(await onDisk("ideas.md")).toBe("edited by hand\n");
  });

  test("taking back twice is taking back once", async () => {
    const old = await onDisk("ideas.md");
    const outcome = await write("ideas.md", "new\n");
    await takeBack(outcome, { idempotencyKey: "ik_back" });
    await takeBack(outcome, { idempotencyKey: "ik_back" });
    expect(await onDisk("ideas.md")).toBe(old);
  });

  test("after a crash between the effect and its answer, the repeated call knows what to put back", async () => {
    const old = await onDisk("ideas.md");
    const { live } = await freeze("ideas.md", "new\n");
    const over = { idempotencyKey: "ik_crash", frozen: live };
    await write("ideas.md", "new\n", over);
    const repeated = await write("ideas.md", "new\n", { ...over, attempt: 2 });
    expect(repeated).toMatchObject({ output: { changed: true } });
    await takeBack(repeated);
    expect(await onDisk("ideas.md")).toBe(old);
  });

  test("after a crash before the effect, a change that was approved anew is written", async () => {
    const { live } = await freeze("ideas.md", "new\n");
    await previous().keep("ik_crash", [
      { path: "ideas.md", content: Buffer.from("older"), mode: "0644", missingFolders: 0 },
    ]);
    await writeFile(join(bench.root, "ideas.md"), "edited by hand\n");
    await expect(write("ideas.md", "new\n", { idempotencyKey: "ik_crash", frozen: live })).rejects.toMatchObject({
      kind: "evidence_stale",
    });
    const anew = await freeze("ideas.md", "new\n");
    const outcome = await write("ideas.md", "new\n", { idempotencyKey: "ik_crash", frozen: anew.live });
    await takeBack(outcome);
    expect(await onDisk("ideas.md")).toBe("edited by hand\n");
  });

  test("taken back, the folders that were made for it go, as far as they are empty", async () => {
    await mkdir(join(bench.root, "old"));
    const first = await write("old/new/deep/a.md", "a\n");
    const second = await write("old/new/b.md", "b\n", { idempotencyKey: "ik_second" });
    expect([first.undo?.args["made_folders"], second.undo?.args["made_folders"]]).toEqual([2, 0]);
    expect((await takeBack(first)).output).toEqual({
      restored: [],
      removed: ["old/new/deep/a.md"],
      removed_folders: ["old/new/deep"],
    });
    expect(await readdir(join(bench.root, "old/new"))).toEqual(["b.md"]);
    await write("old/new/deep/a.md", "a\n", { idempotencyKey: "ik_third" });
    await takeBack(second);
    await takeBack(first, { idempotencyKey: "ik_back" });
    expect((await readdir(join(bench.root, "old"))).length).toBe(0);
  });

  test("after a crash between the folder and the file, the folder still counts as made", async () => {
    await previous().keep("ik_crash", [{ path: "new/a.md", content: null, mode: null, missingFolders: 1 }]);
    await mkdir(join(bench.root, "new"));
    const outcome = await write("new/a.md", "a\n", { idempotencyKey: "ik_crash", attempt: 2 });
    await takeBack(outcome);
    expect(await readdir(bench.root)).not.toContain("new");
  });

  test("a folder that was there before stays, even empty", async () => {
    await mkdir(join(bench.root, "mine"));
    await takeBack(await write("mine/a.md", "a\n"));
    expect(await readdir(join(bench.root, "mine"))).toEqual([]);
  });

  test("the picture of taking it back tells of the folders", async () => {
    const { undo } = await write("new/a.md", "a\n");
    const { preview } = await restoreFile(previous()).freeze(undo?.args ?? {}, bench.call());
    expect(filesOf(preview).title).toBe(
      "Take back: Delete new/a.md, and the folders made for it if they are empty then",
    );
  });

  test("declares what policy asks for", () => {
    expect(make().spec).toMatchObject({
      name,
      tier: "local_write",
      idempotency: "supported",
      traits: { reversible: true, writes: [{ at: "/path", as: "path" }] },
    });
  });
});

test("two texts with nothing in common are shown as one removed and one added, and soon", async () => {
  const [old, next] = ["a", "b"].map((mark) => Array.from({ length: 20_000 }, (_, at) => `${mark}${at}`).join("\n"));
  await writeFile(join(bench.root, "big.txt"), old ?? "");
  const { preview } = await writeDoc(previous()).freeze({ path: "big.txt", text: next ?? "" }, bench.call());
  const [change] = filesOf(preview).changes;
  expect(change).toMatchObject({ added: 20_000, removed: 20_000 });
  expect(applied(change?.diff ?? "", { "big.txt": old ?? "" })).toEqual({ "big.txt": next });
});

test("bytes that are no text are shown by size and digest", async () => {
  await writeFile(join(bench.root, "a.bin"), new Uint8Array([1, 0, 2]));
  const { preview } = await writeFileTool(previous()).freeze(
    { path: "a.bin", content: "AAEC", encoding: "base64" },
    bench.call(),
  );
  expect(filesOf(preview).changes[0]).toMatchObject({ diff: null, before: { bytes: 3 }, after: { bytes: 3 } });
  await expect(
    writeFileTool(previous()).run({ path: "a.bin", content: "not base64", encoding: "base64" }, bench.call()),
  ).rejects.toMatchObject({ kind: "schema_mismatch" });
});

function filesOf(preview: Frozen["preview"]): FilePreview {
  if (preview.kind !== "files") throw new Error(`a preview of ${preview.kind}`);
  return preview;
}

/** The files after the diff, by our own reading of it. */
function applied(diff: string, files: Readonly<Record<string, string>>): Json {
  const patch = parsePatch(diff);
  if (!patch.ok) throw new Error(patch.error.message);
  const result = applyPatch(patch.value, new Map(Object.entries(files)));
  if (!result.ok) throw new Error(result.error.message);
  const after = Object.fromEntries(result.value.changes.map(({ path, after }) => [path, after]));
  return isJsonObject(after) ? after : null;
}

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { OrchestratorError } from "@writ/core";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { listRunFolders, removeRunFolder, writeRunFolder } from "./writer.ts";

let runs: string;
const bytes = (text: string): Uint8Array => Buffer.from(text);
const files = (texts: Readonly<Record<string, string>>) =>
  Object.entries(texts).map(([path, text]) => ({ path, bytes: bytes(text) }));

beforeEach(() => {
  runs = mkdtempSync(join(tmpdir(), "writ-runs-"));
});
afterEach(() => rmSync(runs, { recursive: true, force: true }));

describe("a run's folder", () => {
  test("holds exactly what it is given, for its owner alone", async () => {
    const folder = join(runs, "run_a");
    expect(await writeRunFolder(folder, files({ "report.md": "# A\n", "logs/a.1.json": "{}\n" }))).toEqual({
      written: 2,
      unchanged: 0,
      removed: 0,
    });
    expect(readFileSync(join(folder, "logs/a.1.json"), "utf8")).toBe("{}\n");
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(statSync(join(folder, "report.md")).mode & 0o777).toBe(0o600);
  });

  test("is not touched where it is right, and what is no longer meant goes", async () => {
    const folder = join(runs, "run_a");
    await writeRunFolder(
      folder,
      files({ "report.md": "# A\n", "logs/a.1.json": "{}\n", "logs/secret.1.json": "leaked\n" }),
    );
    const before = statSync(join(folder, "report.md")).ino;
    writeFileSync(join(folder, "stray.txt"), "x");
    expect(await writeRunFolder(folder, files({ "report.md": "# A\n", "logs/a.1.json": "[]\n" }))).toEqual({
      written: 1,
      unchanged: 1,
      removed: 2,
    });
    expect(statSync(join(folder, "report.md")).ino).toBe(before);
    const left = new Set(readdirSync(folder, { recursive: true, encoding: "utf8" }));
    expect(left).toEqual(new Set(["logs", "logs/a.1.json", "report.md"]));
  });

  test("sweeps what a writer that died left behind, and leaves one that lives alone", async () => {
    const folder = join(runs, "run_a");
    mkdirSync(folder);
    for (const pid of [4_194_303, 1, process.pid]) writeFileSync(join(folder, `report.md.${pid}.tmp`), "half");
    await writeRunFolder(folder, files({ "report.md": "# A\n" }));
    expect(readdirSync(folder).toSorted()).toEqual(["report.md", "report.md.1.tmp"]);
  });

  test("a reader never meets half a file", async () => {
    const folder = join(runs, "run_a");
    const versions = ["a", "b"].map((letter) => letter.repeat(200_000));
    await writeRunFolder(folder, files({ "report.md": versions[0] ?? "" }));
    let looks = 0;
    const work = { isDone: false };
    const writing = (async () => {
      for (let turn = 0; turn < 40; turn += 1)
        await writeRunFolder(folder, files({ "report.md": versions[turn % 2] ?? "" }));
      work.isDone = true;
    })();
    while (!work.isDone) {
      expect(versions).toContain(readFileSync(join(folder, "report.md"), "utf8"));
      looks += 1;
      await new Promise(setImmediate);
    }
    await writing;
    expect(looks).toBeGreaterThan(40);
  });

  test("says what keeps it from being written", async () => {
    writeFileSync(join(runs, "run_a"), "in the way");
    const refused = await writeRunFolder(join(runs, "run_a"), files({ "report.md": "" })).catch(
      (error: unknown) => error,
    );
    expect(refused).toBeInstanceOf(OrchestratorError);
  });

  test("is listed and removed by name", async () => {
    expect(await listRunFolders(join(runs, "nowhere"))).toEqual([]);
    await writeRunFolder(join(runs, "run_a"), files({ "report.md": "" }));
    writeFileSync(join(runs, "file"), "");
    expect(await listRunFolders(runs)).toEqual(["run_a"]);
    await removeRunFolder(runs, "run_a");
    expect(await listRunFolders(runs)).toEqual([]);
  });
});

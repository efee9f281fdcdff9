import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { OrchestratorError } from "@writ/core";
import type { WorkspaceFiles } from "@writ/runtime";
import { afterEach, beforeEach, expect, test } from "vitest";

import type { Lookup } from "./descriptor.ts";
import { openWorkspaceFiles } from "./workspace-files.ts";

/** Another process that swaps a folder, and a file, for links that lead outside, as fast as it can. */
const ATTACKER = `
  const { renameSync, rmSync, symlinkSync, unlinkSync, writeSync } = require("node:fs");
  const [base, enough, until] = [process.argv[1], Number(process.argv[2]), Date.now() + Number(process.argv[3])];
  const folder = base + "/workspace/folder";
  const file = base + "/workspace/other/file.md";
  let swaps = 0;
  writeSync(1, "ready");
  const attempt = (change) => { try { change(); return true; } catch (error) { return false; } };
  const swap = (path, outside) => {
    attempt(() => renameSync(path, path + ".aside"));
    if (attempt(() => symlinkSync(outside, path))) swaps += 1;
    if (!attempt(() => unlinkSync(path))) attempt(() => rmSync(path, { recursive: true }));
    attempt(() => renameSync(path + ".aside", path));
  };
  while (swaps < enough && Date.now() < until) {
    for (let round = 0; round < 50; round += 1) {
      swap(folder, base + "/outside");
      swap(file, base + "/outside/file.md");
    }
  }
  writeSync(1, " " + swaps);
`;

/** A machine that has much else to do takes longer for as many. */
const MOST_TIME_MS = 45_000;

interface Tally {
  swaps: number;
  done: number;
  refused: number;
  escapes: number;
}

let base = "";

beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), "writ-race-"));
  for (const folder of ["workspace/folder", "workspace/other", "outside"]) {
    await mkdir(join(base, folder), { recursive: true });
    await writeFile(join(base, folder, "file.md"), folder === "outside" ? "OUTSIDE" : "inside");
  }
});
afterEach(async () => {
  await rm(base, { recursive: true, force: true });
});

/** Uses every operation until there were enough swaps, or more escapes than that. */
async function race(lookup: Lookup, enough: number, mostEscapes: number): Promise<Tally> {
  const files = await openWorkspaceFiles(join(base, "workspace"), { lookup });
  const attacker = spawn(process.execPath, ["-e", ATTACKER, base, String(enough), String(MOST_TIME_MS)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const state = { ended: false, said: "" };
  attacker.once("close", () => (state.ended = true));
  attacker.stdout.setEncoding("utf8").on("data", (chunk: string) => (state.said += chunk));
  await once(attacker.stdout, "data");
  const tally: Tally = { swaps: 0, done: 0, refused: 0, escapes: 0 };
  for (let round = 0; !state.ended && tally.escapes <= mostEscapes; round += 1) {
    for (const operation of operations(files, round)) await count(tally, operation);
    tally.escapes += await escaped();
  }
  if (!state.ended) {
    attacker.kill();
    await once(attacker, "close");
  }
  tally.swaps = Number(state.said.split(" ")[1] ?? 0);
  return tally;
}

type Operation = () => Promise<boolean>;

/** Each answers whether it brought something from outside. */
function operations(files: WorkspaceFiles, round: number): readonly Operation[] {
  const write = { expect: "anything", mode: null } as const;
  const bytes = Buffer.from(`written ${round}`);
  const isOutside = (content: Uint8Array): boolean => Buffer.from(content).toString() === "OUTSIDE";
  return [
    async () => (await files.write("folder/file.md", bytes, write)) === null,
    async () => (await files.write(`folder/new/${round % 7}.md`, bytes, write)) === null,
    async () => (await files.write("other/file.md", bytes, write)) === null,
    async () => isOutside((await files.read("folder/file.md", 100)).content),
    async () => isOutside((await files.read("other/file.md", 100)).content),
    async () => (await files.stat("folder/file.md"))?.bytes === 7,
    async () =>
      (await files.list("", { include: [], skipFolders: [], maxFiles: 50 })).files.some(
        ({ bytes: size }) => size === 7,
      ),
    async () => (await files.remove("folder/file.md", { expect: "anything" })) === null,
  ];
}

async function count(tally: Tally, operation: Operation): Promise<void> {
  try {
    if (await operation()) tally.escapes += 1;
    tally.done += 1;
  } catch (error) {
    // A link in the way, or the moment in which neither folder nor file is there.
    if (!(error instanceof OrchestratorError) || !["path_escape", "file_not_found"].includes(error.code)) throw error;
    if (error.code === "path_escape") tally.refused += 1;
  }
}

/** How often the folder outside was changed since the last look. */
async function escaped(): Promise<number> {
  const outside = join(base, "outside");
  const names = await readdir(outside);
  const isWhole =
    names.length === 1 && names[0] === "file.md" && (await readFile(join(outside, "file.md"), "utf8")) === "OUTSIDE";
  if (isWhole) return 0;
  await rm(outside, { recursive: true, force: true });
  await mkdir(outside);
  await writeFile(join(outside, "file.md"), "OUTSIDE");
  return 1;
}

// Requirement 29.
test(
  "29: nothing outside is read or changed while a folder and a file are swapped for links",
  { timeout: 60_000 },
  async () => {
    const tally = await race("descriptor", 60_000, Number.POSITIVE_INFINITY);
    process.stdout.write(`swap race by descriptor: ${JSON.stringify(tally)}\n`);
    expect(tally.escapes).toBe(0);
    expect(tally.swaps).toBeGreaterThan(20_000);
    expect(tally.done).toBeGreaterThan(100);
    expect(tally.refused).toBeGreaterThan(20);
  },
);

test("29: the same race, with paths resolved anew, gets out: so it is a race", { timeout: 60_000 }, async () => {
  const tally = await race("path", Number.POSITIVE_INFINITY, 0);
  process.stdout.write(`swap race by path: ${JSON.stringify(tally)}\n`);
  expect(tally.escapes).toBeGreaterThan(0);
});

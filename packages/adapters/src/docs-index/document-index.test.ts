import { appendFile, mkdir, rename, rm, stat, truncate, writeFile, open } from "node:fs/promises";
import { spawn } from "node:child_process";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

import { epochMs, OrchestratorError } from "@writ/core";
import type { WorkspaceFiles } from "@writ/runtime";
import { toolBench, type ToolBench } from "@writ/testkit/build/tool-bench";
import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { nodeHasher } from "../system/sha256.ts";
import { DocumentIndex, type DocumentAnswer, type DocumentQuery } from "./document-index.ts";
import { toMatchExpression } from "./match-expression.ts";

let bench: ToolBench;
let index: DocumentIndex;
const everything: DocumentQuery = {
  expression: null,
  since: null,
  until: null,
  admits: () => true,
  excluded: new Set(),
  limit: 100,
};

beforeEach(async () => {
  bench = await toolBench("notes");
  index = new DocumentIndex(join(bench.own, "index.db"), nodeHasher);
});
afterEach(async () => {
  index.close();
  await bench[Symbol.asyncDispose]();
});

const signal = new AbortController().signal;

async function search(query: string, over: Partial<DocumentQuery> = {}): Promise<DocumentAnswer> {
  const expression = toMatchExpression(query);
  if (!expression.ok) throw new Error(expression.error);
  return await index.search(bench.files, { ...everything, expression: expression.value, ...over }, signal);
}

const paths = (answer: DocumentAnswer): readonly string[] => answer.found.map(({ path }) => path);

describe("a search finds", () => {
  test.each([
    ["retention", ["sprints/2026-w47.md", "team/retention.md"]],
    ["backups", ["meetings/2026-11-18-audit.md"]],
    ['"write-once storage"', ["meetings/2026-11-18-audit.md"]],
    ['"storage write-once"', []],
    ["VAT customers", ["support.md"]],
    ["VAT OR velocity", ["sprints/2026-w47.md", "support.md"]],
    ["release -audit", ["archive/2025-plan.md", "support.md", "team/retention.md"]],
    ["onboard*", ["team/onboarding.txt"]],
    ["ubergabe", ["team/besprechung.md"]],
    ["修正機能", ["team/tokyo.md"]],
    ["invoice_v2", ["release.md"]],
  ])("%s", async (query, expected) => {
    expect([...paths(await search(query))].toSorted()).toEqual(expected);
  });

  test("the title's words before others, and says in which line the most matches are", async () => {
    const { found } = await search("release");
    expect(found[0]).toMatchObject({ path: "release.md", title: "Release 4.2", score: 1_000, line: 2 });
    const customers = (await search("currency column")).found[0];
    expect(customers).toMatchObject({ path: "meetings/2026-11-18-audit.md", line: 5 });
  });

  test("everything when nothing is asked, the newest first where not all fit", async () => {
    await bench.touch("ideas.md", Date.UTC(2030, 0, 1));
    await bench.touch("support.md", Date.UTC(2030, 0, 2));
    const all = await search("");
    expect(all.matched).toBe(13);
    expect(paths(all)).toEqual([...paths(all)].toSorted());
    expect(paths(await search("", { limit: 2 }))).toEqual(["ideas.md", "support.md"]);
  });

  test("what lies in the time window, its ends included", async () => {
    const [from, to] = [epochMs(1_700_000_000_000), epochMs(1_700_000_005_000)];
    await bench.touch("ideas.md", from);
    await bench.touch("support.md", to);
    await bench.touch("release.md", from - 1);
    await bench.touch("metrics.csv", to + 1);
    expect(paths(await search("", { since: from, until: to }))).toEqual(["ideas.md", "support.md"]);
  });

  test("nothing in what is left out, and counts it", async () => {
    await mkdir(join(bench.root, "node_modules"));
    await writeFile(join(bench.root, "node_modules/readme.md"), "retention");
    await writeFile(join(bench.root, "photo.md"), new Uint8Array([0, 159, 146, 150]));
    await writeFile(join(bench.root, "big.txt"), "x".repeat(1_048_577));
    const answer = await search("", { excluded: new Set(["ideas.md"]) });
    expect(answer).toMatchObject({ total: 12, matched: 12, excluded: 1, notText: 1 });
    expect(answer.inventory).toMatchObject({ tooLarge: 1, folders: 1 });
  });
});

test("the order of an answer depends on the files alone, not on how the index came about", async () => {
  const first = await search("release invoice");
  await index.search(bench.files, everything, signal);
  const other = new DocumentIndex(join(bench.own, "other.db"), nodeHasher);
  for (const path of ["release.md", "ideas.md", "support.md"]) {
    await rename(join(bench.root, path), join(bench.root, "gone.tmp"));
    await other.search(bench.files, everything, signal);
    await rename(join(bench.root, "gone.tmp"), join(bench.root, path));
  }
  const second = await other.search(bench.files, { ...everything, expression: '("release") AND ("invoice")' }, signal);
  other.close();
  expect(second.found.map(({ path, score }) => [path, score])).toEqual(
    first.found.map(({ path, score }) => [path, score]),
  );
  expect(first.found.length).toBeGreaterThan(1);
});

test("no query is a syntax error", async () => {
  let special = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.string({ unit: fc.constantFrom(..."ab\"'*-^():{}+ORNEAD\\% \u0301日".split("")), maxLength: 24 }),
      async (query) => {
        const expression = toMatchExpression(query);
        if (!expression.ok || expression.value === null) return;
        if (/["^():{}+*-]/.test(query)) special += 1;
        await index.search(bench.files, { ...everything, expression: expression.value }, signal);
      },
    ),
    { numRuns: 150 },
  );
  expect(special).toBeGreaterThan(30);
});

/** Counts what is read, and reads it. */
function counting(files: WorkspaceFiles): WorkspaceFiles & { readonly reads: string[] } {
  const reads: string[] = [];
  const read: WorkspaceFiles["read"] = async (path, max) => {
    reads.push(path);
    return await files.read(path, max);
  };
  return { ...files, reads, read };
}

describe("the index follows the files", () => {
  test("and reads again only what changed", async () => {
    await search("");
    const files = counting(bench.files);
    await index.search(files, everything, signal);
    expect(files.reads).toEqual([]);
    await appendFile(join(bench.root, "ideas.md"), "* Zebra crossing\n");
    await writeFile(join(bench.root, "new.md"), "# Zebra\n");
    await rm(join(bench.root, "support.md"));
    await rename(join(bench.root, "team/tokyo.md"), join(bench.root, "team/osaka.md"));
    const answer = await index.search(files, { ...everything, expression: '"zebra"' }, signal);
    expect([...files.reads].toSorted()).toEqual(["ideas.md", "new.md", "team/osaka.md"]);
    expect([...paths(answer)].toSorted()).toEqual(["ideas.md", "new.md"]);
    expect(answer.total).toBe(13);
    expect(paths(await search("会議"))).toEqual(["team/osaka.md"]);
  });

  test("also where size and time were put back", async () => {
    const path = join(bench.root, "ideas.md");
    const at = Date.UTC(2026, 0, 1);
    await bench.touch("ideas.md", at);
    const before = await stat(path);
    await search("digest");
    const file = await open(path, "r+");
    await file.write("* A weekly zigest", 9);
    await file.close();
    await bench.touch("ideas.md", at);
    expect(await stat(path)).toMatchObject({ size: before.size, mtimeMs: before.mtimeMs });
    expect(paths(await search("zigest"))).toEqual(["ideas.md"]);
    expect(paths(await search("digest"))).toEqual([]);
  });

  test("a file that was only touched keeps its row", async () => {
    await search("");
    await bench.touch("ideas.md", Date.UTC(2031, 0, 1));
    expect(paths(await search("digest", { since: epochMs(Date.UTC(2030, 11, 31)) }))).toEqual(["ideas.md"]);
  });

  test("a file that goes away while it is read is counted, not an error", async () => {
    const files = bench.files;
    const vanishing: WorkspaceFiles = {
      ...files,
      read: async (path, max) => {
        if (path === "ideas.md") throw new OrchestratorError("file_not_found", "gone");
        return await files.read(path, max);
      },
    };
    const answer = await index.search(vanishing, everything, signal);
    expect(answer.total).toBe(12);
    expect([...answer.inventory.unreadable]).toEqual(["ideas.md"]);
  });
});

describe("an index that cannot be used is made anew:", () => {
  const file = (): string => join(bench.own, "index.db");
  const reopened = async (): Promise<unknown> => {
    index.close();
    index = new DocumentIndex(file(), nodeHasher);
    return { found: paths(await search("velocity")), place: (await search("")).place };
  };
  const whole = { found: ["sprints/2026-w47.md"], place: "file" };

  test("one that is no database", async () => {
    await search("");
    index.close();
    await rm(`${file()}-wal`, { force: true });
    await writeFile(file(), "this is no database, it only pretends to be one; ".repeat(100));
    expect(await reopened()).toEqual(whole);
  });

  test("one that was cut short", async () => {
    await search("");
    index.close();
    await truncate(file(), 5_000);
    expect(await reopened()).toEqual(whole);
  });

  test("one of another version", async () => {
    index.close();
    const database = new DatabaseSync(file());
    database.exec("PRAGMA user_version = 99");
    database.close();
    expect(await reopened()).toEqual(whole);
  });

  test("one whose text was edited", async () => {
    await search("");
    const database = new DatabaseSync(file());
    database.exec("UPDATE word SET body = replace(body, 'Velocity', 'Nonsense')");
    database.close();
    expect((await search("points after sprint")).found[0]?.text).toContain("Velocity was 21 points");
  });

  test("one whose pages were overwritten, wherever", async () => {
    await search("");
    index.close();
    const bytes = (await stat(file())).size;
    for (let at = 0; at < bytes; at += 8_192) {
      const handle = await open(file(), "r+");
      await handle.write(new Uint8Array(512).fill(0xa5), 0, 512, at);
      await handle.close();
      expect(await reopened()).toEqual(whole);
      index.close();
      expect((await stat(file())).size).toBeGreaterThan(4_096);
    }
    index = new DocumentIndex(file(), nodeHasher);
  });

  test("or kept in memory where there is no place for a file", async () => {
    const lost = new DocumentIndex(join(bench.root, "no/such/folder/index.db"), nodeHasher);
    const answer = await lost.search(bench.files, everything, signal);
    lost.close();
    expect(answer).toMatchObject({ place: "memory", total: 13 });
  });
});

test("the index is private: it holds what the documents say", async () => {
  await search("");
  expect((await stat(join(bench.own, "index.db"))).mode & 0o777).toBe(0o600);
});

test("a row that another process took away, from an older listing, is put back before the answer", async () => {
  await search("");
  const other = new DocumentIndex(join(bench.own, "index.db"), nodeHasher);
  const old = await bench.files.list("", { include: [], skipFolders: [], maxFiles: 100 });
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  const behind = other.search({ ...bench.files, list: async () => await released.then(() => old) }, everything, signal);
  await writeFile(join(bench.root, "new.md"), "zebra");
  const reads: string[] = [];
  const files: WorkspaceFiles = {
    ...bench.files,
    read: async (path, max) => {
      reads.push(path);
      const content = await bench.files.read(path, max);
      setImmediate(release);
      return content;
    },
  };
  const answer = await index.search(files, { ...everything, expression: '"zebra"' }, signal);
  await behind;
  other.close();
  expect(paths(answer)).toEqual(["new.md"]);
  expect(reads).toEqual(["new.md", "new.md"]);
});

test("processes that search and files that change at once: every answer is right", async () => {
  const script = `
    import { DocumentIndex } from ${JSON.stringify(new URL("document-index.ts", import.meta.url).href)};
    import { openWorkspaceFiles } from ${JSON.stringify(new URL("../files/workspace-files.ts", import.meta.url).href)};
    import { nodeHasher } from ${JSON.stringify(new URL("../system/sha256.ts", import.meta.url).href)};
    import { writeFile, rm } from "node:fs/promises";
    const [root, own, name] = process.argv.slice(1);
    const files = await openWorkspaceFiles(root);
    const index = new DocumentIndex(own + "/index.db", nodeHasher);
    const query = { expression: '"marker' + name + '"', since: null, until: null, admits: () => true, excluded: new Set(), limit: 100 };
    let wrong = 0;
    for (let round = 0; round < 25; round += 1) {
      await writeFile(root + "/" + name + round + ".md", "marker" + name + " " + round);
      if (round % 3 === 2) await rm(root + "/" + name + (round - 1) + ".md");
      const { matched } = await index.search(files, query, new AbortController().signal);
      if (matched !== round + 1 - Math.floor((round + 1) / 3)) wrong += 1;
    }
    index.close();
    process.stdout.write(String(wrong));
  `;
  const wrong = await Promise.all(
    ["ax", "bx", "cx"].map(
      (name) =>
        new Promise<string>((resolve, reject) => {
          const child = spawn(process.execPath, ["--input-type=module", "-e", script, bench.root, bench.own, name]);
          const [out, err]: [string[], string[]] = [[], []];
          child.stdout.on("data", (chunk) => out.push(String(chunk)));
          child.stderr.on("data", (chunk) => err.push(String(chunk)));
          child.on("error", reject);
          child.on("close", () => resolve(out.join("") + err.join("")));
        }),
    ),
  );
  expect(wrong).toEqual(["0", "0", "0"]);
});

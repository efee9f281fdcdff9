import { existsSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

import { describe, expect, test } from "vitest";

import { checkDecisions } from "./check-decisions.ts";
import { checkErrorPages, codesBelow, codesOf } from "./check-error-pages.ts";
import { checkManifests } from "./check-manifests.ts";
import { drawRooms, withRooms } from "./generate-room-graph.ts";
import { runProgram } from "./run-program.ts";
import { readSourceTree } from "./source-tree.ts";
import { temporaryTree } from "./temporary-tree.ts";

const repository = resolve(import.meta.dirname, "..");
const PAGE = "**What it means.** a\n\n**Why.** b\n\n**What to do next.** c\n";

describe("error pages", () => {
  test("are as many as the codes, and whole", () => {
    using tree = temporaryTree({
      "run_not_found.md": `# run_not_found\n\n${PAGE}`,
      "forgotten.md": `# forgotten\n\n${PAGE}`,
      "half.md": "# half\n\n**What it means.** a\n",
    });
    expect(checkErrorPages(["run_not_found", "half", "unwritten"], tree.root)).toEqual([
      "docs/errors/forgotten.md explains a code that no table holds",
      'docs/errors/half.md lacks "**What to do next.**"',
      'docs/errors/half.md lacks "**Why.**"',
      "docs/errors/unwritten.md is missing",
    ]);
  });

  test("belong to every table there is, wherever it lies", async () => {
    using tree = temporaryTree({
      "base/error.ts": "export const ERRORS = { a: {}, b: {} } as const;\nexport const HINTS = { x: 1 };",
      "critic/finding.ts": 'export const PLAN_FINDINGS = ["b", "c"] as const;',
      "critic/finding.test.ts": "export const ERRORS = { never: 1 };",
    });
    expect(await codesBelow(tree.root)).toEqual(["a", "b", "c"]);
  });

  test("take codes from tables and from lists", () => {
    expect(codesOf({ a: 1, b: 2 })).toEqual(["a", "b"]);
    expect(codesOf(["a", "b"])).toEqual(["a", "b"]);
    expect(codesOf(undefined)).toEqual([]);
  });
});

describe("decision records", () => {
  const record = (number: string): string => `# ${number}. Title\n\n## Context\n\n## Decision\n\n## Consequence\n`;

  test("are numbered without gaps and say three things", () => {
    using tree = temporaryTree({
      "0001-first.md": record("0001"),
      "0003-third.md": record("0003"),
      "notes.md": "",
      "0004-bare.md": "# 0004. Title\n",
    });
    const problems = checkDecisions(tree.root);
    expect(problems).toContain("docs/decisions/0003-third.md: the next number is 0002");
    expect(problems).toContain("docs/decisions/notes.md: call it NNNN-title.md");
    expect(problems).toContain('docs/decisions/0004-bare.md lacks "## Decision"');
    expect(problems.some((problem) => problem.includes("0001"))).toBe(false);
  });
});

describe("manifests", () => {
  const root = { name: "w", version: "1.0.0", license: "Apache-2.0", devDependencies: { vitest: "5.1.0" } };
  const tree = (core: object, lock: object): Record<string, string> => ({
    "package.json": JSON.stringify(root),
    "packages/core/package.json": JSON.stringify({ version: "1.0.0", license: "Apache-2.0", ...core }),
    "package-lock.json": JSON.stringify({ packages: lock }),
  });

  test("pin exactly and agree", () => {
    using good = temporaryTree(
      tree({ dependencies: { zod: "4.6.7", "@writ/x": "1.0.0" } }, { "node_modules/zod": {} }),
    );
    expect(checkManifests(good.root)).toEqual([]);
  });

  test.each([
    ["a range", { dependencies: { zod: "^4.6.7" } }, {}, "zod is not pinned exactly"],
    ["a tag", { dependencies: { zod: "latest" } }, {}, "zod is not pinned exactly"],
    ["another version of ours", { dependencies: { "@writ/x": "2.0.0" } }, {}, "not this workspace's version"],
    ["a version apart", { version: "2.0.0" }, {}, "the root has 1.0.0"],
    ["no licence", { license: "MIT" }, {}, "license is not Apache-2.0"],
    [
      "an address",
      {},
      { "node_modules/zod": { resolved: "https://registry.example/zod.tgz" } },
      "where it was fetched",
    ],
  ])("refuse %s", (_name, core, lock, complaint) => {
    using bad = temporaryTree(tree(core, lock));
    expect(checkManifests(bad.root).join("\n")).toContain(complaint);
  });
});

describe("the room graph", () => {
  test("draws what is imported, without what a longer way says already", () => {
    using tree = temporaryTree({
      "packages/core/src/base/id.ts": "export type Id = string;",
      "packages/core/src/plan/plan.ts": 'import type { Id } from "../base/id.ts"; export type Plan = Id;',
      "packages/core/src/run/run.ts": 'import "../plan/plan.ts"; import "../base/id.ts";',
      "packages/core/src/run/run.test.ts": 'import "../audit/audit.ts";',
      "packages/runtime/src/ports/clock.ts": 'import type { Id } from "@writ/core"; export type Clock = Id;',
    });
    const drawing = drawRooms(readSourceTree(tree.root));
    expect(drawing.split("\n").filter((line) => line.includes("-->"))).toEqual([
      "  core_plan --> core_base",
      "  core_run --> core_plan",
      "  runtime_ports --> core_entry",
    ]);
  });

  test("stands between its marks and leaves the rest alone", () => {
    const begin = "<!-- rooms: drawn by `npm run generate` from the imports; do not edit -->";
    const once = withRooms(`before\n${begin}\nold\n<!-- /rooms -->\nafter\n`, "new");
    expect(once).toBe(`before\n${begin}\n\nnew\n\n<!-- /rooms -->\nafter\n`);
    expect(withRooms(once, "new")).toBe(once);
    expect(() => withRooms("nowhere", "new")).toThrow("no place");
  });
});

describe("the search for duplicates", () => {
  const block = (name: string): string =>
    `export function ${name}(rows: readonly number[]): number {\n  let total = 0;\n  for (const row of rows) {\n    if (row < 0) throw new RangeError("no negative rows");\n    total += row * 3 + 1;\n  }\n  return total > 100 ? 100 : Math.max(total, rows.length);\n}\n`;
  const search = async (files: Readonly<Record<string, string>>) => {
    using tree = temporaryTree({ ...files, "scripts/none.ts": "", "bench/none.ts": "" });
    writeFileSync(join(tree.root, ".jscpd.json"), readFileSync(join(repository, ".jscpd.json"), "utf8"));
    symlinkSync(join(repository, "node_modules"), join(tree.root, "node_modules"));
    return await runProgram(tree.root, ["jscpd", "--config", ".jscpd.json"], 20);
  };

  test("finds a block that stands in two files", async () => {
    const { status } = await search({ "packages/a/src/a.ts": block("sum"), "packages/b/src/b.ts": block("sum") });
    expect(status).toBe(1);
  });

  test("leaves tests and lone blocks alone", async () => {
    const { status, output } = await search({
      "packages/a/src/a.ts": block("sum"),
      "packages/a/src/a.test.ts": block("sum"),
    });
    expect({ status, output: status === 0 ? "" : output }).toEqual({ status: 0, output: "" });
  });
});

describe("a program", () => {
  test("is stopped at its limit with everything it started", async () => {
    using tree = temporaryTree({});
    const marker = join(tree.root, "alive");
    const grandchild = `setTimeout(() => require("node:fs").writeFileSync(${JSON.stringify(marker)}, ""), 1500)`;
    const child = `require("node:child_process").spawn(process.execPath, ["-e", ${JSON.stringify(grandchild)}], { stdio: "inherit" }); setInterval(() => {}, 1000)`;
    const end = await runProgram(tree.root, ["node", "-e", child], 0.5);
    expect(end.status).not.toBe(0);
    expect(end.output).toContain("stopped after 0.5 s");
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(readSourceTree(tree.root)).toEqual([]);
    expect(existsSync(marker)).toBe(false);
  });

  test("keeps what it printed and its status", async () => {
    const end = await runProgram(".", ["node", "-e", "console.log('out'); console.error('err'); process.exit(3)"], 20);
    expect(end.status).toBe(3);
    expect(end.output).toContain("out");
    expect(end.output).toContain("err");
  });

  test("that does not exist fails", async () => {
    expect((await runProgram(".", ["no-such-program"], 20)).status).toBe(127);
  });
});

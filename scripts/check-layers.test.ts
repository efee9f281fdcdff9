import { spawnSync } from "node:child_process";
import { readFileSync, symlinkSync } from "node:fs";
import { join, resolve } from "node:path";

import { describe, expect, test } from "vitest";

import { checkLayers } from "./check-layers.ts";
import { isRecord, recordsIn } from "./json-file.ts";
import { temporaryTree } from "./temporary-tree.ts";

const repository = resolve(import.meta.dirname, "..");

/** A small tree in which every layer imports what it may. */
const CLEAN = {
  "packages/core/package.json": '{"dependencies":{"yaml":"1.0.0","zod":"1.0.0"}}',
  "packages/core/src/index.ts": 'export * from "./plan/plan.ts";',
  "packages/core/src/base/id.ts": "export type Id = string;",
  "packages/core/src/plan/plan.ts":
    'import { z } from "zod";\nimport type { Id } from "../base/id.ts";\nexport const plan = (id: Id) => ({ id, at: Math.floor(1.5), schema: z });',
  "packages/core/src/plan/plan.test.ts":
    'import "@writ/testkit/given";\nimport "node:fs";\nexport const now = Date.now();',
  "packages/core/src/policy/policy.ts":
    'import type { plan } from "../plan/plan.ts";\nexport type Policy = typeof plan;',
  "packages/core/src/run/state.ts": "export interface State { readonly Date: string; readonly process: number }",
  "packages/runtime/package.json": '{"dependencies":{"zod":"1.0.0"}}',
  "packages/runtime/src/index.ts": 'export * from "./engine/advance.ts";',
  "packages/runtime/src/engine/advance.ts":
    'import type { plan } from "@writ/core";\nimport type { Clock } from "../ports/clock.ts";\nexport const advance = (clock: Clock, p: typeof plan) => [clock, p];',
  "packages/runtime/src/ports/clock.ts": "export interface Clock { now(): number }",
  "packages/adapters/package.json": '{"dependencies":{"picomatch":"1.0.0"}}',
  "packages/adapters/src/system/clock.ts": "export const now = () => Date.now();",
  "packages/adapters/src/tools/docs.ts":
    'import picomatch from "picomatch";\nimport { readFileSync } from "node:fs";\nexport const docs = (at: number) => [picomatch, readFileSync, new Date(at)];',
  "packages/cli/package.json": '{"dependencies":{"commander":"1.0.0"}}',
  "packages/cli/src/compose.ts": 'export { docs } from "@writ/adapters/tools/docs";',
  "packages/cli/src/main.ts": 'import "commander";\nconst { docs } = await import("./compose.ts");\nexport { docs };',
  "packages/testkit/src/kill.ts": "export const now = () => performance.now();",
  "packages/testkit/src/build.ts": 'export { plan } from "@writ/core/plan/plan"; import "@writ/adapters/system/clock";',
  "packages/testkit/src/given.ts": 'export type { Clock } from "@writ/runtime";',
};

/** What is planted, and a piece of what must be said about it. */
const PLANTED: readonly (readonly [name: string, path: string, source: string, complaint: string])[] = [
  [
    "an upward import",
    "packages/core/src/base/up.ts",
    'import { plan } from "../plan/plan.ts"; plan("");',
    "room base may not import room plan",
  ],
  [
    "an upward import of a type",
    "packages/core/src/base/up.ts",
    'import type { Policy } from "../policy/policy.ts"; export type P = Policy;',
    "room base may not import room policy",
  ],
  [
    "an upward re-export",
    "packages/core/src/base/up.ts",
    'export * from "../plan/plan.ts";',
    "room base may not import room plan",
  ],
  [
    "an upward dynamic import",
    "packages/core/src/base/up.ts",
    'export const later = () => import("../plan/plan.ts");',
    "room base may not import room plan",
  ],
  [
    "a type imported by expression",
    "packages/core/src/base/up.ts",
    'export type P = import("../policy/policy.ts").Policy;',
    "room base may not import room policy",
  ],
  [
    "typeof import",
    "packages/core/src/base/up.ts",
    'export type P = typeof import("../plan/plan.ts");',
    "room base may not import room plan",
  ],
  [
    "an import through a detour",
    "packages/core/src/base/up.ts",
    'import "../base/../plan/plan.ts";',
    "room base may not import room plan",
  ],
  [
    "a sideways import",
    "packages/core/src/budget/side.ts",
    'import "../policy/policy.ts";',
    "room budget may not import room policy",
  ],
  [
    "a computed name",
    "packages/core/src/plan/computed.ts",
    "export const load = (name: string) => import(name);",
    "computed name",
  ],
  [
    "a room nobody knows",
    "packages/core/src/helpers/thing.ts",
    "export const thing = 1;",
    "room helpers of core is not in the table",
  ],
  [
    "a package nobody knows",
    "packages/extra/src/thing.ts",
    "export const thing = 1;",
    "package extra is not in the table",
  ],
  [
    "a barrel below the package",
    "packages/core/src/plan/index.ts",
    'export * from "./plan.ts";',
    "a barrel below the package",
  ],
  [
    "the package's own entry",
    "packages/core/src/plan/self.ts",
    'import "../index.ts";',
    "imports the package's own entry",
  ],
  [
    "the package by its own name",
    "packages/core/src/plan/self.ts",
    'import "@writ/core";',
    "imports its own package by name",
  ],
  ["a cycle", "packages/core/src/base/id.ts", 'import "./other.ts"; export type Id = string;', "a cycle of imports"],
  [
    "a cycle of types",
    "packages/core/src/base/id.ts",
    'import type { Other } from "./other.ts"; export type Id = Other;',
    "a cycle of imports",
  ],
  [
    "core importing runtime",
    "packages/core/src/plan/out.ts",
    'import type { Clock } from "@writ/runtime"; export type C = Clock;',
    "core may not import runtime",
  ],
  [
    "core importing Node",
    "packages/core/src/plan/out.ts",
    'import { readFileSync } from "node:fs"; readFileSync("");',
    "core may not import node:fs",
  ],
  [
    "core importing a library",
    "packages/core/src/plan/out.ts",
    'import "picomatch";',
    "core may not import the library picomatch",
  ],
  [
    "another package by path",
    "packages/runtime/src/engine/path.ts",
    'import "../../../core/src/plan/plan.ts";',
    "leaves its package by path",
  ],
  [
    "another package past its entry",
    "packages/runtime/src/engine/past.ts",
    'import "@writ/core/plan/plan";',
    "imports past the entry of core",
  ],
  [
    "runtime importing an adapter",
    "packages/runtime/src/engine/out.ts",
    'import "@writ/adapters/system/clock";',
    "runtime may not import adapters",
  ],
  [
    "runtime opening files",
    "packages/runtime/src/engine/out.ts",
    'import "node:fs";',
    "runtime may not import node:fs",
  ],
  [
    "adapters importing the API",
    "packages/adapters/src/tools/out.ts",
    'import "@writ/api/contract/tasks";',
    "adapters may not import api",
  ],
  [
    "the API importing adapters",
    "packages/api/src/server/app.ts",
    'import "@writ/adapters/system/clock";',
    "api may not import adapters",
  ],
  [
    "an adapter importing another",
    "packages/adapters/src/llm/out.ts",
    'import "../tools/docs.ts";',
    "room llm may not import room tools",
  ],
  [
    "a command naming adapters",
    "packages/cli/src/commands/run.ts",
    'import "@writ/adapters/tools/docs";',
    "only cli/src/compose*.ts names adapters",
  ],
  [
    "the testkit in production",
    "packages/cli/src/commands/run.ts",
    'import "@writ/testkit/given";',
    "the testkit is for tests",
  ],
  [
    "a test in production",
    "packages/core/src/plan/out.ts",
    'import "./plan.test.ts";',
    "production code imports a test",
  ],
  ["a built-in without node:", "packages/adapters/src/tools/out.ts", 'import "fs";', "write node:fs"],
  [
    "an undeclared library",
    "packages/adapters/src/tools/out.ts",
    'import "left-pad";',
    "adapters may not import the library left-pad",
  ],
  [
    "require",
    "packages/adapters/src/tools/out.ts",
    'declare const require: (name: string) => unknown; require("left-pad");',
    "adapters may not import the library left-pad",
  ],
  [
    "a worker in another room",
    "packages/adapters/src/llm/out.ts",
    'export const url = new URL("../tools/docs.ts", import.meta.url);',
    "room llm may not import room tools",
  ],
  [
    "the clock in core",
    "packages/core/src/plan/now.ts",
    "export const now = () => Date.now();",
    "Date may not be used in core",
  ],
  [
    "the type of a date in core",
    "packages/core/src/plan/now.ts",
    "export type When = Date;",
    "Date may not be used in core",
  ],
  [
    "the clock through globalThis",
    "packages/core/src/plan/now.ts",
    "export const now = () => globalThis.Date.now();",
    "globalThis may not be used in core",
  ],
  [
    "the clock as a default",
    "packages/core/src/plan/now.ts",
    "export const f = (at = new Date()) => at;",
    "Date may not be used in core",
  ],
  [
    "dice in core",
    "packages/core/src/plan/dice.ts",
    "export const dice = () => Math.random();",
    "Math.random may not be used in core",
  ],
  [
    "dice by another name",
    "packages/core/src/plan/dice.ts",
    "const M = Math; export const dice = () => M.random();",
    "an alias of Math may not be used in core",
  ],
  [
    "dice taken out of Math",
    "packages/core/src/plan/dice.ts",
    "const { random } = Math; export const dice = random;",
    "an alias of Math may not be used in core",
  ],
  [
    "dice by a computed name",
    "packages/core/src/plan/dice.ts",
    'export const dice = () => Math["random"]();',
    "an alias of Math may not be used in core",
  ],
  [
    "a timer in core",
    "packages/core/src/plan/wait.ts",
    "declare const setTimeout: unknown; export const t = setTimeout;",
    "setTimeout may not be used in core",
  ],
  [
    "the process in core",
    "packages/core/src/plan/env.ts",
    "declare const process: { env: object }; export const e = process.env;",
    "process may not be used in core",
  ],
  [
    "the function constructor",
    "packages/core/src/plan/dice.ts",
    'export const f = new Function("return Date.now()");',
    "Function may not be used in core",
  ],
  [
    "the reader's language in core",
    "packages/core/src/plan/sort.ts",
    "export const sort = (a: string, b: string) => a.localeCompare(b);",
    "localeCompare may not be used in core",
  ],
  [
    "a timer in runtime",
    "packages/runtime/src/engine/wait.ts",
    "export const wait = () => setTimeout(() => {}, 1);",
    "setTimeout may not be used in runtime",
  ],
  [
    "a hidden timer in runtime",
    "packages/runtime/src/engine/wait.ts",
    "export const wait = () => AbortSignal.timeout(1);",
    "AbortSignal.timeout may not be used in runtime",
  ],
  [
    "the clock in an adapter",
    "packages/adapters/src/tools/now.ts",
    "export const now = () => new Date();",
    "new Date() may not be used in adapters",
  ],
  [
    "the clock of a command",
    "packages/cli/src/commands/now.ts",
    "export const now = () => Date.now();",
    "Date.now may not be used in cli",
  ],
  [
    "an alias of the clock",
    "packages/cli/src/commands/now.ts",
    "const { now } = Date; export { now };",
    "an alias of Date may not be used in cli",
  ],
  [
    "the clock of a simulated world",
    "packages/testkit/src/simulator/world.ts",
    "export const now = () => Date.now();",
    "Date.now may not be used in testkit",
  ],
  [
    "chance in an adapter",
    "packages/adapters/src/tools/id.ts",
    'import { randomUUID as id } from "node:crypto"; export { id };',
    "randomUUID may not be used in adapters",
  ],
];

describe("the layer check", () => {
  test("finds nothing in a clean tree", () => {
    using tree = temporaryTree(CLEAN);
    expect(checkLayers(tree.root)).toEqual([]);
  });

  test.each(PLANTED)("finds %s", (_name, path, source, complaint) => {
    const other = source.includes("./other.ts")
      ? { "packages/core/src/base/other.ts": 'export type { Id as Other } from "./id.ts";' }
      : {};
    using tree = temporaryTree({ ...CLEAN, ...other, [path]: source });
    const problems = checkLayers(tree.root);
    expect(problems.map(({ message }) => message).join("\n")).toContain(complaint);
    expect(problems.every(({ place }) => place.startsWith("packages/"))).toBe(true);
  });

  test("shows the shortest cycle of a knot", () => {
    const file = (...names: string[]): string => names.map((name) => `import "./${name}.ts";`).join("");
    using tree = temporaryTree({
      ...CLEAN,
      "packages/core/src/base/a.ts": file("b"),
      "packages/core/src/base/b.ts": file("c"),
      "packages/core/src/base/c.ts": file("a", "d"),
      "packages/core/src/base/d.ts": file("c"),
    });
    expect(checkLayers(tree.root).map(({ message }) => message.replaceAll("packages/core/src/base/", ""))).toEqual([
      expect.stringMatching(
        /^a cycle of imports: (c.ts -> d.ts -> c.ts|d.ts -> c.ts -> d.ts) \(4 files reach each other\)$/,
      ),
    ]);
  });

  test("names the line", () => {
    using tree = temporaryTree({
      ...CLEAN,
      "packages/core/src/plan/now.ts": "\n\nexport const now = () => Date.now();\n",
    });
    expect(checkLayers(tree.root)).toEqual([
      { place: "packages/core/src/plan/now.ts:3", message: "Date may not be used in core" },
    ]);
  });
});

describe("the compiler", () => {
  test("does not know Node or a browser inside core", () => {
    const names = ["process", "setTimeout", "console", "fetch", "Buffer", "window"];
    using tree = temporaryTree({
      "tsconfig.base.json": readFileSync(join(repository, "tsconfig.base.json"), "utf8"),
      "packages/core/tsconfig.json": readFileSync(join(repository, "packages/core/tsconfig.json"), "utf8"),
      "packages/core/src/reach.ts": `${names.map((name) => `export const ${name}Here = ${name};`).join("\n")}\nimport "node:fs";`,
    });
    symlinkSync(join(repository, "node_modules"), join(tree.root, "node_modules"));
    const { stdout } = spawnSync(join(repository, "node_modules/.bin/tsc"), ["-p", "packages/core"], {
      cwd: tree.root,
      encoding: "utf8",
    });
    expect(names.filter((name) => !stdout.includes(`'${name}'`))).toEqual([]);
    expect(stdout).toContain("node:fs");
  });
});

describe("the linter", () => {
  const SEEN_BY_THE_LINTER = PLANTED.filter(([name]) =>
    [
      "an upward import",
      "an upward import of a type",
      "an upward re-export",
      "core importing runtime",
      "core importing Node",
      "another package past its entry",
      "another package by path",
      "adapters importing the API",
      "a command naming adapters",
      "an adapter importing another",
      "the testkit in production",
      "runtime opening files",
    ].includes(name),
  );

  test("shows the same breaches of the table while one types", () => {
    const planted = Object.fromEntries(
      SEEN_BY_THE_LINTER.map(([, path, source], index) => [path.replace(".ts", `-${index}.ts`), source]),
    );
    using tree = temporaryTree({
      ...CLEAN,
      ...planted,
      "packages/core/src/base/ring.ts": 'import type { B } from "./ring-b.ts"; export type A = B;',
      "packages/core/src/base/ring-b.ts": 'import type { A } from "./ring.ts"; export type B = A;',
    });
    symlinkSync(join(repository, "node_modules"), join(tree.root, "node_modules"));
    for (const name of ["oxlint.config.ts", "scripts"]) symlinkSync(join(repository, name), join(tree.root, name));
    const { stdout } = spawnSync(
      process.execPath,
      [join(repository, "node_modules/oxlint/bin/oxlint"), "--format=json", "packages"],
      {
        cwd: tree.root,
        encoding: "utf8",
      },
    );
    const missed = Object.keys(planted).filter((path) => !reported(stdout, path, "no-restricted-imports"));
    expect(missed).toEqual([]);
    expect(reported(stdout, "packages/core/src/base/ring.ts", "no-cycle")).toBe(true);
    expect(Object.keys(CLEAN).filter((path) => reported(stdout, path, "no-restricted-imports"))).toEqual([]);
  });
});

function reported(output: string, path: string, rule: string): boolean {
  const report: unknown = JSON.parse(output);
  const diagnostics = isRecord(report) ? recordsIn(report, "diagnostics") : [];
  return diagnostics.some(({ code, filename }) => String(code).includes(rule) && filename === path);
}

/** Writes docs/conformance.md from the names of the tests: `node scripts/generate-conformance.ts [--check]`. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

import { DEFERRED, REQUIRED, type Deferred } from "./conformance-deferred.ts";
import { readSourceTree, type SourceFile } from "./source-tree.ts";
import { field, identifierName, isNode, literalText, walk } from "./syntax.ts";

/** A test that names a scenario. */
export interface NamedTest {
  readonly id: string;
  readonly path: string;
  readonly name: string;
}

const SCENARIO = /\b(?:AS-\d{2}[a-d]?|[PXC]\d{2})\b/g;

/** Every test whose name holds an id of a scenario, in order of files. */
export function namedTests(files: readonly SourceFile[]): readonly NamedTest[] {
  return files
    .filter(({ path }) => /\.(test|sim)\.tsx?$/.test(path))
    .flatMap((file) => namesIn(file).flatMap((name) => idsIn(name).map((id) => ({ id, path: file.path, name }))));
}

/** The page: each required scenario with its tests, and each clause that is left out with its reason. */
export function conformancePage(
  tests: readonly NamedTest[],
  required: readonly string[],
  deferred: readonly Deferred[],
): string {
  const rows = required.flatMap((id) => {
    const found = tests.filter((each) => each.id === id);
    return found.length === 0
      ? [`| ${id} | **no test** | |`]
      : found.map(({ path, name }) => `| ${id} | ${cell(name)} | \`${path}\` |`);
  });
  const beyond = tests.filter(({ id }) => !required.includes(id));
  return [
    "# Conformance",
    "",
    "Written by `npm run generate` from the names of the tests; do not edit. `npm run verify` runs them all.",
    "",
    "| scenario | test | file |",
    "| --- | --- | --- |",
    ...rows,
    ...(beyond.length === 0
      ? []
      : ["", "## Beyond what is required", "", "| scenario | test | file |", "| --- | --- | --- |"]),
    ...beyond.map(({ id, path, name }) => `| ${id} | ${cell(name)} | \`${path}\` |`),
    "",
    "## Deferred clauses",
    "",
    "| scenario | clause | because |",
    "| --- | --- | --- |",
    ...deferred.map(({ id, clause, because }) => `| ${id} | ${cell(clause)} | ${cell(because)} |`),
    "",
  ].join("\n");
}

/** First arguments of calls of `test`, `it` and what hangs on them, such as `test.each(…)`. */
function namesIn({ program }: SourceFile): readonly string[] {
  const names: string[] = [];
  walk(program, (node) => {
    if (node.type !== "CallExpression" || !isTestCall(field(node, "callee"))) return;
    const args = field(node, "arguments");
    const name = Array.isArray(args) ? literalText(args[0]) : undefined;
    if (name !== undefined) names.push(name);
  });
  return names;
}

function isTestCall(callee: unknown): boolean {
  const name = identifierName(callee);
  if (name !== undefined) return name === "test" || name === "it";
  if (!isNode(callee)) return false;
  if (callee.type === "MemberExpression") return isTestCall(field(callee, "object"));
  return callee.type === "CallExpression" && isTestCall(field(callee, "callee"));
}

function idsIn(name: string): readonly string[] {
  return [...new Set(name.match(SCENARIO) ?? [])];
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("\n", " ");
}

if (import.meta.main) {
  const root = resolve(import.meta.dirname, "..");
  const path = join(root, "docs", "conformance.md");
  const tests = namedTests(readSourceTree(root));
  const fresh = conformancePage(tests, REQUIRED, DEFERRED);
  const missing = REQUIRED.filter((id) => !tests.some((each) => each.id === id));
  if (process.argv.includes("--check")) {
    const present = existsSync(path) ? readFileSync(path, "utf8") : "";
    if (missing.length > 0) console.log(`scenarios without a test: ${missing.join(", ")}`);
    if (fresh !== present)
      console.log("docs/conformance.md does not name the tests that are there; run `npm run generate`");
    if (missing.length > 0 || fresh !== present) process.exitCode = 1;
  } else if (!existsSync(path) || fresh !== readFileSync(path, "utf8")) {
    writeFileSync(path, fresh);
    console.log(`docs/conformance.md: ${REQUIRED.length - missing.length} of ${REQUIRED.length} scenarios have a test`);
  }
}

/**
 * Writes the offline verifier as one file to read and to run with nothing but
 * Node: `node scripts/build-verifier.ts [FILE]`, `dist/verify.mjs` when left out. It is the sources of `core/audit` with their types
 * taken off and what it does not use left out; no bundler rewrites a line.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { stripTypeScriptTypes } from "node:module";
import { dirname, join, resolve } from "node:path";

import { parseAst } from "rolldown/parseAst";

const ENTRY = "packages/adapters/src/verifier/main.ts";

/** The most lines the file may have: it is meant to be read by those who doubt us. */
export const MAX_LINES = 706;

const FORMAT = "scripts/verifier-format.json";

const TITLE =
  "// Verifies an export or a receipt of Writ with Node alone: node verify.mjs DIR. Generated from its sources; see VERIFY.md.\n";

/** One statement at the top of a module. */
interface Statement {
  readonly module: string;
  readonly text: string;
  /** Names it declares; none if it acts. */
  readonly declares: readonly string[];
  readonly uses: ReadonlySet<string>;
  /** Where the names that its module imports are declared. */
  readonly imports: ReadonlyMap<string, string>;
}

/** The text of the file; it depends on the sources alone. */
export function buildVerifier(root: string): string {
  const statements: Statement[] = [];
  const platform = new Map<string, Set<string>>();
  load(root, join(root, ENTRY), statements, platform, new Set());
  const needed = reachable(statements, join(root, ENTRY));
  const imports = [...platform].map(([name, names]) => `import { ${[...names].sort().join(", ")} } from "${name}";\n`);
  const body = statements.filter((statement) => needed.has(statement)).map(({ text }) => text);
  const code = format(root, `${imports.join("")}${body.join("\n")}`);
  return `${TITLE}${code}`;
}

/** Adds the statements of a module after those of what it imports. */
function load(
  root: string,
  path: string,
  statements: Statement[],
  platform: Map<string, Set<string>>,
  seen: Set<string>,
): void {
  if (seen.has(path)) return;
  seen.add(path);
  const code = stripTypeScriptTypes(readFileSync(path, "utf8"));
  const { body } = parseAst(code);
  const imports = new Map<string, string>();
  for (const node of body) {
    if (node.type !== "ImportDeclaration") continue;
    const from = node.source.value;
    const names = node.specifiers.map(({ local }) => local.name);
    if (from.startsWith("node:")) platform.set(from, new Set([...(platform.get(from) ?? []), ...names]));
    else {
      const source = locate(root, path, from);
      for (const name of names) imports.set(name, source);
      load(root, source, statements, platform, seen);
    }
  }
  for (const node of body) {
    if (node.type === "ImportDeclaration") continue;
    const inner = node.type === "ExportNamedDeclaration" ? (node.declaration ?? node) : node;
    const text = code.slice(inner.start, node.end);
    const declares = declaredBy(inner);
    const comment = text.split("\n").length > 4 ? commentAbove(code.slice(0, node.start)) : "";
    statements.push({ module: path, text: `${comment}${text}`, declares, uses: identifiersIn(inner), imports });
  }
}

/** The first paragraph of the doc comment that ends here, if it is one line. */
function commentAbove(code: string): string {
  const [, words = ""] = /\/\*\*(?:\n \*)? ((?:(?!\*\/|\n)[^])+?)(?:\n(?:(?!\*\/)[^])*| )\*\/\n$/.exec(code) ?? [];
  return words === "" || words.startsWith("@") ? "" : `// ${words}\n`;
}

function locate(root: string, from: string, specifier: string): string {
  const core = "@writ/core/";
  if (specifier.startsWith(core)) return join(root, "packages/core/src", `${specifier.slice(core.length)}.ts`);
  if (specifier.startsWith(".")) return resolve(dirname(from), specifier);
  throw new Error(`${from} imports ${specifier}, which the verifier may not lean on`);
}

/** What the acting statements of the entry lead to. One name may mean one thing only: all end up in one file. */
function reachable(statements: readonly Statement[], entry: string): ReadonlySet<Statement> {
  const declared = new Map(
    statements.flatMap((each) => each.declares.map((name) => [`${each.module} ${name}`, each] as const)),
  );
  const needed = new Set<Statement>();
  const meanings = new Map<string, Statement>();
  const open = statements.filter(({ module, declares }) => module === entry && declares.length === 0);
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (needed.has(next)) continue;
    needed.add(next);
    for (const name of next.declares) {
      const other = meanings.get(name);
      if (other !== undefined) throw new Error(`${name} is declared in ${other.module} and in ${next.module}`);
      meanings.set(name, next);
    }
    for (const name of next.uses) {
      const found = declared.get(`${next.module} ${name}`) ?? declared.get(`${next.imports.get(name)} ${name}`);
      if (found !== undefined) open.push(found);
    }
  }
  return needed;
}

function declaredBy(node: unknown): readonly string[] {
  if (!isNode(node)) return [];
  if (node["type"] === "VariableDeclaration" && Array.isArray(node["declarations"]))
    return node["declarations"].flatMap(idOf);
  return node["type"] === "FunctionDeclaration" || node["type"] === "ClassDeclaration" ? idOf(node) : [];
}

function idOf(node: unknown): readonly string[] {
  const id = isNode(node) ? node["id"] : undefined;
  return isNode(id) && typeof id["name"] === "string" ? [id["name"]] : [];
}

/** Every identifier that is not merely a member's name. */
function identifiersIn(node: unknown, found = new Set<string>()): Set<string> {
  if (Array.isArray(node)) for (const item of node) identifiersIn(item, found);
  if (!isNode(node)) return found;
  if (node["type"] === "Identifier" && typeof node["name"] === "string") found.add(node["name"]);
  for (const [name, child] of Object.entries(node)) {
    const isMemberName = (name === "property" || name === "key") && node["computed"] === false;
    if (!isMemberName) identifiersIn(child, found);
  }
  return found;
}

function isNode(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function format(root: string, code: string): string {
  const compact = code.replaceAll(/^\s*\n/gm, "");
  const oxfmt = join(root, "node_modules/.bin/oxfmt");
  const options = ["-c", join(root, FORMAT), "--stdin-filepath", "verify.mjs"];
  return execFileSync(oxfmt, options, { input: compact, encoding: "utf8" });
}

if (import.meta.main) {
  const root = resolve(import.meta.dirname, "..");
  const target = resolve(process.argv[2] ?? join(root, "dist/verify.mjs"));
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, buildVerifier(root));
}

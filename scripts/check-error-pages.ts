/**
 * Every code a caller can meet has a page, and every page a code. A table of
 * codes is an exported constant of `core` called `ERRORS`, `…FINDINGS` or `…CODES`.
 */
import { existsSync, globSync, readFileSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

import { isRecord } from "./json-file.ts";
import { conclude } from "./report.ts";

const TABLE = /^export const ((?:[A-Z]+_)*(?:ERRORS|FINDINGS|CODES))\b/gm;

/** What each page must say, in its words. */
const PARTS = ["**What it means.**", "**Why.**", "**What to do next.**"];

/** The codes of a table, which is a list of them or has them as its keys. */
export function codesOf(table: unknown): readonly string[] {
  if (Array.isArray(table)) return table.filter((code): code is string => typeof code === "string");
  return typeof table === "object" && table !== null ? Object.keys(table) : [];
}

export function checkErrorPages(codes: readonly string[], folder: string): readonly string[] {
  const pages = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(".md")) : [];
  const known = new Set(codes);
  const missing = [...known]
    .filter((code) => !pages.includes(`${code}.md`))
    .map((code) => `docs/errors/${code}.md is missing`);
  const orphaned = pages
    .filter((name) => !known.has(name.slice(0, -".md".length)))
    .map((name) => `docs/errors/${name} explains a code that no table holds`);
  const incomplete = pages.flatMap((name) => {
    const text = readFileSync(join(folder, name), "utf8");
    const wanted = [`# ${name.slice(0, -".md".length)}\n`, ...PARTS].filter((part) => !text.includes(part));
    return wanted.map((part) => `docs/errors/${name} lacks "${part.trim()}"`);
  });
  return [...missing, ...orphaned, ...incomplete].toSorted();
}

/** The codes of every table in the sources below `folder`. */
export async function codesBelow(folder: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const path of globSync("**/*.ts", { cwd: folder }).toSorted()) {
    if (/\.(test|sim)\.ts$/.test(path)) continue;
    const names = [...readFileSync(join(folder, path), "utf8").matchAll(TABLE)].map(([, name]) => name ?? "");
    if (names.length === 0) continue;
    const exported: unknown = await import(pathToFileURL(join(folder, path)).href);
    if (isRecord(exported)) found.push(...names.flatMap((name) => codesOf(exported[name])));
  }
  return [...new Set(found)];
}

if (import.meta.main) {
  const root = resolve(import.meta.dirname, "..");
  const codes = await codesBelow(join(root, "packages/core/src"));
  conclude(checkErrorPages(codes, join(root, "docs/errors")), `${codes.length} codes, each with its page`);
}

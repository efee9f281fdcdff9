/** Decision records are numbered without gaps, and each says context, decision and consequence. */
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";

import { conclude } from "./report.ts";

const HEADINGS = ["## Context", "## Decision", "## Consequence"];

export function checkDecisions(folder: string): readonly string[] {
  const files = existsSync(folder) ? readdirSync(folder).toSorted() : [];
  return files.flatMap((name, index) => {
    const number = String(index + 1).padStart(4, "0");
    if (!/^\d{4}-[a-z0-9-]+\.md$/.test(name)) return [`docs/decisions/${name}: call it NNNN-title.md`];
    const text = readFileSync(join(folder, name), "utf8");
    const misnumbered = name.startsWith(number) ? [] : [`docs/decisions/${name}: the next number is ${number}`];
    const untitled = text.startsWith(`# ${name.slice(0, 4)}. `)
      ? []
      : [`docs/decisions/${name}: begin with "# ${name.slice(0, 4)}. "`];
    const silent = HEADINGS.filter((heading) => !text.includes(`\n${heading}\n`));
    return [...misnumbered, ...untitled, ...silent.map((heading) => `docs/decisions/${name} lacks "${heading}"`)];
  });
}

if (import.meta.main) {
  conclude(checkDecisions(join(resolve(import.meta.dirname, ".."), "docs/decisions")), "the decisions are in order");
}

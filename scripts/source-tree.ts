import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join, relative, sep } from "node:path";

import { parse, type SyntaxNode } from "./syntax.ts";

/** One TypeScript file of a package. Paths use `/` and start at the repository's root. */
export interface SourceFile {
  readonly path: string;
  readonly packageName: string;
  /** The folder directly below `src`, or `""` for files that lie in `src` itself. */
  readonly room: string;
  /** Tests and simulations may import what production code may not. */
  readonly isTest: boolean;
  readonly text: string;
  readonly program: SyntaxNode;
}

/** A suite's own bench lies beside its tests. */
const TEST_FILE = /\.(test|sim)\.tsx?$|\/src\/acceptance\//;

export function readSourceTree(root: string): readonly SourceFile[] {
  const packages = join(root, "packages");
  if (!existsSync(packages)) return [];
  return readdirSync(packages)
    .toSorted()
    .flatMap((packageName) => readPackage(root, packageName));
}

function readPackage(root: string, packageName: string): SourceFile[] {
  const source = join(root, "packages", packageName, "src");
  if (!existsSync(source)) return [];
  return readdirSync(source, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted()
    .map((absolute) => {
      const path = relative(root, absolute).split(sep).join("/");
      const [room, ...below] = path.split("/").slice(3);
      const text = readFileSync(absolute, "utf8");
      return {
        path,
        packageName,
        room: below.length === 0 || room === undefined ? "" : room,
        isTest: TEST_FILE.test(path),
        text,
        program: parse(path, text),
      };
    });
}

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import type { BundleFiles } from "@writ/core";

/** The files of a bundle. What is no regular file gets a name that no bundle may hold. */
export function readBundle(path: string): BundleFiles {
  const entries = readdirSync(path, { withFileTypes: true });
  const odd = entries.filter((entry) => !entry.isFile()).map(({ name }) => [`${name}/`, Buffer.of()] as const);
  const files = entries
    .filter((entry) => entry.isFile())
    .map(({ name }) => [name, readFileSync(join(path, name))] as const);
  return new Map([...odd, ...files]);
}

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import type { BundleFiles } from "@writ/core";

/** The files of a bundle. What is no regular file gets a name that no bundle may hold. */
export function readBundle(path: string): BundleFiles {
  const read = (name: string, isFile: boolean): readonly [string, Uint8Array] =>
    isFile ? [name, readFileSync(join(path, name))] : [`${name}/`, Buffer.of()];
  return new Map(readdirSync(path, { withFileTypes: true }).map((entry) => read(entry.name, entry.isFile())));
}

/** Bundles one program of the tests, so that starting it a thousand times costs what the shipped one costs. */
import { join } from "node:path";

import { rolldown } from "rolldown";

import { bundleAssets } from "./bundle-assets.ts";

/** @returns the path of the bundle's entry, `<folder>/<name>.mjs` */
export async function bundleProgram(root: string, source: string, folder: string, name: string): Promise<string> {
  const packages = join(root, "packages");
  const build = await rolldown({
    cwd: root,
    input: { [name]: source },
    platform: "node",
    treeshake: { moduleSideEffects: (id) => !id.startsWith(packages) || id.includes("node_modules") || id === source },
    plugins: [bundleAssets(packages)],
    logLevel: "warn",
  });
  try {
    await build.write({
      dir: folder,
      format: "esm",
      entryFileNames: "[name].mjs",
      chunkFileNames: "[name]-[hash].mjs",
    });
  } finally {
    await build.close();
  }
  return join(folder, `${name}.mjs`);
}

import { mkdir, open, readdir } from "node:fs/promises";
import { join } from "node:path";

import { OrchestratorError } from "@writ/core";
import type { BundleFolder } from "@writ/runtime";

import { fileError } from "../files/file-error.ts";

/** Writes bundles where their owner alone reads them; the manifest comes last, so that a torn bundle has none. */
export const bundleFolder: BundleFolder = {
  async write(folder, files) {
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      if ((await readdir(folder)).length > 0) {
        throw new OrchestratorError("folder_not_empty", `${folder} is not empty; name a folder that is, or a new one`, {
          details: { folder },
        });
      }
      const last = [...files].filter(([name]) => name === "manifest");
      for (const [name, bytes] of [...[...files].filter(([name]) => name !== "manifest"), ...last]) {
        await using file = await open(join(folder, name), "wx", 0o600);
        await file.writeFile(bytes);
        await file.sync();
      }
    } catch (error) {
      throw fileError(error, folder, "write");
    }
  },
};

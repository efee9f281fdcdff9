import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { OrchestratorError } from "@writ/core";
import type { World } from "./world.ts";

/** The bytes of a file a person named on the command line. @throws OrchestratorError `file_not_found` */
export function readGiven(world: World, file: string): Buffer {
  try {
    return readFileSync(resolve(world.cwd, file));
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw new OrchestratorError("file_not_found", `${file} cannot be read; check its path and try again`, {
      details: { file },
      cause: error,
    });
  }
}

import { OrchestratorError, type Problem } from "@writ/core";
import picomatch from "picomatch";

import { touchedPaths, type Patch } from "./patch.ts";

/** The largest patch that is worth looking at as one. */
export interface PatchLimits {
  readonly maxFiles: number;
  /** Added and removed lines together. */
  readonly maxLines: number;
  /** Globs every patch has to stay within; empty for no bound. */
  readonly scope: readonly string[];
}

export const DEFAULT_PATCH_LIMITS: PatchLimits = { maxFiles: 50, maxLines: 4_000, scope: [] };

/**
 * @param scope what the caller of this patch allows, beside `limits`
 * @throws OrchestratorError `patch_too_large`; `patch_out_of_scope` naming every file outside
 */
export function checkPatchSize(patch: Patch, scope: readonly string[] | null, limits: PatchLimits): void {
  const paths = touchedPaths(patch).map(({ path }) => path);
  if (paths.length > limits.maxFiles) tooLarge(`changes ${paths.length} files, and ${limits.maxFiles} are the most`);
  const lines = patch.files.flatMap(({ hunks }) => hunks.flatMap((hunk) => hunk.lines.filter(({ op }) => op !== " ")));
  if (lines.length > limits.maxLines) tooLarge(`changes ${lines.length} lines, and ${limits.maxLines} are the most`);
  const bounds = [...(limits.scope.length === 0 ? [] : [limits.scope]), ...(scope === null ? [] : [scope])];
  const problems = paths.filter((path) => !bounds.every((globs) => isWithin(path, globs))).map(outside);
  const [first] = problems;
  if (first !== undefined) throw new OrchestratorError("patch_out_of_scope", first.message, { problems });
}

/** An empty list of globs matches nothing. */
function isWithin(path: string, globs: readonly string[]): boolean {
  return globs.length > 0 && picomatch([...globs], { dot: true })(path);
}

function outside(path: string): Problem {
  return {
    code: "patch_out_of_scope",
    message: `the patch changes ${path}, which is outside the files it may change.`,
    place: { file: path },
    remedy: "Leave the file out of the patch, or widen `scope`.",
  };
}

function tooLarge(why: string): never {
  throw new OrchestratorError("patch_too_large", `the patch ${why}; split it.`);
}

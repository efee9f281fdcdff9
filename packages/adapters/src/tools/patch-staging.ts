import { OrchestratorError } from "@writ/core";
import type { WorkspaceFiles } from "@writ/runtime";

import { plainText } from "../docs-index/plain-text.ts";
import { utf8 } from "../system/text-bytes.ts";
import { applyPatch } from "./apply-patch.ts";
import { parsePatch } from "./parse-patch.ts";
import { touchedPaths, type Patch, type PatchFault } from "./patch.ts";

const MAX_PATCHED_BYTES = 16_777_216;

export interface PatchedStaging {
  /** Why nothing was applied; null when all was. */
  readonly fault: OrchestratorError | null;
  readonly files: number;
  /** Hunks that stood elsewhere than the patch says. */
  readonly shifted: number;
}

/** Applies a patch to a copy of the workspace. */
export async function patchStaging(text: string, files: WorkspaceFiles): Promise<PatchedStaging> {
  const parsed = parsePatch(text);
  if (!parsed.ok) return refused(toError(parsed.error));
  try {
    const applied = applyPatch(parsed.value, await textsOf(parsed.value, files));
    if (!applied.ok) return refused(toError(applied.error));
    const { changes, shifts } = applied.value;
    for (const { path, after, mode } of changes) {
      if (after === null) await files.remove(path, { expect: "anything" });
      else await files.write(path, utf8(after), { expect: "anything", mode });
    }
    return { fault: null, files: changes.length, shifted: shifts.length };
  } catch (error) {
    // What a patch can name and a file cannot be: a link in its path, a pipe, a folder.
    if (error instanceof OrchestratorError && IS_FAULT.has(error.code)) return refused(error);
    throw error;
  }
}

const IS_FAULT: ReadonlySet<string> = new Set([
  "path_escape",
  "path_closed",
  "file_not_regular",
  "file_too_large",
  "patch_does_not_apply",
]);

async function textsOf(patch: Patch, files: WorkspaceFiles): Promise<ReadonlyMap<string, string>> {
  const texts = new Map<string, string>();
  for (const { path } of touchedPaths(patch)) {
    if ((await files.stat(path)) === null) continue;
    const { content } = await files.read(path, MAX_PATCHED_BYTES);
    const text = plainText(content);
    if (text === null)
      throw new OrchestratorError("patch_does_not_apply", `${path} is no text, and a patch changes text only.`);
    texts.set(path, text);
  }
  return texts;
}

function toError(fault: PatchFault): OrchestratorError {
  return new OrchestratorError(fault.code, fault.message, { problems: [fault] });
}

function refused(fault: OrchestratorError): PatchedStaging {
  return { fault, files: 0, shifted: 0 };
}

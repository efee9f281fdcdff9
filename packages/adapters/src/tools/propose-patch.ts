import { OrchestratorError, sensitivityOf } from "@writ/core";
import { type Acted, defineTool, type Frozen, type Tool, type ToolCall } from "@writ/runtime";
import * as z from "zod";

import { plainText } from "../docs-index/plain-text.ts";
import { utf8 } from "../system/text-bytes.ts";
import { applyPatch } from "./apply-patch.ts";
import { filePath, sha256Hex } from "./document-schema.ts";
import { changesOf, filePreview, filesTitle, isAsWanted, type WantedFile } from "./file-change.ts";
import { lookAtTarget, targetsEvidence, type FileTarget } from "./file-target.ts";
import { parsePatch } from "./parse-patch.ts";
import { checkPatchSize, DEFAULT_PATCH_LIMITS, type PatchLimits } from "./patch-limits.ts";
import { touchedPaths, type Patch, type PatchResult } from "./patch.ts";
import type { PreviousContents } from "./previous-contents.ts";
import { checkFrozen, replaceFiles, toTarget } from "./replace-files.ts";

const count = z.int().nonnegative();

const params = z.strictObject({
  /** A unified diff, plain or as git writes it. */
  patch: z.string().min(1).max(1_000_000),
  /** Globs: files that none of them matches may not be changed. */
  scope: z.array(z.string().min(1).max(1_000)).max(50).optional(),
});

const changedFile = z.strictObject({
  path: filePath,
  change: z.enum(["create", "overwrite", "delete"]),
  added: count,
  removed: count,
  /** Of the file as it is now; null for a deleted one. */
  sha256: sha256Hex.nullable(),
  bytes: count,
  /** Why writing this file can act by itself; null for an ordinary one. */
  sensitivity: z.string().nullable(),
});

const output = z.strictObject({
  files: z.array(changedFile),
  added: count,
  removed: count,
  diff: z.string(),
  /** `high` when a file can act by itself. */
  risk: z.enum(["medium", "high"]),
  /** Hunks that stood elsewhere than the patch says. */
  shifted: z.array(z.strictObject({ path: filePath, hunk: z.int().positive(), lines: z.int() })),
});

/** Changes code by a patch: every file, or none. */
export function proposePatch(previous: PreviousContents, limits: PatchLimits = DEFAULT_PATCH_LIMITS): Tool {
  return defineTool({
    name: "code.propose_patch",
    summary: "Applies a unified diff to files of the workspace, all or none, and can take it back.",
    approvalMode: "local_write",
    idempotency: "supported",
    params,
    output,
    traits: {
      reversible: true,
      writes: [{ at: "/patch", as: "patch" }],
      effect: { class: "files.write", target: "patch" },
    },
    freeze: async (proposal, call) => await freeze(readPatch(proposal, limits), call),
    act: async (proposal, call) => await apply(readPatch(proposal, limits), call, previous),
  });
}

/** @throws OrchestratorError `patch_malformed`, `path_escape`, `path_closed`, `patch_too_large`, `patch_out_of_scope` */
function readPatch({ patch: text, scope }: z.infer<typeof params>, limits: PatchLimits): Patch {
  const patch = valueOf(parsePatch(text));
  checkPatchSize(patch, scope ?? null, limits);
  return patch;
}

async function freeze(patch: Patch, call: ToolCall): Promise<Frozen> {
  const targets = await lookAtAll(patch, call);
  const { wanted } = staged(patch, targets);
  const changes = changesOf(pairs(wanted, targets));
  const title = filesTitle(
    changes,
    wanted.map(({ path }) => path),
  );
  return { preview: filePreview(changes, title), live: { targets: targetsEvidence(targets) } };
}

async function apply(patch: Patch, call: ToolCall, previous: PreviousContents): Promise<Acted<z.infer<typeof output>>> {
  const now = await lookAtAll(patch, call);
  const kept = (await previous.recall(call.idempotencyKey))?.map(toTarget) ?? null;
  const base = kept !== null && wasBegun(patch, kept, now) ? kept : now;
  const { wanted, shifted } = staged(patch, base);
  const paths = wanted.map(({ path }) => path);
  const check = (targets: readonly FileTarget[]): void => checkFrozen(call, "targets", targetsEvidence(targets), paths);
  const { artifacts, undo } = await replaceFiles(wanted, check, call, previous);
  return { output: { ...described(wanted, base), shifted }, artifacts, undo };
}

/** Whether an attempt before this one changed some of the files: the patch fits those no more, or fits them twice. */
function wasBegun(patch: Patch, kept: readonly FileTarget[], now: readonly FileTarget[]): boolean {
  const fits = stage(patch, kept);
  if (!fits.ok) return false;
  return pairs(fits.value.wanted, kept).some(({ before, after }) => {
    const found = now.find(({ path }) => path === after.path);
    return found !== undefined && isAsWanted(found, after) && !isAsWanted(before, after);
  });
}

interface Staged {
  readonly wanted: readonly WantedFile[];
  readonly shifted: { path: string; hunk: number; lines: number }[];
}

/** @throws OrchestratorError `patch_does_not_apply` */
function staged(patch: Patch, targets: readonly FileTarget[]): Staged {
  return valueOf(stage(patch, targets));
}

function stage(patch: Patch, targets: readonly FileTarget[]): PatchResult<Staged> {
  const texts = new Map<string, string>();
  for (const { path, content } of targets) {
    const text = content === null ? null : plainText(content);
    if (text !== null) texts.set(path, text);
    else if (content !== null)
      throw new OrchestratorError("patch_does_not_apply", `${path} is no text, and a patch changes text only.`);
  }
  const applied = applyPatch(patch, texts);
  if (!applied.ok) return applied;
  const wanted = applied.value.changes.map(({ path, after, mode }) => ({
    path,
    mode,
    content: after === null ? null : utf8(after),
  }));
  return { ok: true, value: { wanted, shifted: applied.value.shifts.map((shift) => ({ ...shift })) } };
}

async function lookAtAll(patch: Patch, call: ToolCall): Promise<readonly FileTarget[]> {
  return await Promise.all(touchedPaths(patch).map(async ({ path }) => await lookAtTarget(call.files, path)));
}

function pairs(wanted: readonly WantedFile[], targets: readonly FileTarget[]) {
  return wanted.map((after) => ({
    after,
    before: targets.find(({ path }) => path === after.path) ?? { path: after.path, content: null, missingFolders: 0 },
  }));
}

function described(
  wanted: readonly WantedFile[],
  before: readonly FileTarget[],
): Omit<z.infer<typeof output>, "shifted"> {
  const changes = changesOf(pairs(wanted, before));
  const files = changes.map(({ path, change, added, removed, after }) => ({
    path,
    change,
    added,
    removed,
    sha256: after?.sha256 ?? null,
    bytes: after?.bytes ?? 0,
    sensitivity: sensitivityOf(path) ?? (isProgram(after?.mode) ? "executable" : null),
  }));
  return {
    files,
    added: files.reduce((sum, file) => sum + file.added, 0),
    removed: files.reduce((sum, file) => sum + file.removed, 0),
    diff: changes.map(({ diff }) => diff ?? "").join(""),
    risk: files.some(({ sensitivity }) => sensitivity !== null) ? "high" : "medium",
  };
}

function isProgram(mode = "0644"): boolean {
  return (Number.parseInt(mode, 8) & 0o111) !== 0;
}

function valueOf<T>(result: PatchResult<T>): T {
  if (result.ok) return result.value;
  throw new OrchestratorError(result.error.code, result.error.message, { problems: [result.error] });
}

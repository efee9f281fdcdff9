import { equalJson, isJsonArray, OrchestratorError, type FileChange } from "@writ/core";
import { defineTool, type Frozen, type Tool, type ToolCall, ToolFailure } from "@writ/runtime";
import * as z from "zod";

import { filePath, sha256Hex } from "./document-schema.ts";
import { changesOf, filePreview, filesTitle } from "./file-change.ts";
import { expectedOf, lookAtTarget, targetsEvidence, type FileTarget, type PresentFile } from "./file-target.ts";
import { stale } from "./replace-files.ts";

/** The largest file that can be deleted: an approval names it by its digest, so it is read. */
const MAX_DELETED_BYTES = 268_435_456;
/** A larger file is shown by its size alone. */
const MAX_SHOWN_BYTES = 65_536;

const deleted = z.strictObject({ path: filePath, bytes: z.int().nonnegative(), sha256: sha256Hex });

export const deleteFiles: Tool = defineTool({
  name: "files.delete",
  summary: "Deletes files of the workspace and keeps no copy.",
  approvalMode: "destructive",
  idempotency: "supported",
  params: z
    .strictObject({ paths: z.array(filePath).min(1).max(200) })
    .refine(({ paths }) => new Set(paths).size === paths.length, "a path is given twice"),
  output: z.strictObject({
    deleted: z.array(deleted),
    /** Gone already, as after an attempt that was interrupted. */
    absent: z.array(filePath),
  }),
  traits: { effect: { class: "files.delete", target: "paths" } },
  freeze: async ({ paths }, call) => await freeze(paths, call),
  run: async ({ paths }, call) => await remove(paths, call),
});

async function freeze(paths: readonly string[], call: ToolCall): Promise<Frozen> {
  const targets = await lookAtAll(paths, call);
  const changes = changesOf(
    targets.map((before) => ({ before, after: { path: before.path, content: null, mode: null } })),
  );
  const bytes = targets.reduce((sum, { content }) => sum + (content?.length ?? 0), 0);
  const title = `${filesTitle(changes, paths)}, ${sizeOf(bytes)}, and keep no copy`;
  return { preview: filePreview(changes.map(withoutLongDiff), title), live: { targets: targetsEvidence(targets) } };
}

async function remove(paths: readonly string[], call: ToolCall) {
  const targets = await lookAtAll(paths, call);
  for (const target of targets) checkSeen(target, call);
  const present = targets.flatMap((target) => (target.content === null ? [] : [target]));
  const gone: PresentFile[] = [];
  for (const target of present) {
    try {
      call.signal.throwIfAborted();
      await call.files.remove(target.path, { expect: expectedOf(target) });
      gone.push(target);
    } catch (error) {
      throw partly(error, gone);
    }
  }
  return {
    deleted: gone.map(({ path, content, sha256 }) => ({ path, bytes: content.length, sha256 })),
    absent: targets.flatMap(({ path, content }) => (content === null ? [path] : [])),
  };
}

/** A file that is there must be the one that was approved; one that is gone needs no approval any more. */
function checkSeen(target: FileTarget, call: ToolCall): void {
  const seen = call.frozen["targets"];
  if (target.content === null || !isJsonArray(seen)) return;
  const [now] = targetsEvidence([target]);
  if (now === undefined || !seen.some((each) => equalJson(each, now))) throw stale(target.path);
}

async function lookAtAll(paths: readonly string[], call: ToolCall): Promise<readonly FileTarget[]> {
  return await Promise.all(paths.map(async (path) => await lookAtTarget(call.files, path, MAX_DELETED_BYTES)));
}

function withoutLongDiff(change: FileChange): FileChange {
  return (change.before?.bytes ?? 0) > MAX_SHOWN_BYTES ? { ...change, diff: null } : change;
}

/** What was deleted stays so: say it, whatever stopped the rest. */
function partly(cause: unknown, gone: readonly PresentFile[]): Error {
  const error = cause instanceof Error ? cause : new Error(String(cause));
  const isMoved = error instanceof OrchestratorError && error.code === "evidence_moved";
  if (gone.length === 0) return isMoved ? new ToolFailure("evidence_stale", error.message, { cause }) : error;
  const done = gone.map(({ path }) => path).join(", ");
  return new ToolFailure(isMoved ? "evidence_stale" : "unknown", `${error.message} Already deleted: ${done}.`, {
    happened: "unknown",
    cause,
  });
}

function sizeOf(bytes: number): string {
  if (bytes < 1_000) return `${bytes} bytes`;
  return bytes < 1_000_000 ? `${(bytes / 1_000).toFixed(1)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

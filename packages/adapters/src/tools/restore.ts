import { defineTool, ToolFailure, type Tool, type ToolCall } from "@writ/runtime";
import * as z from "zod";

import { changesOf, filePreview, filesTitle, type WantedFile } from "./file-change.ts";
import { lookAtTarget, targetsEvidence, type FileTarget } from "./file-target.ts";
import type { PreviousContents } from "./previous-contents.ts";
import { checkFrozen, replaceFiles, stale } from "./replace-files.ts";
import { bytesOf, restoredFile, type RestoredFile } from "./restored-file.ts";

const output = z.strictObject({
  restored: z.array(z.string()),
  removed: z.array(z.string()),
  /** Folders that the change had made for its files, and that were empty now. */
  removed_folders: z.array(z.string()),
});

/** Puts one file back, if it still is what the call that changed it left behind. */
export function restoreFile(previous: PreviousContents): Tool {
  return defineTool({
    name: "files.restore",
    summary: "Puts a file back as it was before a change, if nobody changed it since.",
    approvalMode: "local_write",
    idempotency: "supported",
    params: restoredFile,
    output,
    traits: { compensates: true, writes: [{ at: "/path", as: "path" }] },
    freeze: async (file, call) => await freeze([file], call),
    act: async (file, call) => await restore([file], call, previous),
  });
}

/** The same for several files: all, or none. */
export function restoreFiles(previous: PreviousContents): Tool {
  return defineTool({
    name: "files.restore_many",
    summary: "Puts files back as they were before a change, if nobody changed any of them since.",
    approvalMode: "local_write",
    idempotency: "supported",
    params: z.strictObject({ files: z.array(restoredFile).min(1).max(1_000) }),
    output,
    traits: { compensates: true },
    freeze: async ({ files }, call) => await freeze(files, call),
    act: async ({ files }, call) => await restore(files, call, previous),
  });
}

async function freeze(files: readonly RestoredFile[], call: ToolCall) {
  const targets = await Promise.all(files.map(({ path }) => lookAtTarget(call.files, path)));
  const changes = changesOf(
    files.map((file, at) => ({ before: targets[at] ?? nothingAt(file.path), after: toWanted(file) })),
  );
  const paths = files.map(({ path }) => path);
  const folders = files.some(madeFolders) ? ", and the folders made for it if they are empty then" : "";
  return {
    preview: filePreview(changes, `Take back: ${filesTitle(changes, paths)}${folders}`),
    live: { targets: targetsEvidence(targets) },
  };
}

async function restore(files: readonly RestoredFile[], call: ToolCall, previous: PreviousContents) {
  const check = (targets: readonly FileTarget[]): void => {
    checkFrozen(
      call,
      "targets",
      targetsEvidence(targets),
      files.map(({ path }) => path),
    );
    for (const [at, { path, expect_sha256 }] of files.entries()) {
      const found = targets[at] ?? nothingAt(path);
      if ((found.content === null ? null : found.sha256) !== expect_sha256) throw stale(path);
    }
  };
  const { artifacts } = await replaceFiles(files.map(toWanted), check, call, previous);
  const folders: string[] = [];
  for (const file of files) {
    if (madeFolders(file)) folders.push(...(await call.files.removeEmptyFolders(file.path, file.made_folders)));
  }
  const [restored, removed] = [
    files.filter(({ content }) => content !== null),
    files.filter(({ content }) => content === null),
  ];
  return {
    output: {
      restored: restored.map(({ path }) => path),
      removed: removed.map(({ path }) => path),
      removed_folders: folders,
    },
    artifacts,
  };
}

function madeFolders({ content, made_folders }: RestoredFile): boolean {
  return content === null && made_folders > 0;
}

function toWanted({ path, content, encoding, mode }: RestoredFile): WantedFile {
  if (content === null) return { path, content: null, mode: null };
  const bytes = bytesOf(content, encoding);
  if (bytes === null) throw new ToolFailure("schema_mismatch", `the content of ${path} is not Base64`);
  return { path, content: bytes, mode };
}

function nothingAt(path: string): FileTarget {
  return { path, content: null, missingFolders: 0 };
}

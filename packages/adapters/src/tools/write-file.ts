import type { Acted, Frozen, ToolCall } from "@writ/runtime";
import * as z from "zod";

import { nodeHasher } from "../system/sha256.ts";
import { filePath, sha256Hex } from "./document-schema.ts";
import { changesOf, filePreview, filesTitle, type WantedFile } from "./file-change.ts";
import { lookAtTarget, targetEvidence } from "./file-target.ts";
import type { PreviousContents } from "./previous-contents.ts";
import { checkFrozen, replaceFiles } from "./replace-files.ts";

const writtenFile = z.strictObject({
  path: filePath,
  sha256: sha256Hex,
  bytes: z.int().nonnegative(),
  /** False when the file was already so. */
  changed: z.boolean(),
});

/** What tools that write the file at `path` have in common. */
export const WRITES_ONE_FILE = {
  approvalMode: "local_write",
  idempotency: "supported",
  output: writtenFile,
  traits: {
    reversible: true,
    writes: [{ at: "/path", as: "path" }],
    effect: { class: "files.write", target: "path" },
  },
} as const;

/** The picture of one file's change, resting on what stands there now as live value `target`. */
export async function freezeWrite(path: string, content: Uint8Array, call: ToolCall): Promise<Frozen> {
  const before = await lookAtTarget(call.files, path);
  const changes = changesOf([{ before, after: wanted(path, content) }]);
  return { preview: filePreview(changes, filesTitle(changes, [path])), live: { target: targetEvidence(before) } };
}

/** Writes one file, if it still is what was approved; the same bytes in the same place are done already. */
export async function writeOne(
  path: string,
  content: Uint8Array,
  call: ToolCall,
  previous: PreviousContents,
): Promise<Acted<z.infer<typeof writtenFile>>> {
  const { artifacts, undo } = await replaceFiles(
    [wanted(path, content)],
    ([target = { path, content: null, missingFolders: 0 }]) =>
      checkFrozen(call, "target", targetEvidence(target), [path]),
    call,
    previous,
  );
  const output = { path, sha256: nodeHasher.sha256Hex(content), bytes: content.length, changed: undo !== null };
  return { output, artifacts, undo };
}

function wanted(path: string, content: Uint8Array): WantedFile {
  return { path, content, mode: null };
}

import type { Json } from "@writ/core";
import type { Acted, Frozen, ToolCall } from "@writ/runtime";

import { nodeHasher } from "../system/sha256.ts";
import { changesOf, filePreview, filesTitle, type WantedFile } from "./file-change.ts";
import { lookAtTarget, targetEvidence } from "./file-target.ts";
import type { PreviousContents } from "./previous-contents.ts";
import { checkFrozen, replaceFiles } from "./replace-files.ts";

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
): Promise<Acted<WrittenFile>> {
  const { artifacts, undo } = await replaceFiles(
    [wanted(path, content)],
    ([target = { path, content: null }]) => checkFrozen(call, "target", targetEvidence(target), [path]),
    call,
    previous,
  );
  const output = { path, sha256: nodeHasher.sha256Hex(content), bytes: content.length, changed: undo !== null };
  return { output, artifacts, undo };
}

export interface WrittenFile {
  readonly [key: string]: Json;
  readonly path: string;
  readonly sha256: string;
  readonly bytes: number;
  /** False when the file was already so. */
  readonly changed: boolean;
}

function wanted(path: string, content: Uint8Array): WantedFile {
  return { path, content, mode: null };
}

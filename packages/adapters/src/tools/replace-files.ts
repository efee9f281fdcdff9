import { equalJson, OrchestratorError, type Json } from "@writ/core";
import { ToolFailure, type ToolCall, type ToolOutcome } from "@writ/runtime";

import { nodeHasher } from "../system/sha256.ts";
import { isAsWanted, type WantedFile } from "./file-change.ts";
import { expectedOf, lookAtTarget, type FileTarget } from "./file-target.ts";
import type { PreviousContents, PreviousFile } from "./previous-contents.ts";
import { undoOf } from "./restored-file.ts";

/** What the files must be like for the change to happen; throws `evidence_stale` otherwise. */
export type Check = (targets: readonly FileTarget[]) => void;

/** One file of a change: what is there, what was there before any attempt of this call, what is to be. */
interface Replacement {
  readonly file: WantedFile;
  readonly now: FileTarget;
  readonly before: FileTarget;
  readonly isDone: boolean;
}

/** What was there has to be kept, and to stand in the answer. */
const MAX_PREVIOUS_BYTES = 8_388_608;

/**
 * Writes and removes files: all, or none.
 *
 * A call that was interrupted and is repeated under its key goes on where it stopped; one that finds everything as
 * it is to be changes nothing.
 *
 * @throws ToolFailure `evidence_stale` when a file is not as `check` wants it
 * @throws OrchestratorError `file_too_large`, and the errors of the files' port
 */
export async function replaceFiles(
  wanted: readonly WantedFile[],
  check: Check,
  call: ToolCall,
  previous: PreviousContents,
): Promise<Pick<ToolOutcome, "artifacts" | "undo">> {
  const kept = await previous.recall(call.idempotencyKey);
  const replacements = await Promise.all(wanted.map(async (file) => await compare(file, kept, call)));
  const before = replacements.map((each) => each.before);
  if (replacements.some(({ isDone }) => !isDone)) {
    checkAll(replacements, kept, check);
    requireKeepable(before);
    await previous.keep(call.idempotencyKey, before.map(toPrevious));
    await applyAll(replacements, call);
  }
  const isChange = replacements.some((each) => !isAsWanted(each.before, each.file));
  return {
    artifacts: wanted.flatMap(({ path, content }) =>
      content === null ? [] : [{ path, sha256: nodeHasher.sha256Hex(content), bytes: content.length }],
    ),
    undo: isChange ? undoOf(wanted, before) : null,
  };
}

/** A file that is already as it is to be was written by an attempt before this one, if that one kept what was there. */
async function compare(file: WantedFile, kept: readonly PreviousFile[] | null, call: ToolCall): Promise<Replacement> {
  const now = await lookAtTarget(call.files, file.path);
  const isDone = isAsWanted(now, file);
  const old = kept?.find(({ path }) => path === file.path);
  return { file, now, isDone, before: isDone && old !== undefined ? toTarget(old) : withFolders(now, old) };
}

/** Folders that an attempt before this one made count as made by the call. */
function withFolders(now: FileTarget, old: PreviousFile | undefined): FileTarget {
  if (now.content !== null || old === undefined) return now;
  return { ...now, missingFolders: Math.max(now.missingFolders, old.missingFolders) };
}

/** That the live value is still what the approver saw; an ungated call has none. */
export function checkFrozen(call: ToolCall, name: string, live: Json, paths: readonly string[]): void {
  const seen = call.frozen[name];
  if (seen !== undefined && !equalJson(seen, live))
    throw stale(paths.length === 1 ? (paths[0] ?? "") : `one of ${paths.join(", ")}`);
}

export function stale(what: string): ToolFailure {
  return new ToolFailure("evidence_stale", `${what} is not what it was when this was decided`, {
    remedy: "Look at it again and propose the change anew.",
  });
}

/** After an interruption the files that are left must be as that attempt found them, or as they were approved anew. */
function checkAll(replacements: readonly Replacement[], kept: readonly PreviousFile[] | null, check: Check): void {
  const wasBegun = replacements.some(({ isDone, file, before }) => isDone && !isAsWanted(before, file));
  const isAsLeft = replacements.every(({ isDone, now }) => {
    const old = kept?.find(({ path }) => path === now.path);
    return isDone || (old !== undefined && isSameContent(toTarget(old), now));
  });
  if (!wasBegun || !isAsLeft) check(replacements.map(({ now }) => now));
}

function requireKeepable(before: readonly FileTarget[]): void {
  const bytes = before.reduce((sum, { content }) => sum + (content?.length ?? 0), 0);
  if (bytes <= MAX_PREVIOUS_BYTES) return;
  const message = `the files that would change hold ${bytes} bytes, and ${MAX_PREVIOUS_BYTES} are the most that can be put back; change fewer at once.`;
  throw new OrchestratorError("file_too_large", message, { details: { bytes, limit: MAX_PREVIOUS_BYTES } });
}

async function applyAll(replacements: readonly Replacement[], call: ToolCall): Promise<void> {
  const touched = replacements.filter(({ isDone }) => isDone);
  for (const each of replacements) {
    if (each.isDone) continue;
    try {
      await applyOne(each.file, each.before, call);
      touched.push(each);
    } catch (error) {
      // A write may fail after its rename, when the folder cannot be made durable.
      const found = await lookAtTarget(call.files, each.file.path);
      throw await afterwards(error, isAsWanted(found, each.file) ? [...touched, each] : touched, call);
    }
  }
}

async function applyOne({ path, content, mode }: WantedFile, old: FileTarget, call: ToolCall): Promise<void> {
  call.signal.throwIfAborted();
  const expect = expectedOf(old);
  if (content === null) await call.files.remove(path, { expect });
  else await call.files.write(path, content, { expect, mode });
}

/** Puts back what was changed before `cause` came, and says what became of it. */
async function afterwards(cause: unknown, touched: readonly Replacement[], call: ToolCall): Promise<Error> {
  const stuck: string[] = [];
  for (const { file, before } of touched.toReversed()) {
    try {
      if (!isAsWanted(before, file)) await putBack(file, before, call);
    } catch (error) {
      if (!(error instanceof OrchestratorError)) throw error;
      stuck.push(`${file.path} (${error.code})`);
    }
  }
  if (stuck.length > 0)
    return new ToolFailure("unknown", `the change stopped half way, and ${stuck.join(", ")} could not be put back`, {
      cause,
      remedy: "Compare these files with their preview and mend them by hand.",
    });
  if (cause instanceof OrchestratorError && cause.code === "evidence_moved")
    return new ToolFailure("evidence_stale", cause.message, { cause, remedy: "Propose the change anew." });
  return cause instanceof Error ? cause : new Error(String(cause));
}

async function putBack({ path, content }: WantedFile, old: FileTarget, call: ToolCall): Promise<void> {
  const expect = content === null ? "absent" : { sha256: nodeHasher.sha256Hex(content) };
  if (old.content === null) {
    await call.files.remove(path, { expect });
    await call.files.removeEmptyFolders(path, old.missingFolders);
  } else await call.files.write(path, old.content, { expect, mode: old.mode });
}

function isSameContent(a: FileTarget, b: FileTarget): boolean {
  return a.content === null || b.content === null ? a.content === b.content : a.sha256 === b.sha256;
}

/** A kept file as a target; its mode only matters where it is put back. */
export function toTarget({ path, content, mode, missingFolders }: PreviousFile): FileTarget {
  if (content === null) return { path, content, missingFolders };
  return { path, content, sha256: nodeHasher.sha256Hex(content), mode: mode ?? "0644" };
}

function toPrevious(target: FileTarget): PreviousFile {
  return target.content === null
    ? { ...target, mode: null }
    : { path: target.path, content: target.content, mode: target.mode, missingFolders: 0 };
}

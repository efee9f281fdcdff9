import { OrchestratorError } from "@writ/core";
import { ToolFailure, type FileStat, type ToolOutcome, type WorkspaceFiles } from "@writ/runtime";

import { nodeHasher } from "../system/sha256.ts";
import type { Staging } from "./staging.ts";

const MAX_FILES = 100_000;
const MAX_FILE_BYTES = 268_435_456;

/** What each file of a copy was before a command had it. */
export type Baseline = ReadonlyMap<string, FileStat>;

export interface WrittenBack {
  readonly changes: readonly { readonly path: string; readonly change: "create" | "overwrite" | "delete" }[];
  readonly artifacts: ToolOutcome["artifacts"];
  /** Links, pipes, closed folders and the like that the command made and that stay out of the workspace. */
  readonly leftOut: number;
}

export async function baselineOf(staging: Staging): Promise<Baseline> {
  return new Map((await listing(staging)).files.map((file) => [file.path, file]));
}

/**
 * Takes what a command changed in its copy over to the workspace, through the same door as every other tool.
 *
 * @throws ToolFailure `evidence_stale` when a file of the workspace is not what was copied: nothing is written then,
 *   unless it moved in the midst of this
 */
export async function writeBack(staging: Staging, baseline: Baseline, workspace: WorkspaceFiles): Promise<WrittenBack> {
  const now = await listing(staging);
  const kept = new Set(now.files.map(({ path }) => path));
  const changed = now.files.filter((file) => !isUnchanged(file, baseline.get(file.path)));
  const gone = [...baseline.keys()].filter((path) => !kept.has(path));
  const wanted = [...changed.map(({ path, mode }) => ({ path, mode })), ...gone.map((path) => ({ path, mode: null }))];
  const expected = new Map<string, string | null>();
  for (const { path } of wanted) expected.set(path, await currentDigest(path, staging, workspace));
  const done: {
    path: string;
    change: "create" | "overwrite" | "delete";
    artifact: ToolOutcome["artifacts"][number] | null;
  }[] = [];
  for (const { path, mode } of wanted) {
    const before = expected.get(path) ?? null;
    const content = mode === null ? null : (await staging.files.read(path, MAX_FILE_BYTES)).content;
    const sha256 = content === null ? null : nodeHasher.sha256Hex(content);
    const wasMode = baseline.get(path)?.mode ?? null;
    if (sha256 === before && (mode === null || mode === wasMode)) continue;
    await putOver({ path, mode: mode === wasMode ? null : mode, content }, before, workspace, done);
    const artifact = content === null || sha256 === null ? null : { path, sha256, bytes: content.length };
    done.push({ path, change: content === null ? "delete" : before === null ? "create" : "overwrite", artifact });
  }
  return {
    changes: done.map(({ path, change }) => ({ path, change })),
    artifacts: done.flatMap(({ artifact }) => artifact ?? []),
    leftOut: now.skipped.links + now.skipped.special,
  };
}

async function listing(staging: Staging) {
  const listed = await staging.files.list("", { include: [], skipFolders: [...staging.shown], maxFiles: MAX_FILES });
  if (!listed.truncated) return listed;
  throw new OrchestratorError(
    "workspace_too_large",
    `the command left more than ${MAX_FILES} files; have it clean up after itself.`,
  );
}

function isUnchanged(file: FileStat, before: FileStat | undefined): boolean {
  return before !== undefined && before.identity === file.identity;
}

/** Of the file in the workspace, which must be the one that was copied; null where there was none. */
async function currentDigest(path: string, { copied }: Staging, workspace: WorkspaceFiles): Promise<string | null> {
  const found = await workspace.stat(path);
  if ((found?.identity ?? null) !== (copied.files.get(path) ?? null)) throw stale(path, []);
  return found === null ? null : nodeHasher.sha256Hex((await workspace.read(path, MAX_FILE_BYTES)).content);
}

interface Change {
  readonly path: string;
  /** Null keeps what is there. */
  readonly mode: string | null;
  /** Null removes the file. */
  readonly content: Uint8Array | null;
}

async function putOver(
  { path, mode, content }: Change,
  before: string | null,
  workspace: WorkspaceFiles,
  done: readonly { readonly path: string }[],
): Promise<void> {
  const expect = before === null ? "absent" : { sha256: before };
  try {
    if (content === null) await workspace.remove(path, { expect });
    else await workspace.write(path, content, { expect, mode });
  } catch (error) {
    if (error instanceof OrchestratorError && error.code === "evidence_moved")
      throw stale(
        path,
        done.map((each) => each.path),
        error,
      );
    if (done.length === 0 || !(error instanceof OrchestratorError)) throw error;
    throw new ToolFailure("unknown", `${error.message} Already written: ${done.map((each) => each.path).join(", ")}.`, {
      cause: error,
    });
  }
}

function stale(path: string, done: readonly string[], cause?: unknown): ToolFailure {
  const already = done.length === 0 ? "Nothing was written" : `Already written: ${done.join(", ")}`;
  return new ToolFailure("evidence_stale", `${path} changed in the workspace while the command ran. ${already}.`, {
    cause,
    happened: done.length === 0 ? "no" : "unknown",
    remedy: "Run the command again on the files as they are.",
  });
}

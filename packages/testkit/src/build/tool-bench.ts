import { cp, mkdir, mkdtemp, rm, utimes } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { openWorkspaceFiles } from "@writ/adapters/files/workspace-files";
import { epochMs, OrchestratorError } from "@writ/core";
import type { ToolCall, WorkspaceFiles } from "@writ/runtime";

/** A real workspace in a temporary folder, and what a call of a tool in it is given. */
export interface ToolBench extends AsyncDisposable {
  readonly root: string;
  readonly files: WorkspaceFiles;
  /** `.orchestrate`, where tools may keep files of their own. */
  readonly own: string;
  /** A call with a key of its own, or with what is given. */
  call(over?: Partial<ToolCall>): ToolCall;
  /** Sets a file's modification time. */
  touch(path: string, at: number): Promise<void>;
}

/** The run's clock of these calls. */
export const BENCH_TIME = epochMs(Date.UTC(2026, 10, 20, 14, 0, 0));

/** When the files of a fixture were last changed. */
const LONG_AGO = BENCH_TIME - 30 * 86_400_000;

const FIXTURES = fileURLToPath(new URL("../../fixtures/", import.meta.url));

export function fixturePath(path: string): string {
  return join(FIXTURES, path);
}

export async function toolBench(fixture: "notes" | "code-base" | null): Promise<ToolBench> {
  const root = await mkdtemp(join(tmpdir(), "writ-bench-"));
  if (fixture !== null) await cp(fixturePath(fixture), root, { recursive: true });
  const own = join(root, ".orchestrate");
  await mkdir(own, { mode: 0o700 });
  const files = await openWorkspaceFiles(root);
  const touch = async (path: string, at: number): Promise<void> =>
    await utimes(join(root, path), at / 1_000, at / 1_000);
  const { files: copied } = await files.list("", { include: [], skipFolders: [], maxFiles: 10_000 });
  for (const { path } of copied) await touch(path, LONG_AGO);
  let calls = 0;
  return {
    root,
    files,
    own,
    call: (over = {}) => {
      calls += 1;
      return {
        run: "run_bench",
        step: "s1",
        attempt: 1,
        at: BENCH_TIME,
        idempotencyKey: `ik_bench${calls}`,
        signal: new AbortController().signal,
        files,
        sandbox: { profile: {}, probe: noSandbox, run: noSandbox },
        llm: null,
        frozen: {},
        ...over,
      };
    },
    touch,
    [Symbol.asyncDispose]: async () => await rm(root, { recursive: true, force: true }),
  };
}

function noSandbox(): never {
  throw new OrchestratorError("sandbox_unavailable", "this bench has no sandbox");
}

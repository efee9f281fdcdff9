import { realpath, stat } from "node:fs/promises";

import { OrchestratorError } from "@writ/core";
import type { FileContent, FileStat, WorkspaceFiles } from "@writ/runtime";

import { descend, lookAt, openRoot, PLATFORM_LOOKUP, type Folder, type Lookup } from "./descriptor.ts";
import { fileError } from "./file-error.ts";
import { missingAmong, removeEmptyAmong } from "./folders-around.ts";
import { openRegular, requireRegular, toFileStat } from "./file-stat.ts";
import { listFilesIn } from "./list-files.ts";
import { CLOSED_NAMES, parsePath } from "./path.ts";
import { sweepTemporaries } from "./temporary.ts";
import { Turns } from "./turns.ts";
import { moved, removeFileIn, writeFileIn } from "./write-file.ts";

export interface WorkspaceFilesOptions {
  /** Names closed at every depth beside `.orchestrate` and `.git`. */
  readonly closed?: readonly string[];
  /** For tests; the safest of the platform when left out. */
  readonly lookup?: Lookup;
}

/** The files below `root`. @throws OrchestratorError `file_not_found`, `file_not_regular` if `root` is not a folder */
export async function openWorkspaceFiles(root: string, options: WorkspaceFilesOptions = {}): Promise<WorkspaceFiles> {
  const place = await ask(root, "read", () => realpath(root));
  const { dev, ino } = await ask(root, "read", () => stat(place));
  const closed = [...CLOSED_NAMES, ...(options.closed ?? [])];
  const lookup = options.lookup ?? PLATFORM_LOOKUP;
  const swept = new Set<string>();
  const turns = new Turns();

  async function inRoot<T>(path: string, intent: "read" | "write", use: (root: Folder) => Promise<T>): Promise<T> {
    return await ask(path, intent, async () => {
      using folder = openRoot({ path: place, dev, ino }, lookup);
      return await use(folder);
    });
  }

  async function inParent<T>(
    path: string,
    missing: "refuse" | "make",
    intent: "read" | "write",
    use: (parent: Folder, name: string) => Promise<T>,
  ): Promise<T> {
    const names = parse(path, closed);
    return await inRoot(path, intent, async (top) => {
      const parent = await descend(top, names.slice(0, -1), missing);
      try {
        return await use(parent, names.at(-1) ?? "");
      } finally {
        if (parent !== top) parent[Symbol.dispose]();
      }
    });
  }

  async function read(path: string, maxBytes: number): Promise<FileContent> {
    return await inParent(path, "refuse", "read", async (parent, name) => {
      using opened = openRegular(parent, name, path);
      if (opened === null)
        throw new OrchestratorError(
          "file_not_found",
          `${JSON.stringify(path)}: there is no such file; check the spelling and the case.`,
          { details: { path } },
        );
      if (opened.stats.size > maxBytes) tooLarge(path, opened.stats.size, maxBytes);
      const content = await opened.content();
      return content.length > maxBytes
        ? tooLarge(path, content.length, maxBytes)
        : { ...toFileStat(path, opened.stats), bytes: content.length, content };
    });
  }

  async function statOf(path: string): Promise<FileStat | null> {
    try {
      return await inParent(path, "refuse", "read", async (parent, name) => {
        const found = lookAt(parent, name);
        if (found !== null) requireRegular(found, path);
        return found === null ? null : toFileStat(path, found);
      });
    } catch (error) {
      if (error instanceof OrchestratorError && error.code === "file_not_found") return null;
      throw error;
    }
  }

  return {
    root: place,
    read,
    stat: statOf,
    write: async (path, bytes, options) => {
      const expectsFile = typeof options.expect === "object";
      try {
        return await turns.take(path, () =>
          inParent(path, expectsFile ? "refuse" : "make", "write", async (parent, name) => {
            await sweepOnce(parent, swept);
            return await writeFileIn(parent, name, path, bytes, options);
          }),
        );
      } catch (error) {
        if (expectsFile && error instanceof OrchestratorError && error.code === "file_not_found")
          moved(path, "its folder is gone");
        throw error;
      }
    },
    remove: async (path, options) =>
      await turns.take(path, () =>
        inParent(path, "refuse", "write", (parent, name) => removeFileIn(parent, name, path, options)),
      ),
    missingFolders: async (path) => {
      const names = parse(path, closed);
      return await inRoot(path, "read", async (top) => missingAmong(top, names.slice(0, -1)));
    },
    removeEmptyFolders: async (path, most) => {
      const names = parse(path, closed);
      return await inRoot(path, "write", (top) => removeEmptyAmong(top, names.slice(0, -1), most));
    },
    list: async (folder, list) =>
      await inRoot(folder, "read", async (top) => {
        const names = folder === "" || folder === "." ? [] : parse(folder, closed);
        const start = await descend(top, names, "refuse");
        try {
          return await listFilesIn(start, names.map((name) => `${name}/`).join(""), closed, list);
        } finally {
          if (start !== top) start[Symbol.dispose]();
        }
      }),
  };
}

function parse(path: string, closed: readonly string[]): readonly string[] {
  const parsed = parsePath(path, closed, process.platform === "win32" ? "windows" : "posix");
  if (!parsed.ok) throw new OrchestratorError(parsed.error.code, parsed.error.message);
  return parsed.value;
}

/** Leftovers are of processes that died before this one began, so one look at each folder is enough. */
async function sweepOnce(folder: Folder, swept: Set<string>): Promise<void> {
  const { dev, ino } = folder.stat();
  const key = `${dev}:${ino}`;
  if (swept.has(key)) return;
  await sweepTemporaries(folder);
  swept.add(key);
}

async function ask<T>(path: string, intent: "read" | "write", use: () => Promise<T>): Promise<T> {
  try {
    return await use();
  } catch (error) {
    throw fileError(error, path, intent);
  }
}

function tooLarge(path: string, bytes: number, limit: number): never {
  const message = `${JSON.stringify(path)} has ${bytes} bytes, and ${limit} are the most that are read here; name a smaller file.`;
  throw new OrchestratorError("file_too_large", message, { details: { path, bytes, limit } });
}

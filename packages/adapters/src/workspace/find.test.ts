import { execFile } from "node:child_process";
import {
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import { OrchestratorError } from "@writ/core";
import { isWithoutBubblewrap } from "@writ/testkit/needs-bubblewrap";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { findWorkspace } from "./find.ts";
import { initWorkspace } from "./init.ts";

const UID = process.getuid?.() ?? 0;
const OTHER = 65_534;
let root: string;

const codeOf = (act: () => unknown): string => {
  try {
    act();
    return "ok";
  } catch (error) {
    return error instanceof OrchestratorError ? error.code : String(error);
  }
};
const init = (folder: string): unknown =>
  initWorkspace(folder, UID, ({ database }) => writeFileSync(database, "database"));

beforeEach(() => {
  root = mkdtempSync(join(realpathSync(tmpdir()), "writ-find-"));
});
afterEach(() => rmSync(root, { recursive: true }));

describe("a workspace is found", () => {
  test("from itself, from below, through a link, and the nearest first", () => {
    mkdirSync(join(root, "a/b/c"), { recursive: true });
    init(root);
    expect(findWorkspace(root, UID).root).toBe(root);
    expect(findWorkspace(join(root, "a/b/c"), UID).root).toBe(root);
    symlinkSync(join(root, "a/b"), join(root, "link"));
    init(join(root, "a/b"));
    expect(findWorkspace(join(root, "link/c"), UID).root).toBe(join(root, "a/b"));
    expect(findWorkspace(join(root, "a"), UID).database).toBe(join(root, ".orchestrate/writ.db"));
  });

  test("nowhere: none at or above, no such folder", () => {
    expect(codeOf(() => findWorkspace(root, UID))).toBe("workspace_not_found");
    expect(codeOf(() => findWorkspace(join(root, "absent"), UID))).toBe("workspace_not_found");
  });

  test.skipIf(isWithoutBubblewrap)("not across the border of a file system", async () => {
    init(root);
    mkdirSync(join(root, "mounted"));
    const script = `import { findWorkspace } from ${JSON.stringify(import.meta.resolve("./find.ts"))};
      try { findWorkspace(process.argv[1], process.getuid()); console.log("found"); } catch (error) { console.log(error.code); }`;
    const inside = [process.execPath, "--input-type=module", "-e", script, join(root, "mounted")];
    const found = async (...mounts: readonly string[]): Promise<string> =>
      (await promisify(execFile)("bwrap", ["--bind", "/", "/", ...mounts, ...inside])).stdout.trim();
    expect(await found()).toBe("found");
    expect(await found("--tmpfs", join(root, "mounted"))).toBe("workspace_not_found");
  });

  test("and refused if it is a link, a file, or somebody else's", () => {
    const elsewhere = join(root, "elsewhere");
    mkdirSync(elsewhere);
    for (const name of ["linked", "file", "theirs", "theirs/below"]) mkdirSync(join(root, name));
    symlinkSync(elsewhere, join(root, "linked/.orchestrate"));
    writeFileSync(join(root, "file/.orchestrate"), "");
    expect(codeOf(() => findWorkspace(join(root, "linked"), UID))).toBe("workspace_foreign");
    expect(codeOf(() => findWorkspace(join(root, "file"), UID))).toBe("workspace_foreign");
    init(join(root, "theirs"));
    expect(codeOf(() => findWorkspace(join(root, "theirs/below"), UID + 1))).toBe("workspace_foreign");
    if (UID !== 0) return;
    init(root);
    chownSync(join(root, "theirs/.orchestrate"), OTHER, OTHER);
    expect(codeOf(() => findWorkspace(join(root, "theirs/below"), UID))).toBe("workspace_foreign");
    chownSync(join(root, "theirs/.orchestrate"), UID, UID);
    chownSync(join(root, "theirs"), OTHER, OTHER);
    expect(codeOf(() => findWorkspace(join(root, "theirs/below"), UID))).toBe("workspace_foreign");
  });
});

describe("a workspace is made", () => {
  test("for its owner alone, whole, and out of version control", () => {
    init(root);
    const folder = join(root, ".orchestrate");
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(readdirSync(folder).toSorted()).toEqual([".gitignore", "blobs", "owner.lock", "runs", "writ.db"]);
    expect(readFileSync(join(folder, ".gitignore"), "utf8")).toBe("*\n");
    for (const name of ["blobs", "runs"]) expect(statSync(join(folder, name)).mode & 0o777).toBe(0o700);
    for (const name of [".gitignore", "owner.lock"]) expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
    expect(readdirSync(root)).toEqual([".orchestrate"]);
  });

  test("once, in a folder that is there and one's own", () => {
    init(root);
    expect(codeOf(() => init(root))).toBe("workspace_exists");
    expect(codeOf(() => init(join(root, "absent")))).toBe("workspace_not_found");
    mkdirSync(join(root, "sub"));
    expect(codeOf(() => initWorkspace(join(root, "sub"), UID + 1, () => undefined))).toBe("workspace_foreign");
  });

  test("or not at all", () => {
    expect(
      codeOf(() =>
        initWorkspace(root, UID, () => {
          throw new OrchestratorError("disk_full", "no room");
        }),
      ),
    ).toBe("disk_full");
    expect(readdirSync(root)).toEqual([]);
    // Somebody else was quicker, between the look and the last step.
    expect(codeOf(() => initWorkspace(root, UID, () => init(root)))).toBe("workspace_exists");
    expect(readdirSync(root)).toEqual([".orchestrate"]);
    expect(existsSync(join(root, ".orchestrate/writ.db"))).toBe(true);
  });
});

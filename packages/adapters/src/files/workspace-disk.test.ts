import { execFileSync } from "node:child_process";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { isWithoutBubblewrap } from "@writ/testkit/needs-bubblewrap";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

/** A small file system of one's own needs a mount, and so a namespace: bubblewrap gives one without privileges. */
function inNamespace(mounts: readonly string[], program: string): unknown {
  const source = `import { openWorkspaceFiles } from ${JSON.stringify(join(import.meta.dirname, "workspace-files.ts"))};
    import { readdirSync, readFileSync } from "node:fs";
    const text = (content) => Buffer.from(content);
    const codeOf = async (work) => { try { await work; return "done"; } catch (error) { return error.code; } };
    const answer = await (async () => { ${program} })();
    process.stdout.write(JSON.stringify(answer));`;
  const args = ["--dev-bind", "/", "/", ...mounts, "--", process.execPath, "--input-type=module", "-e", source];
  return JSON.parse(execFileSync("/usr/bin/bwrap", args, { encoding: "utf8" }));
}

let base = "";
beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), "writ-disk-"));
});
afterEach(async () => {
  await chmod(join(base, "sub"), 0o755).catch(() => null);
  await rm(base, { recursive: true, force: true });
});

describe.skipIf(isWithoutBubblewrap)("a disk that does not take what is written", () => {
  test("full: the old file is whole, nothing half written is left, and the next small write works", () => {
    const program = `
      const files = await openWorkspaceFiles(${JSON.stringify(base)});
      const any = { expect: "anything", mode: null };
      await files.write("a.md", text("old"), any);
      const overwrite = await codeOf(files.write("a.md", text("n".repeat(2_000_000)), any));
      const create = await codeOf(files.write("new/b.md", text("n".repeat(2_000_000)), any));
      return [overwrite, create, readFileSync(${JSON.stringify(join(base, "a.md"))}, "utf8"), readdirSync(${JSON.stringify(base)}), await codeOf(files.write("a.md", text("small"), any))];`;
    expect(inNamespace(["--size", "1048576", "--tmpfs", base], program)).toEqual([
      "disk_full",
      "disk_full",
      "old",
      ["a.md", "new"],
      "done",
    ]);
  });

  test("mounted read-only, or of another owner: said so, and reading goes on", () => {
    execFileSync("sh", ["-c", 'mkdir "$1/sub" && echo old > "$1/sub/a.md" && chmod 555 "$1/sub"', "sh", base]);
    const program = `
      const files = await openWorkspaceFiles(${JSON.stringify(base)});
      const any = { expect: "anything", mode: null };
      const made = await codeOf(files.write("sub/new.md", text("x"), any));
      const removed = await codeOf(files.remove("sub/a.md", { expect: "anything" }));
      return [await codeOf(files.write("sub/a.md", text("x"), any)), made, removed, Buffer.from((await files.read("sub/a.md", 9)).content).toString()];`;
    const refused = ["workspace_read_only", "workspace_read_only", "workspace_read_only", "old\n"];
    expect(inNamespace(["--ro-bind", base, base], program)).toEqual(refused);
    expect(inNamespace(["--unshare-user", "--cap-drop", "ALL"], program)).toEqual(refused);
  });
});

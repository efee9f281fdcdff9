import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { loadedLibraries, toolchainOf } from "./toolchain.ts";

describe("the installation a program belongs to", () => {
  let home = "";
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), "writ-toolchain-"));
  });
  afterEach(async () => {
    await rm(home, { recursive: true });
  });
  const has = async (path: string): Promise<string> => {
    await mkdir(dirname(join(home, path)), { recursive: true });
    await writeFile(join(home, path), "");
    return join(home, path);
  };

  test.each(["/usr/bin/node", "/usr/local/bin/node", "/bin/sh"])("%s is shown anyway", (program) => {
    expect(toolchainOf(program, () => [])).toEqual({ readable: [], links: [], path: [] });
  });

  test("is the program, its headers, and packages with their programs; nothing else of its prefix", async () => {
    const program = await has(".local/bin/node");
    await has(".local/bin/of-mine");
    await has(".local/share/writ/keys/key.pem");
    await has(".local/include/node/node.h");
    await has(".local/lib/node_modules/npm/bin/npm-cli.js");
    await symlink("../lib/node_modules/npm/bin/npm-cli.js", join(home, ".local/bin/npm"));
    await symlink("../share/writ/keys", join(home, ".local/bin/keys"));
    await has(".local/lib/work/.orchestrate/writ.db");
    expect(toolchainOf(program, () => ["/usr/lib/libc.so.6"])).toEqual({
      readable: [program, join(home, ".local/lib/node_modules"), join(home, ".local/include/node")],
      links: [join(home, ".local/bin/npm")],
      path: [join(home, ".local/bin")],
    });
  });

  test("is the program alone where it lies in no folder of programs", async () => {
    const program = await has("tools/node");
    await has("lib/other");
    expect(toolchainOf(program, () => [])).toEqual({ readable: [program], links: [], path: [join(home, "tools")] });
  });

  test("is the libraries it needs, too, with all that lies beside them", async () => {
    const program = await has("env/bin/node");
    const library = await has("env/lib/libuv.so.1.0.0");
    expect(toolchainOf(program, () => [library]).readable).toEqual([program, join(home, "env/lib")]);
  });

  test("knows what this very process has loaded", () => {
    expect(loadedLibraries().some((path) => /\/libc\.so/.test(path))).toBe(true);
  });
});

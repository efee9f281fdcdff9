import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { toolchainOf } from "./toolchain.ts";

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
    expect(toolchainOf(program)).toEqual({ readable: [], links: [], path: [] });
  });

  test("is the program, its libraries and headers, and the programs of packages; nothing else of its prefix", async () => {
    const program = await has(".local/bin/node");
    await has(".local/bin/of-mine");
    await has(".local/share/writ/keys/key.pem");
    await has(".local/include/node/node.h");
    await has(".local/lib/node_modules/npm/bin/npm-cli.js");
    await symlink("../lib/node_modules/npm/bin/npm-cli.js", join(home, ".local/bin/npm"));
    await symlink("../share/writ/keys", join(home, ".local/bin/keys"));
    expect(toolchainOf(program)).toEqual({
      readable: [program, join(home, ".local/lib"), join(home, ".local/include")],
      links: [join(home, ".local/bin/npm")],
      path: [join(home, ".local/bin")],
    });
  });

  test("is the program alone where it lies in no folder of programs", async () => {
    const program = await has("tools/node");
    await has("lib/other");
    expect(toolchainOf(program)).toEqual({ readable: [program], links: [], path: [join(home, "tools")] });
  });
});

import { describe, expect, test } from "vitest";

import { toolchainOf } from "./toolchain.ts";

describe("the installation a program belongs to", () => {
  test.each([
    ["/usr/bin/node", [], []],
    ["/usr/local/bin/node", [], []],
    ["/bin/sh", [], []],
    [
      "/home/u/.nvm/versions/node/v24.1.0/bin/node",
      ["/home/u/.nvm/versions/node/v24.1.0"],
      ["/home/u/.nvm/versions/node/v24.1.0/bin"],
    ],
    ["/opt/node", ["/opt"], ["/opt"]],
    ["/srv/tools/node", ["/srv/tools"], ["/srv/tools"]],
  ])("%s", (program, readable, path) => {
    expect(toolchainOf(program)).toEqual({ readable, path });
  });
});

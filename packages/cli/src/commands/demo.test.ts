import { mkdirSync } from "node:fs";
import { join } from "node:path";

import { expect, test } from "vitest";

import { holding } from "../acceptance/matching.ts";
import { Workspace } from "../acceptance/workspace.ts";

test.each([["--plain"], []])(
  "without a terminal a demo stops at its gate and names what passes it, then goes on (%s)",
  async (...form) => {
    await using work = Workspace.make(null);
    const cwd = join(work.base, "empty");
    mkdirSync(cwd);
    work.world = { ...work.world, cwd };
    const stopped = await work.command("demo", ...form);
    expect(stopped).toMatchObject({ exit: 3, err: holding("writ demo --approve") });
    const passed = await work.command("demo", "--approve", ...form);
    expect({ exit: passed.exit, err: passed.err }).toEqual({ exit: 0, err: "" });
  },
);

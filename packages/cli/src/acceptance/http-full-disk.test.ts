import { execFile } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { isWithoutBubblewrap } from "@writ/testkit/needs-bubblewrap";
import { describe, expect, test } from "vitest";

import type { ServedFull } from "../../fixtures/full-disk.ts";
import { Workspace } from "./workspace.ts";

const MAIN = fileURLToPath(new URL("../../../../dist/writ.mjs", import.meta.url));
const SCENE = fileURLToPath(new URL("../../fixtures/full-disk.ts", import.meta.url));

describe.skipIf(isWithoutBubblewrap)("a server whose disk fills", () => {
  test("refuses what writes, says so to who asks whether it is ready, is read all the same, and ends in order", async () => {
    await using work = Workspace.make("notes");
    await work.close();
    const disk = join(work.base, "disk");
    mkdirSync(disk);
    const inside = ["--dev-bind", "/", "/", "--size", "12582912", "--tmpfs", disk, "--", "sh", "-c"];
    const script = `cp -a "$1/." "$2" && exec "$3" "$4" "$5" "$2"`;
    const { stdout } = await promisify(execFile)(
      "bwrap",
      [...inside, script, "sh", work.root, disk, process.execPath, SCENE, MAIN],
      { env: work.environment },
    );
    const { said, ...met } = JSON.parse(stdout) as ServedFull;
    expect(met).toEqual({ asked: [201, 503, 503], ready: ["ready", "failing"], listed: 200, exit: 0 });
    expect(said).toContain("the disk is full");
    expect(said).not.toMatch(/triggerUncaughtException|Node\.js v/);
  }, 60_000);
});

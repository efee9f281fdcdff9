import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { aDraft, runNumber, TEST_LOG } from "@writ/testkit/contracts/store-drafts";
import { isWithoutBubblewrap } from "@writ/testkit/needs-bubblewrap";
import { describe, expect, test } from "vitest";

import type { FullDisk, ReadOnlyDisk } from "../../fixtures/storage-faults.ts";
import { nodeHasher } from "../system/sha256.ts";
import { createSqliteLog } from "./create-log.ts";
import { openSqliteStore } from "./store.ts";

const SCENES = fileURLToPath(new URL("../../fixtures/storage-faults.ts", import.meta.url));
const NODE = ["--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc"];

async function inSandbox<Report>(mounts: readonly string[], scene: readonly string[]): Promise<Report> {
  const { stdout } = await promisify(execFile)("bwrap", [...NODE, ...mounts, process.execPath, SCENES, ...scene]);
  return JSON.parse(stdout) as Report;
}

describe.skipIf(isWithoutBubblewrap)("a full disk", () => {
  test.each([
    ["the database", 300],
    ["payloads beside it", 60_000],
    ["payloads in files", 100_000],
  ])("filled by %s stops every further append; what was acknowledged is there", async (_, bytes) => {
    const folder = mkdtempSync(join(tmpdir(), "writ-full-"));
    const met = await inSandbox<FullDisk>(["--size", "4000000", "--tmpfs", folder], ["full", folder, `${bytes}`]);
    rmSync(folder, { recursive: true });
    expect(met).toMatchObject({
      first: "audit_unavailable disk_full",
      later: "audit_unavailable disk_full",
      document: "audit_unavailable disk_full",
    });
    expect(met.acknowledged).toBeGreaterThan(10);
    expect(met).toMatchObject({ kept: met.acknowledged, after: "ok", create: "disk_full" });
  });
});

describe.skipIf(isWithoutBubblewrap)("a read-only workspace", () => {
  test.each(["closed", "open, with a log beside it"])("%s, is read and not written", async (how) => {
    const folder = mkdtempSync(join(tmpdir(), "writ-ro-"));
    const files = { database: join(folder, "writ.db"), blobs: join(folder, "blobs") };
    createSqliteLog(files.database, nodeHasher, TEST_LOG);
    const store = await openSqliteStore(files, nodeHasher, null);
    await store.journal.append(aDraft(runNumber(0), 1));
    if (how === "closed") await store.close();
    const met = await inSandbox<ReadOnlyDisk>(["--ro-bind", folder, folder], ["read-only", folder]);
    expect(met).toEqual({ write: "workspace_read_only", read: "ok", entries: 1 });
    if (how !== "closed") await store.close();
    rmSync(folder, { recursive: true });
  });
});

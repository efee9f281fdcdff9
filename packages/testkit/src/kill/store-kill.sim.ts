import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

import { createSqliteLog } from "@writ/adapters/sqlite/create-log";
import { openSqliteStore, type SqliteStore } from "@writ/adapters/sqlite/store";
import { nodeHasher } from "@writ/adapters/system/sha256";
import { describe, expect, test } from "vitest";

import type { Plant } from "./store-writer.ts";
import { expectTree, expectViewsFollow } from "../contracts/store-audit.ts";
import { aDraft, runNumber, TEST_LOG } from "../contracts/store-drafts.ts";
import { codeOf } from "../contracts/store-harness.ts";
import { SCENE_RUNS, sceneDraft } from "./store-scene.ts";

const WRITER = fileURLToPath(new URL("./store-writer.ts", import.meta.url));
const KILLS = process.env["WRIT_LONG"] === "1" ? 2_000 : 30;
/** A planted bug must be seen within so many kills. */
const PATIENCE = 60;
const LONGEST_LIFE_MS = 50;
/** Every fifth writer may die before it acknowledged anything: while it opens the log, or in its first group. */
const EARLY = 5;

interface Acknowledged {
  readonly number: number;
  readonly version: number;
  readonly seq: number;
}

interface Killing {
  readonly kills: number;
  /** Kills after which something had been acknowledged. */
  readonly useful: number;
  readonly acknowledged: number;
  /** What was wrong after the last kill; null if all held. */
  readonly finding: string | null;
}

type Writer = ChildProcessByStdio<Writable, Readable, null>;

/** Kills one writer after another on the same log, and looks at it after each, until something is wrong. */
async function kill(plant: Plant, rounds: number): Promise<Killing> {
  const folder = mkdtempSync(join(tmpdir(), "writ-kill-"));
  const files = { database: join(folder, "writ.db"), blobs: join(folder, "blobs") };
  createSqliteLog(files.database, nodeHasher, TEST_LOG);
  const start = (): Writer => spawn(process.execPath, [WRITER, folder, plant], { stdio: ["pipe", "pipe", "inherit"] });
  const counts = { kills: 0, useful: 0, acknowledged: 0 };
  let next = start();
  try {
    for (; counts.kills < rounds; counts.kills += 1) {
      const writer = next;
      next = start();
      const acknowledged = await liveAndDie(writer, counts.kills % EARLY === 0 ? "opening" : "acknowledging");
      counts.acknowledged += acknowledged.length;
      if (acknowledged.length > 0) counts.useful += 1;
      const finding = await lookAt(files, acknowledged);
      if (finding !== null) return { ...counts, finding };
    }
    return { ...counts, finding: null };
  } finally {
    next.kill("SIGKILL");
    rmSync(folder, { recursive: true });
  }
}

/**
 * @param armed what the writer must have begun before its time runs
 * @returns what it acknowledged before it was killed
 */
async function liveAndDie(writer: Writer, armed: "opening" | "acknowledging"): Promise<readonly Acknowledged[]> {
  let said = "";
  const ended = once(writer, "close");
  const lines = armed === "opening" ? 1 : 2;
  const ready = new Promise<void>((resolve) => {
    writer.stdout.on("data", (chunk: Buffer) => {
      said += chunk.toString();
      if (said.split("\n").length > lines) resolve();
    });
  });
  writer.stdin.write("go\n");
  await ready;
  await sleep(Math.random() * LONGEST_LIFE_MS);
  writer.kill("SIGKILL");
  await ended;
  // What follows the last line feed was still being said.
  return said
    .split("\n")
    .slice(1, -1)
    .map((line) => {
      const [number = -1, version = -1, seq = -1] = line.split(" ").map(Number);
      return { number, version, seq };
    });
}

async function lookAt(
  files: { readonly database: string; readonly blobs: string },
  acknowledged: readonly Acknowledged[],
): Promise<string | null> {
  try {
    const store = await openSqliteStore(files, nodeHasher, null);
    try {
      await expectWhole(store, acknowledged);
    } finally {
      await store.close();
    }
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

async function expectWhole(store: SqliteStore, acknowledged: readonly Acknowledged[]): Promise<void> {
  let size = 1;
  for (let number = 0; number < SCENE_RUNS; number += 1) {
    const entries = await store.journal.read(runNumber(number));
    size += entries.length;
    for (const { version, seq, bytes, payloads } of entries) {
      const draft = sceneDraft(number, version ?? 0);
      expect(bytes, "an append that follows no other, or a stale one").toBe(`${draft.head}${seq}${draft.tail}`);
      expect(
        payloads.map((payload) =>
          Buffer.from(payload.bytes ?? []).compare(draft.payloads[payload.n]?.bytes ?? Buffer.of()),
        ),
      ).toEqual(draft.payloads.map(() => 0));
    }
    const seqs = new Map(entries.map(({ version, seq }) => [version, seq]));
    const lost = acknowledged.filter(
      (ack) =>
        ack.number === number &&
        (seqs.get(ack.version) ?? Number.NaN) !== (ack.seq === -1 ? seqs.get(ack.version) : ack.seq),
    );
    expect(lost, "acknowledged and lost").toEqual([]);
    await expectUsesConsumed(store, number, entries.length);
  }
  await expectTree(store.audit, size);
  await expectViewsFollow(
    store,
    Array.from({ length: SCENE_RUNS }, (_, number) => runNumber(number)),
  );
}

/** An approval whose use is in an entry cannot be used again. */
async function expectUsesConsumed(store: SqliteStore, number: number, versions: number): Promise<void> {
  const last = versions - (versions % 5);
  if (last === 0) return;
  const { approvalUses } = sceneDraft(number, last);
  const again = aDraft(runNumber(number), versions + 1, { approvalUses });
  expect(await codeOf(store.journal.append(again)), "use of a used approval").toBe("approval_already_redeemed");
}

describe("kill -9 of a process that appends", () => {
  test(
    "loses nothing acknowledged, and tree, lists and files agree with the entries",
    { timeout: 6 * 3_600_000 },
    async () => {
      const killing = await kill("none", KILLS);
      expect(killing).toMatchObject({ finding: null, kills: KILLS });
      expect(killing.useful / killing.kills).toBeGreaterThan(0.7);
      process.stdout.write(`store kills: ${JSON.stringify(killing)}\n`);
    },
  );

  test.each<[plant: Plant, seen: RegExp]>([
    ["acknowledge_early", /acknowledged and lost/],
    ["views_apart", /expected/],
    ["head_apart", /head and entries differ/],
    ["uses_forgotten", /use of a used approval/],
    ["stale_accepted", /a stale one/],
  ])("sees the planted bug %s", { timeout: 60_000 }, async (plant, seen) => {
    const { finding } = await kill(plant, PATIENCE);
    expect(finding).toMatch(seen);
  });
});

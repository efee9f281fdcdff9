/**
 * The SQLite store alone against plain inserts of the same rows: no tree, no
 * triggers, no checks, no promises, everything serialised beforehand.
 */
import { statSync } from "node:fs";
import { join } from "node:path";

import { createSqliteLog } from "@writ/adapters/sqlite/create-log";
import { openSqliteStore, type SqliteStore } from "@writ/adapters/sqlite/store";
import { nodeHasher } from "@writ/adapters/system/sha256";
import type { EntryDraft } from "@writ/core";
import { aDraft, aPayload, runNumber, TEST_LOG } from "@writ/testkit/contracts/store-drafts";

import { inFolder } from "../folder.ts";
import { row } from "../harness.ts";
import { insertRaw } from "../raw-log.ts";

const RUNS = 16;
const GROUP = 64;
const GROUPED_ENTRIES = 16_384;
const SINGLE_ENTRIES = 1_500;
const LARGE_LOG = 65_535;

/** About what a step leaves: an entry of 700 bytes with one payload of 300. */
function drafts(count: number): readonly EntryDraft[] {
  const facts = [{ type: "step_started", idempotency_key: "ik_32rd6nkx95b091st", note: "x".repeat(270) }];
  const bytes = new Uint8Array(300).fill(120);
  return Array.from({ length: count }, (_, index) => {
    const version = Math.floor(index / RUNS) + 1;
    return aDraft(runNumber(index % RUNS), version, { facts, payloads: [aPayload(0, `${index}`, bytes)] });
  });
}

async function withStore<T>(folder: string, act: (store: SqliteStore) => Promise<T>): Promise<T> {
  const files = { database: join(folder, "writ.db"), blobs: join(folder, "blobs") };
  createSqliteLog(files.database, nodeHasher, TEST_LOG);
  const store = await openSqliteStore(files, nodeHasher, null);
  const result = await act(store);
  await store.close();
  return result;
}

/** @returns appends a second */
async function appendAll(store: SqliteStore, wanted: readonly EntryDraft[], group: number): Promise<number> {
  const startedAt = performance.now();
  for (let start = 0; start < wanted.length; start += group) {
    await Promise.all(wanted.slice(start, start + group).map((draft) => store.journal.append(draft)));
  }
  return (wanted.length / (performance.now() - startedAt)) * 1_000;
}

/** The same rows by plain prepared inserts, in transactions of `group` entries. @returns entries a second */
function insertAll(folder: string, wanted: readonly EntryDraft[], group: number): number {
  const rows = wanted.map(({ run, version, atMs, head, tail, payloads, views }, seq) => {
    const text = `${head}${seq}${tail}`;
    return {
      run,
      version,
      atMs,
      text,
      payloads,
      documents: [],
      status: views.run.status,
      tally: JSON.stringify(views.run),
    };
  });
  return (rows.length / insertRaw(folder, { entries: rows, group, views: RUNS })) * 1_000;
}

const grouped = drafts(GROUPED_ENTRIES);
const single = grouped.slice(0, SINGLE_ENTRIES);

row({
  name: "store: appends, 16 runs, groups of 64",
  unit: "/s",
  compare: "ge",
  target: 0.5,
  limit: () => inFolder(async (folder) => insertAll(folder, grouped, GROUP)),
  measure: () => inFolder((folder) => withStore(folder, (store) => appendAll(store, grouped, GROUP))),
});

row({
  name: "store: appends, one at a time",
  unit: "/s",
  compare: "ge",
  target: 0.6,
  limit: () => inFolder(async (folder) => insertAll(folder, single, 1)),
  measure: () => inFolder((folder) => withStore(folder, (store) => appendAll(store, single, 1))),
});

row({
  name: "store: bytes an entry on disk",
  unit: "B",
  compare: "le",
  target: 1.15,
  limit: () =>
    inFolder(async (folder) => {
      insertAll(folder, grouped, GROUP);
      return statSync(join(folder, "raw.db")).size / GROUPED_ENTRIES;
    }),
  measure: () =>
    inFolder(async (folder) => {
      await withStore(folder, (store) => appendAll(store, grouped, GROUP));
      return statSync(join(folder, "writ.db")).size / GROUPED_ENTRIES;
    }),
});

row({
  name: "store: open and check a log of 65,535 entries",
  unit: "ms",
  compare: "le",
  target: 150,
  measure: () =>
    inFolder(async (folder) => {
      await withStore(folder, async (store) => appendAll(store, drafts(LARGE_LOG - 1), GROUP));
      const files = { database: join(folder, "writ.db"), blobs: join(folder, "blobs") };
      const startedAt = performance.now();
      const store = await openSqliteStore(files, nodeHasher, null);
      const took = performance.now() - startedAt;
      await store.close();
      return took;
    }),
});

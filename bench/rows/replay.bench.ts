/** Reading back: a run re-derived from its inputs, and a log hashed again from its stored bytes. Processor time, since neither waits. */
import { join } from "node:path";

import { createSqliteLog } from "@writ/adapters/sqlite/create-log";
import { openSqliteStore } from "@writ/adapters/sqlite/store";
import { nodeVerifier } from "@writ/adapters/system/node-verifier";
import { nodeHasher } from "@writ/adapters/system/sha256";
import { InvariantError, replay } from "@writ/core";
import { LogWalk } from "@writ/runtime/service/log-walk";
import { aDraft, aPayload, runNumber, TEST_LOG } from "@writ/testkit/contracts/store-drafts";

import { inFolder } from "../folder.ts";
import { row } from "../harness.ts";
import { recordedRun } from "../recorded-run.ts";

const STEPS = 10_000;
const RECORDS = 32_768;
const GROUP = 64;

row({
  name: "replay: facts of a run of 10,000 steps",
  unit: "/s",
  compare: "ge",
  target: 200_000,
  scaledBy: "start",
  measure: async () => {
    const { run, stored, rules } = await recordedRun(STEPS);
    const before = process.cpuUsage();
    const replayed = replay(run, stored, rules);
    const seconds = secondsSince(before);
    if (replayed.result !== "equal") throw new InvariantError("the run of the bench does not replay");
    return replayed.facts / seconds;
  },
});

row({
  name: "audit: verify a log of 32,768 records (raw bytes, order, head)",
  unit: "/s",
  compare: "ge",
  target: 160_000,
  scaledBy: "start",
  measure: () =>
    inFolder(async (folder) => {
      const database = join(folder, "writ.db");
      createSqliteLog(database, nodeHasher, TEST_LOG);
      const store = await openSqliteStore({ database, blobs: join(folder, "blobs") }, nodeHasher, null);
      for (let first = 1; first < RECORDS; first += GROUP) {
        await Promise.all(drafts(first, Math.min(RECORDS, first + GROUP)).map((draft) => store.journal.append(draft)));
      }
      let findings = 0;
      const before = process.cpuUsage();
      const { size } = await new LogWalk(store, nodeVerifier, new Set(), () => (findings += 1)).finished();
      const seconds = secondsSince(before);
      await store.close();
      if (findings > 0 || size !== RECORDS)
        throw new InvariantError("the log of the bench has findings", { findings, size });
      return size / seconds;
    }),
});

/** Entries of about what a step leaves, one run for each place in a group. */
function drafts(first: number, end: number) {
  return Array.from({ length: end - first }, (_, place) => {
    const version = Math.floor((first - 1) / GROUP) + 1;
    const payloads = [aPayload(0, `${first + place}`)];
    return aDraft(runNumber(place), version, { facts: [{ type: "noted", note: "x".repeat(330) }], payloads });
  });
}

function secondsSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000_000;
}

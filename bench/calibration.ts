import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

import { bareNode, median, SAMPLES, type Calibration, type Figure, type Scales } from "./harness.ts";

/**
 * What the reference machine (two shared cores, a virtual disk) takes; absolute targets were set for it. A start is in
 * processor time, since the rows it scales are; a commit is in wall time, since it is mostly waiting for the disk.
 */
const REFERENCE_MS: Readonly<Record<Calibration, number>> = { start: 20, commit: 0.3 };

const TITLE: Readonly<Record<Calibration, string>> = {
  start: "calibration: bare node start, processor time",
  commit: "calibration: raw SQLite commit, WAL and FULL",
};

const COMMITS_PER_SAMPLE = 300;
const ROW_BYTES = 512;

/**
 * Measures this machine and how it compares with the reference.
 *
 * @param folder on the file system the benches write to; commits to memory would say nothing
 */
export function calibrate(folder: string): { readonly figures: readonly Figure[]; readonly scales: Scales } {
  mkdirSync(folder, { recursive: true });
  const starts = Array.from({ length: SAMPLES }, bareNode);
  const commits = Array.from({ length: SAMPLES }, () => rawCommit(folder));
  const figures = [figure("start", median(starts)), figure("commit", median(commits))];
  const [start = 1, commit = 1] = figures.map(({ ratio }) => Math.max(1, ratio));
  return { figures, scales: { start, commit } };
}

/** One durable transaction of one row, in milliseconds. */
export function rawCommit(parent: string): number {
  const folder = mkdtempSync(join(parent, "commit-"));
  try {
    const database = new DatabaseSync(join(folder, "raw.db"));
    database.exec(
      "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE row (bytes BLOB NOT NULL) STRICT",
    );
    const insert = database.prepare("INSERT INTO row VALUES (?)");
    const bytes = new Uint8Array(ROW_BYTES);
    const startedAt = performance.now();
    for (let count = 0; count < COMMITS_PER_SAMPLE; count += 1) insert.run(bytes);
    const took = performance.now() - startedAt;
    database.close();
    return took / COMMITS_PER_SAMPLE;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function figure(calibration: Calibration, value: number): Figure {
  const reference = REFERENCE_MS[calibration];
  const name = TITLE[calibration];
  return { name, value, unit: "ms", limit: reference, ratio: value / reference, target: reference, ok: true };
}

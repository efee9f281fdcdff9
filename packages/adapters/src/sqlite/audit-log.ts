import type { DatabaseSync } from "node:sqlite";

import { erasedBy, OrchestratorError, parseId } from "@writ/core";
import type { AuditLog } from "@writ/runtime";

import type { BlobFiles } from "./blob-files.ts";
import { BIRTHS_PER_ENTRY, birthRange } from "./entry-rows.ts";
import { readFrontier } from "./log-position.ts";
import { allRows, bytesOf, integerOf, integerOrNull, oneRow, textOf, textOrNull } from "./row.ts";
import { storedEntries } from "./stored-entries.ts";

/** Entries read at once. */
const BATCH = 512;

/** What only the owner of a log does to it. */
export type AuditWrites = Pick<AuditLog, "putSignedHead" | "appendLog" | "appendPlaced" | "redact">;

export function sqliteAuditLog(db: DatabaseSync, blobs: BlobFiles, writes: AuditWrites): AuditLog {
  const head = db.prepare("SELECT size, frontier FROM head");
  const entries = db.prepare("SELECT seq, run_id, version, bytes FROM entry WHERE seq >= ? AND seq < ? ORDER BY seq");
  const births = db.prepare(
    `SELECT pid, salt, bytes FROM payload WHERE pid >= ?1 AND pid < ?2
     UNION ALL SELECT pid, NULL, NULL FROM redaction WHERE pid >= ?1 AND pid < ?2 ORDER BY 1`,
  );
  const tile = db.prepare("SELECT hashes FROM tile WHERE level = ? AND idx = ?");
  const ofRun = db.prepare("SELECT seq FROM entry WHERE run_id = ? ORDER BY seq");
  const ofLog = db.prepare("SELECT seq FROM entry WHERE run_id IS NULL ORDER BY seq");
  const signed = db.prepare("SELECT size, note FROM signed_head ORDER BY size DESC LIMIT 1");
  const signedBetween = db.prepare("SELECT size, note FROM signed_head WHERE size > ? AND size <= ? ORDER BY size");
  const erasedRuns = db.prepare(
    `SELECT DISTINCT e.run_id FROM redaction r JOIN entry e ON e.seq = r.pid / ${BIRTHS_PER_ENTRY}
     WHERE e.run_id IS NOT NULL ORDER BY e.run_id`,
  );
  const erasures = db.prepare("SELECT bytes FROM entry WHERE seq IN (SELECT by_seq FROM redaction)");
  return {
    async head() {
      const row = oneRow(head);
      if (row === undefined) throw new OrchestratorError("log_corrupt", "the log has no head; restore a backup");
      return { size: integerOf(row, "size"), frontier: readFrontier(bytesOf(row, "frontier")) };
    },
    async *entries(from, to) {
      for (let start = from; start < to; start += BATCH) {
        const end = Math.min(start + BATCH, to);
        const batch = await storedEntries(
          allRows(entries, start, end),
          allRows(births, ...birthRange(start, end)),
          blobs,
        );
        if (batch.length === 0) return;
        yield batch;
      }
    },
    async *lines(from, to) {
      for (let start = from; start < to; start += BATCH) {
        yield allRows(entries, start, Math.min(start + BATCH, to)).map((row) => ({
          seq: integerOf(row, "seq"),
          run: textOrNull(row, "run_id"),
          version: integerOrNull(row, "version"),
          bytes: textOf(row, "bytes"),
        }));
      }
    },
    async tile(level, index) {
      const row = oneRow(tile, level, index);
      return row ? bytesOf(row, "hashes") : null;
    },
    async positions(run) {
      const rows = run === null ? allRows(ofLog) : allRows(ofRun, run);
      return rows.map((row) => integerOf(row, "seq"));
    },
    async signedHead() {
      const row = oneRow(signed);
      return row ? { size: integerOf(row, "size"), note: textOf(row, "note") } : null;
    },
    async signedHeads(over, upTo) {
      return allRows(signedBetween, over, upTo).map((row) => ({
        size: integerOf(row, "size"),
        note: textOf(row, "note"),
      }));
    },
    async redacted() {
      return new Set(allRows(erasures).flatMap((row) => erasedBy(textOf(row, "bytes"))));
    },
    async redactedRuns() {
      return allRows(erasedRuns).flatMap((row) => {
        const run = parseId("run", textOf(row, "run_id"));
        return run.ok ? [run.value] : [];
      });
    },
    ...writes,
  };
}

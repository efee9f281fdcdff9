import type { DatabaseSync } from "node:sqlite";

import { newestFirst, OrchestratorError, parseId, type RunId, soonestFirst, type ViewChanges } from "@writ/core";
import type { Views } from "@writ/runtime";

import { allRows, integerOf, integerOrNull, oneRow, textOf } from "./row.ts";
import { isSearch, searchRuns } from "./run-search.ts";
import { APPROVAL_STATUSES, approvalViewOf, artifactViewOf, runViewOf } from "./view-columns.ts";

/** Sorts behind every identifier and every instant. */
const LAST = { createdAt: Number.MAX_SAFE_INTEGER, run: "~" };

/** Sorts before every approval. */
const FIRST = { at: -1, approval: "" };

/** @param rebuild writes all rows anew; a reader's refuses */
export function sqliteViews(db: DatabaseSync, rebuild: (rows: AsyncIterable<ViewChanges>) => Promise<void>): Views {
  const run = db.prepare("SELECT * FROM run_view WHERE run_id = ?");
  const newest = db.prepare(
    "SELECT * FROM run_view WHERE (created_at_ms, run_id) < (?, ?) ORDER BY created_at_ms DESC, run_id DESC LIMIT ?",
  );
  const newestWith = db.prepare(
    `SELECT * FROM run_view WHERE status = ? AND (created_at_ms, run_id) < (?, ?)
     ORDER BY created_at_ms DESC, run_id DESC LIMIT ?`,
  );
  const approval = db.prepare("SELECT * FROM approval_view WHERE approval_id = ?");
  const soonestWith = db.prepare(
    `SELECT * FROM approval_view WHERE status = ? AND (expires_at_ms, approval_id) > (?, ?)
     ORDER BY expires_at_ms, approval_id LIMIT ?`,
  );
  const countBehind = db.prepare(
    "SELECT COUNT(*) AS approvals FROM approval_view WHERE status = ? AND (expires_at_ms, approval_id) > (?, ?)",
  );
  const oldestWaiting = db.prepare(
    `SELECT * FROM approval_view WHERE status = 'waiting' AND (requested_at_ms, approval_id) > (?, ?)
     ORDER BY requested_at_ms, approval_id LIMIT ?`,
  );
  const ofRun = db.prepare(
    `SELECT * FROM approval_view
     WHERE run_id = ? AND status IN (SELECT value FROM json_each(?)) AND (expires_at_ms, approval_id) > (?, ?)
     ORDER BY expires_at_ms, approval_id LIMIT ?`,
  );
  const completions = {
    run: db.prepare("SELECT run_id AS id FROM run_view WHERE run_id >= ? AND run_id < ? ORDER BY run_id LIMIT ?"),
    approval: db.prepare(
      "SELECT approval_id AS id FROM approval_view WHERE approval_id >= ? AND approval_id < ? ORDER BY approval_id LIMIT ?",
    ),
  };
  const artifacts = db.prepare("SELECT * FROM artifact_view WHERE run_id = ? ORDER BY at_ms, path, step");
  const counts = db.prepare("SELECT status, COUNT(*) AS runs FROM run_view GROUP BY status");
  const unfinished = db.prepare("SELECT run_id, wake_at_ms FROM run_view WHERE ended_at_ms IS NULL ORDER BY run_id");
  const written = db.prepare("SELECT DISTINCT path FROM artifact_view");
  return {
    async run(id) {
      const row = oneRow(run, id);
      return row ? runViewOf(row) : null;
    },
    async complete(kind, prefix, limit) {
      return allRows(completions[kind], prefix, `${prefix}~`, limit).map((row) => textOf(row, "id"));
    },
    async runs(query) {
      const { statuses, before, limit } = query;
      if (isSearch(query)) return searchRuns(db, query);
      const { createdAt, run: id } = before ?? LAST;
      if (statuses.length === 0) return allRows(newest, createdAt, id, limit).map(runViewOf);
      const found = [...new Set(statuses)].flatMap((status) =>
        allRows(newestWith, status, createdAt, id, limit).map(runViewOf),
      );
      return found.toSorted(newestFirst).slice(0, limit);
    },
    async approval(id) {
      const row = oneRow(approval, id);
      return row ? approvalViewOf(row) : null;
    },
    async approvals({ statuses, run: of, after, limit }) {
      const wanted = wantedStatuses(statuses);
      const { at, approval: id } = after ?? FIRST;
      if (of !== null) return allRows(ofRun, of, JSON.stringify(wanted), at, id, limit).map(approvalViewOf);
      const found = wanted.flatMap((status) => allRows(soonestWith, status, at, id, limit).map(approvalViewOf));
      return found.toSorted(soonestFirst).slice(0, limit);
    },
    async countApprovals({ statuses, after }) {
      const { at, approval: id } = after ?? FIRST;
      const counts = wantedStatuses(statuses).flatMap((status) => allRows(countBehind, status, at, id));
      return counts.reduce((sum, row) => sum + integerOf(row, "approvals"), 0);
    },
    async waiting(after, limit) {
      const { at, approval: id } = after ?? FIRST;
      return allRows(oldestWaiting, at, id, limit).map(approvalViewOf);
    },
    async artifacts(id) {
      return allRows(artifacts, id).map(artifactViewOf);
    },
    async countRuns() {
      return new Map(allRows(counts).map((row) => [textOf(row, "status"), integerOf(row, "runs")]));
    },
    async unfinished() {
      return allRows(unfinished).map((row) => ({
        run: runIdOf(textOf(row, "run_id")),
        wakeAt: integerOrNull(row, "wake_at_ms"),
      }));
    },
    async writtenPaths() {
      return new Set(allRows(written).map((row) => textOf(row, "path")));
    },
    rebuild,
  };
}

function wantedStatuses(statuses: readonly string[]): readonly string[] {
  return [...new Set(statuses.length === 0 ? APPROVAL_STATUSES : statuses)];
}

function runIdOf(text: string): RunId {
  const id = parseId("run", text);
  if (id.ok) return id.value;
  throw new OrchestratorError(
    "database_corrupt",
    "a run in the lists has no proper name; writ rebuild writes them anew",
    { details: { run: text } },
  );
}

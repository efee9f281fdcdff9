import type { DatabaseSync, StatementSync } from "node:sqlite";

import type { ApprovalView, ArtifactView, RunView, ViewChanges } from "@writ/core";

import {
  APPROVAL_COLUMNS,
  approvalValues,
  ARTIFACT_COLUMNS,
  artifactValues,
  RUN_COLUMNS,
  runValues,
} from "./view-columns.ts";

/** Columns of `run_view` that its key and its indexes hold. */
const RUN_INDEXED: readonly string[] = ["run_id", "created_at_ms", "status", "ended_at_ms", "wake_at_ms"];

/** What a run's rows repeat of its payloads. */
const ERASURES: readonly string[] = [
  "UPDATE run_view SET goal = NULL, plan_hash = NULL, reason = NULL WHERE run_id = ?",
  "UPDATE approval_view SET title = NULL, reason = NULL WHERE run_id = ?",
  "DELETE FROM artifact_view WHERE run_id = ?",
];

/** Writes the rows that lists show, inside a transaction that somebody else begins and ends. */
export class ViewRows {
  readonly #run: StatementSync;
  readonly #sameRun: StatementSync;
  readonly #approval: StatementSync;
  readonly #artifact: StatementSync;
  readonly #erase: readonly StatementSync[];
  readonly #db: DatabaseSync;

  constructor(db: DatabaseSync) {
    this.#db = db;
    this.#run = db.prepare(upsert("run_view", RUN_COLUMNS, ["run_id", "created_at_ms"]));
    this.#sameRun = db.prepare(update("run_view", RUN_COLUMNS, RUN_INDEXED));
    this.#approval = db.prepare(upsert("approval_view", APPROVAL_COLUMNS, ["approval_id"]));
    this.#artifact = db.prepare(upsert("artifact_view", ARTIFACT_COLUMNS, ["path", "run_id", "step"]));
    this.#erase = ERASURES.map((sql) => db.prepare(sql));
  }

  /** Most entries move a run along within its state: its place in the lists stays, and their pages are left alone. */
  writeRun(view: RunView): void {
    const values = runValues(view);
    if (this.#sameRun.run(...values).changes === 0) this.#run.run(...values);
  }

  writeApproval(view: ApprovalView): void {
    this.#approval.run(...approvalValues(view));
  }

  writeArtifact(view: ArtifactView): void {
    this.#artifact.run(...artifactValues(view));
  }

  /**
   * Forgets what the runs' rows repeat of their payloads, whichever was erased:
   * which cell came from which payload is known to the fold alone, and a rebuild
   * brings back what is still there.
   *
   * Then all lists are written to fresh pages. A page that was split or merged
   * keeps copies of cells it no longer has, and only a page that is freed is
   * overwritten whole.
   */
  erase(runs: ReadonlySet<string>): void {
    for (const statement of this.#erase) for (const run of runs) statement.run(run);
    for (const table of ["run_view", "approval_view", "artifact_view"]) {
      this.#db.exec(`CREATE TABLE rewritten AS SELECT * FROM ${table}; DELETE FROM ${table}`);
      this.#db.exec(`INSERT INTO ${table} SELECT * FROM rewritten; DROP TABLE rewritten`);
    }
  }
}

/** The rows of a group, written once: of each, the last. */
export class GroupViews {
  readonly #runs = new Map<string, RunView>();
  readonly #approvals = new Map<string, ApprovalView>();
  readonly #artifacts: ArtifactView[] = [];

  add({ run, approvals, artifacts }: ViewChanges): void {
    this.#runs.set(run.run_id, run);
    for (const approval of approvals) this.#approvals.set(approval.approval_id, approval);
    for (const artifact of artifacts) this.#artifacts.push(artifact);
  }

  write(rows: ViewRows): void {
    for (const run of this.#runs.values()) rows.writeRun(run);
    for (const approval of this.#approvals.values()) rows.writeApproval(approval);
    for (const artifact of this.#artifacts) rows.writeArtifact(artifact);
  }
}

/** @param fixed columns that never change: the key, and what an index need not be told again */
function upsert(table: string, columns: readonly string[], fixed: readonly string[]): string {
  const changes = columns.filter((column) => !fixed.includes(column)).map((column) => `${column} = excluded.${column}`);
  const places = columns.map(() => "?").join(", ");
  return `INSERT INTO ${table} (${columns.join(", ")}) VALUES (${places}) ON CONFLICT DO UPDATE SET ${changes.join(", ")}`;
}

/**
 * Changes a row whose indexed columns stay as they are, and no other. SQLite writes an index anew when one of its columns
 * is named among the changes, the same value or not.
 */
function update(table: string, columns: readonly string[], indexed: readonly string[]): string {
  const numbered = columns.map((column, at) => ({ column, place: `?${at + 1}` }));
  const changes = numbered.filter(({ column }) => !indexed.includes(column));
  const same = numbered.filter(({ column }) => indexed.includes(column));
  const set = changes.map(({ column, place }) => `${column} = ${place}`).join(", ");
  return `UPDATE ${table} SET ${set} WHERE ${same.map(({ column, place }) => `${column} IS ${place}`).join(" AND ")}`;
}

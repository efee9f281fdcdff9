import type { DatabaseSync } from "node:sqlite";

import type { ViewChanges } from "@writ/core";

import type { GroupCommit } from "./group-commit.ts";
import { integerOf, textOf } from "./row.ts";
import { ViewRows } from "./view-rows.ts";

/** Runs written in one transaction. */
const BATCH = 256;

/**
 * Writes the rows of all lists anew, run by run, while appends go on: a run that
 * has moved past what was handed in keeps its rows. Interrupted, it leaves old
 * and new rows side by side, each right for its run, and can be started again.
 */
export async function rebuildViews(
  db: DatabaseSync,
  commit: GroupCommit,
  rows: AsyncIterable<ViewChanges>,
): Promise<void> {
  const writer = new RebuildRows(db);
  const gone = writer.knownRuns();
  let batch: ViewChanges[] = [];
  const write = (): void => {
    commit.transaction(() => batch.forEach((changes) => writer.replace(changes)));
    batch = [];
  };
  for await (const changes of rows) {
    gone.delete(changes.run.run_id);
    batch.push(changes);
    if (batch.length === BATCH) write();
  }
  write();
  commit.transaction(() => gone.forEach((run) => writer.drop(run)));
}

class RebuildRows {
  readonly #db: DatabaseSync;
  readonly #rows: ViewRows;

  constructor(db: DatabaseSync) {
    this.#db = db;
    this.#rows = new ViewRows(db);
  }

  knownRuns(): Set<string> {
    return new Set(
      this.#db
        .prepare("SELECT run_id FROM run_view")
        .all()
        .map((row) => textOf(row, "run_id")),
    );
  }

  replace({ run, approvals, artifacts }: ViewChanges): void {
    const row = this.#db.prepare("SELECT version FROM run_view WHERE run_id = ?").get(run.run_id);
    if (row !== undefined && integerOf(row, "version") > run.version) return;
    this.drop(run.run_id);
    this.#rows.writeRun(run);
    for (const approval of approvals) this.#rows.writeApproval(approval);
    for (const artifact of artifacts) this.#rows.writeArtifact(artifact);
  }

  drop(run: string): void {
    for (const table of ["run_view", "approval_view", "artifact_view"]) {
      this.#db.prepare(`DELETE FROM ${table} WHERE run_id = ?`).run(run);
    }
  }
}

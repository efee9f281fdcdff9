import type { DatabaseSync } from "node:sqlite";

import type { Journal } from "@writ/runtime";

import type { BlobFiles } from "./blob-files.ts";
import { allRows } from "./row.ts";
import { storedEntries } from "./stored-entries.ts";

/** @param append a reader's refuses */
export function sqliteJournal(db: DatabaseSync, blobs: BlobFiles, append: Journal["append"]): Journal {
  const entries = db.prepare(
    "SELECT seq, run_id, version, bytes FROM entry WHERE run_id = ? AND version BETWEEN ? AND ? ORDER BY version",
  );
  const births = db.prepare(
    `SELECT p.pid, p.salt, p.bytes FROM entry e
       CROSS JOIN payload p ON p.pid >= e.seq * 4096 AND p.pid < (e.seq + 1) * 4096
      WHERE e.run_id = ?1 AND e.version BETWEEN ?2 AND ?3
     UNION ALL
     SELECT r.pid, NULL, NULL FROM entry e
       CROSS JOIN redaction r ON r.pid >= e.seq * 4096 AND r.pid < (e.seq + 1) * 4096
      WHERE e.run_id = ?1 AND e.version BETWEEN ?2 AND ?3
     ORDER BY 1`,
  );
  return {
    async read(run, from = 1, through = Number.MAX_SAFE_INTEGER) {
      return storedEntries(allRows(entries, run, from, through), allRows(births, run, from, through), blobs);
    },
    append,
  };
}

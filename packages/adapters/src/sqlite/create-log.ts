import { closeSync, fsyncSync, openSync } from "node:fs";
import { dirname } from "node:path";

import { emptyTree, type Hasher, logStarted, type NewLog } from "@writ/core";

import { openEmpty } from "./driver.ts";
import { GroupCommit } from "./group-commit.ts";
import { migrate } from "./migrate.ts";
import { guarded } from "./sqlite-failure.ts";

/**
 * Makes the database of a new log, with `log_started` in it.
 *
 * @param file must not exist; readable by its owner alone
 * @throws OrchestratorError `workspace_read_only`, `disk_full`, `file_io`
 */
export function createSqliteLog(file: string, hash: Hasher, log: NewLog): void {
  guarded(() => {
    // Made before SQLite opens it: closing a descriptor of an open database would drop its locks.
    closeSync(openSync(file, "wx", 0o600));
    const db = openEmpty(file);
    try {
      migrate(db, file);
      db.prepare("INSERT INTO head (id, log_id, size, frontier) VALUES (1, ?, 0, x'')").run(log.id);
      const writer = new GroupCommit(db, hash, { log: log.id, tree: emptyTree(), isEnded: false });
      for (const outcome of writer.commit([{ kind: "log", make: () => logStarted(log) }]))
        if (outcome instanceof Error) throw outcome;
    } finally {
      db.close();
    }
    const folder = openSync(dirname(file), "r");
    fsyncSync(folder);
    closeSync(folder);
  });
}

import type { DatabaseSync } from "node:sqlite";

import { isJsonObject, OrchestratorError, parseCanonical } from "@writ/core";
import type { Documents } from "@writ/runtime";

import { oneRow, textOf } from "./row.ts";

/** @param put a reader's refuses */
export function sqliteDocuments(db: DatabaseSync, put: Documents["put"]): Documents {
  const select = db.prepare("SELECT bytes FROM document WHERE digest = ?");
  return {
    async get(digest) {
      const row = oneRow(select, digest);
      if (row === undefined) return null;
      const document = parseCanonical(textOf(row, "bytes"));
      if (isJsonObject(document)) return document;
      throw new OrchestratorError("log_corrupt", "a document of the log is not an object; restore a backup", {
        details: { digest },
      });
    },
    put,
  };
}

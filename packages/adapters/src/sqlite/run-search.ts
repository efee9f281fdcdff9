import type { DatabaseSync, SQLInputValue } from "node:sqlite";

import { asciiLower, type RunView } from "@writ/core";
import type { RunQuery } from "@writ/runtime";

import { allRows } from "./row.ts";
import { runViewOf } from "./view-columns.ts";

type Condition = readonly [sql: string, ...values: SQLInputValue[]];

/** Runs by what somebody looks for in them: read row by row from the newest, so that a page costs what lies before its end. */
export function searchRuns(db: DatabaseSync, query: RunQuery): readonly RunView[] {
  const conditions = conditionsOf(query);
  const where = conditions.map(([sql]) => sql).join(" AND ");
  const statement = db.prepare(
    `SELECT * FROM run_view WHERE ${where} ORDER BY created_at_ms DESC, run_id DESC LIMIT ?`,
  );
  return allRows(statement, ...conditions.flatMap(([, ...values]) => values), query.limit).map(runViewOf);
}

export function isSearch({ text, tool, since }: RunQuery): boolean {
  return text !== undefined || tool !== undefined || since !== undefined;
}

function conditionsOf({ statuses, before, text, tool, since }: RunQuery): readonly Condition[] {
  const conditions: Condition[] = [["1 = 1"]];
  if (before !== null) conditions.push(["(created_at_ms, run_id) < (?, ?)", before.createdAt, before.run]);
  if (statuses.length > 0) conditions.push(["status IN (SELECT value FROM json_each(?))", JSON.stringify(statuses)]);
  if (since !== undefined) conditions.push(["created_at_ms >= ?", since]);
  if (tool !== undefined)
    conditions.push([`EXISTS (SELECT 1 FROM approval_view a WHERE ${OF_RUN} AND a.tool = ?)`, tool]);
  if (text !== undefined) {
    const part = asciiLower(text);
    const id = part.startsWith("run_") ? part : `run_${part}`;
    conditions.push([
      `(instr(lower(coalesce(goal, '')), ?) > 0 OR substr(run_id, 1, length(?)) = ? OR lower(started_by) = ?
        OR EXISTS (SELECT 1 FROM approval_view a WHERE ${OF_RUN} AND instr(lower(a.tool), ?) > 0)
        OR EXISTS (SELECT 1 FROM artifact_view f WHERE f.run_id = run_view.run_id AND instr(lower(f.path), ?) > 0))`,
      ...[part, id, id, part, part, part],
    ]);
  }
  return conditions;
}

const OF_RUN = "a.run_id = run_view.run_id";

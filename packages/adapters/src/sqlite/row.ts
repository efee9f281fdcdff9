import { OrchestratorError } from "@writ/core";
import type { SQLInputValue, SQLOutputValue, StatementSync } from "node:sqlite";

import { guarded } from "./sqlite-failure.ts";

/** A row as the driver gives it; what is not of the expected type was not written by us. */
export type Row = Record<string, SQLOutputValue>;

/** @throws OrchestratorError as `storageFailure` names it */
export function allRows(statement: StatementSync, ...values: readonly SQLInputValue[]): readonly Row[] {
  return guarded(() => statement.all(...values));
}

/** @throws OrchestratorError as `storageFailure` names it */
export function oneRow(statement: StatementSync, ...values: readonly SQLInputValue[]): Row | undefined {
  return guarded(() => statement.get(...values));
}

export function textOf(row: Row, column: string): string {
  const value = row[column];
  return typeof value === "string" ? value : refuse(column);
}

export function integerOf(row: Row, column: string): number {
  const value = row[column];
  return typeof value === "number" ? value : refuse(column);
}

export function bytesOf(row: Row, column: string): Uint8Array {
  const value = row[column];
  return value instanceof Uint8Array ? value : refuse(column);
}

export function textOrNull(row: Row, column: string): string | null {
  return row[column] === null ? null : textOf(row, column);
}

export function integerOrNull(row: Row, column: string): number | null {
  return row[column] === null ? null : integerOf(row, column);
}

export function bytesOrNull(row: Row, column: string): Uint8Array | null {
  return row[column] === null ? null : bytesOf(row, column);
}

function refuse(column: string): never {
  throw new OrchestratorError("database_corrupt", "a row has a value of the wrong type; restore a backup", {
    details: { column },
  });
}

import { readFileSync } from "node:fs";

export type JsonRecord = Readonly<Record<string, unknown>>;

/** @throws Error naming the file when it holds no JSON object */
export function readRecord(path: string): JsonRecord {
  const value: unknown = JSON.parse(readFileSync(path, "utf8"));
  if (!isRecord(value)) throw new Error(`${path} holds no JSON object`);
  return value;
}

export function isRecord(value: unknown): value is JsonRecord {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The objects in a list that a record holds; none where it holds no list. */
export function recordsIn(record: JsonRecord, key: string): readonly JsonRecord[] {
  const list: unknown = record[key];
  return Array.isArray(list) ? list.filter(isRecord) : [];
}

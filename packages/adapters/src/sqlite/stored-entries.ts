import { birthsOf, type StoredEntry, type StoredPayload } from "@writ/core";

import type { BlobFiles } from "./blob-files.ts";
import { placeOf } from "./entry-rows.ts";
import { bytesOrNull, integerOf, integerOrNull, type Row, textOf, textOrNull } from "./row.ts";

/** Rows of `payload`, and of `redaction` with salt and bytes NULL. */
export interface BirthRow {
  readonly n: number;
  readonly salt: Uint8Array | null;
  readonly bytes: Uint8Array | null;
}

const NONE: readonly StoredPayload[] = [];

/**
 * Joins rows of entries with those of their births.
 *
 * @param births ordered by position
 * @returns payloads with neither salt nor bytes where they were erased, and with
 * a salt but no bytes where their file is missing: whoever verifies tells them apart
 */
export async function storedEntries(
  entries: readonly Row[],
  births: readonly Row[],
  blobs: BlobFiles,
): Promise<readonly StoredEntry[]> {
  const bySeq = birthsBySeq(births);
  const stored: StoredEntry[] = [];
  for (const row of entries) {
    const seq = integerOf(row, "seq");
    const bytes = textOf(row, "bytes");
    const born = bySeq.get(seq);
    const isFiled = born?.some((birth) => birth.salt !== null && birth.bytes === null) === true;
    const payloads = isFiled ? await withFiles(born ?? NONE, bytes, blobs) : (born ?? NONE);
    stored.push({ seq, run: textOrNull(row, "run_id"), version: integerOrNull(row, "version"), bytes, payloads });
  }
  return stored;
}

function birthsBySeq(rows: readonly Row[]): ReadonlyMap<number, BirthRow[]> {
  const births = new Map<number, BirthRow[]>();
  for (const row of rows) {
    const { seq, n } = placeOf(integerOf(row, "pid"));
    const birth = { n, salt: bytesOrNull(row, "salt"), bytes: bytesOrNull(row, "bytes") };
    const siblings = births.get(seq);
    if (siblings === undefined) births.set(seq, [birth]);
    else siblings.push(birth);
  }
  return births;
}

async function withFiles(
  births: readonly BirthRow[],
  entry: string,
  blobs: BlobFiles,
): Promise<readonly StoredPayload[]> {
  const commits = birthsOf(entry);
  const read = async (birth: BirthRow): Promise<StoredPayload> => {
    const commit = commits[birth.n];
    const isFiled = birth.salt !== null && birth.bytes === null && commit !== undefined;
    return isFiled ? { ...birth, bytes: await blobs.read(commit) } : birth;
  };
  return Promise.all(births.map(read));
}

import type { DatabaseSync } from "node:sqlite";

import {
  birthsOf,
  type EntryDraft,
  type Erasure,
  type LogFacts,
  type NewPayload,
  OrchestratorError,
  type ViewChanges,
} from "@writ/core";
import type { Appended, Documents } from "@writ/runtime";

import { AppendQueue } from "./append-queue.ts";
import type { BlobFiles } from "./blob-files.ts";
import { isFiled, placeOf } from "./entry-rows.ts";
import type { GroupCommit } from "./group-commit.ts";
import type { Work } from "./log-growth.ts";
import { rebuildViews } from "./rebuild.ts";
import { integerOf, textOf } from "./row.ts";
import { withoutWaiting } from "./driver.ts";
import { guarded } from "./sqlite-failure.ts";

type Document = Parameters<Documents["put"]>[0][number];

/** Everything that the owner of a log does to it. */
export class LogWriter {
  readonly #db: DatabaseSync;
  readonly #blobs: BlobFiles;
  readonly #commit: GroupCommit;
  readonly #queue: AppendQueue<Work, Appended>;
  /** Files whose entries are not yet durable, and whether writing them made them. */
  readonly #unplaced = new Map<string, Promise<boolean>>();
  /** An erasure's old bytes may still lie in the write-ahead log, because somebody was reading. */
  #owesTruncation = false;

  constructor(db: DatabaseSync, commit: GroupCommit, blobs: BlobFiles) {
    this.#db = db;
    this.#blobs = blobs;
    this.#commit = commit;
    this.#queue = new AppendQueue((group) => this.#place(group));
  }

  append(draft: EntryDraft): Promise<Appended> {
    const filed = draft.payloads.filter(isFiled);
    if (filed.length === 0) return this.#queue.append({ kind: "run", draft }, draft.run, null);
    return this.#appendWithFiles(draft, filed);
  }

  appendLog(entry: LogFacts): Promise<Appended> {
    return this.appendPlaced(() => entry);
  }

  appendPlaced(make: (seq: number) => LogFacts): Promise<Appended> {
    return this.#queue.append({ kind: "log", make }, null, null);
  }

  async redact(erasure: Erasure): Promise<Appended> {
    const appended = await this.#queue.append({ kind: "erasure", erasure }, null, null);
    this.#owesTruncation = true;
    guarded(() => this.#truncate());
    for (const { commit } of erasure.payloads) await this.#blobs.remove(commit);
    return appended;
  }

  putDocuments(documents: readonly Document[]): void {
    const insert = this.#db.prepare("INSERT INTO document (digest, bytes) VALUES (?, ?) ON CONFLICT DO NOTHING");
    this.#writeNow(() => documents.forEach(({ digest, bytes }) => insert.run(digest, bytes)));
  }

  /** A head that was signed before keeps its first note. */
  putSignedHead(size: number, note: string): void {
    const insert = this.#db.prepare("INSERT INTO signed_head (size, note) VALUES (?, ?) ON CONFLICT DO NOTHING");
    this.#writeNow(() => insert.run(size, note));
  }

  /** Writes rows that stand beside the log. */
  beside(act: (db: DatabaseSync) => void): void {
    this.#writeNow(() => act(this.#db));
  }

  rebuild(rows: AsyncIterable<ViewChanges>): Promise<void> {
    return rebuildViews(this.#db, this.#commit, rows);
  }

  /** Removes files that no entry refers to: of appends that never became durable, and of erasures that were cut short. */
  async sweep(): Promise<void> {
    const listed = await this.#blobs.list();
    const row = this.#db
      .prepare("SELECT count(*) AS filed FROM payload INDEXED BY payload_in_file WHERE bytes IS NULL")
      .get();
    if (row !== undefined && integerOf(row, "filed") === listed.length) return;
    const known = this.#filedCommits();
    const isOrphan = (commit: string): boolean => !known.has(commit) && !this.#unplaced.has(commit);
    for (const commit of listed.filter(isOrphan)) await this.#blobs.remove(commit);
  }

  async close(): Promise<void> {
    await this.#queue.close();
    guarded(() => this.#truncate());
  }

  async #appendWithFiles(draft: EntryDraft, filed: readonly NewPayload[]): Promise<Appended> {
    const own = filed.filter(({ commit }) => !this.#unplaced.has(commit));
    for (const { commit, bytes } of own) this.#unplaced.set(commit, this.#blobs.write(commit, bytes));
    const written = Promise.all(filed.flatMap(({ commit }) => this.#unplaced.get(commit) ?? []));
    try {
      return await this.#queue.append(
        { kind: "run", draft },
        draft.run,
        written.then(() => undefined),
      );
    } catch (error) {
      // Refused, it has no use for the files it made. Where the disk failed, nobody knows yet whether the entry is there.
      const isRefused = error instanceof OrchestratorError && error.code !== "audit_unavailable";
      if (isRefused)
        for (const { commit } of own) if (await this.#unplaced.get(commit)) await this.#blobs.remove(commit);
      throw error;
    } finally {
      for (const { commit } of own) this.#unplaced.delete(commit);
    }
  }

  #place(group: readonly Work[]): readonly (Appended | Error)[] {
    const outcomes = this.#commit.commit(group);
    this.#truncate();
    return outcomes;
  }

  #writeNow(act: () => void): void {
    this.#queue.assertHealthy();
    guarded(() => this.#commit.transaction(act));
  }

  #filedCommits(): ReadonlySet<string> {
    const rows = this.#db
      .prepare(
        "SELECT p.pid, e.bytes FROM payload p INDEXED BY payload_in_file JOIN entry e ON e.seq = p.pid / 4096 WHERE p.bytes IS NULL",
      )
      .all();
    return new Set(rows.map((row) => birthsOf(textOf(row, "bytes"))[placeOf(integerOf(row, "pid")).n] ?? ""));
  }

  /** Empties the write-ahead log after an erasure, as soon as no reader stands in it. */
  #truncate(): void {
    if (!this.#owesTruncation) return;
    this.#owesTruncation = withoutWaiting(
      this.#db,
      () => this.#db.prepare("PRAGMA wal_checkpoint(TRUNCATE)").get()?.["busy"] !== 0,
    );
  }
}

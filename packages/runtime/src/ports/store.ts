import type {
  ApprovalView,
  ArtifactView,
  EntryDraft,
  JsonObject,
  LogFacts,
  RunId,
  RunView,
  StoredEntry,
  ViewChanges,
} from "@writ/core";
import type { Doors } from "./doors.ts";

import type { Deliveries } from "./deliveries.ts";

/**
 * The truth about every run of one log, and what is derived from it. Entry,
 * payloads, documents, tree, head and views of an append are one transaction.
 *
 * An adapter is correct when it passes `storeContract` from the testkit.
 */
export interface Store {
  readonly log: LogIdentity;
  readonly journal: Journal;
  readonly views: Views;
  readonly documents: Documents;
  readonly audit: AuditLog;
  readonly doors: Doors;
  readonly deliveries: Deliveries;
  /** Writes what is queued, then lets go of the files. */
  close(): Promise<void>;
}

export interface LogIdentity {
  /** `log_…`. */
  readonly id: string;
  /** Host name of the owner or `writ.local`, `/`, log id. */
  readonly origin: string;
  readonly tenant: string;
}

export interface Journal {
  /**
   * The entries of a run from version `from` to version `through`, both
   * included, in order, with the payloads born in them; the first and the last
   * there is when left out. Empty for an unknown run.
   */
  read(run: RunId, from?: number, through?: number): Promise<readonly StoredEntry[]>;

  /**
   * Queues one entry; resolves once it is durable. Drafts of one run must be
   * handed in in order of version; several may wait in one group, and if one
   * fails, those of the same run behind it fail with it.
   *
   * @throws OrchestratorError `stale_journal` if the run's version is not `draft.version - 1`;
   * `approval_already_redeemed`, `idempotency_conflict` for a second use;
   * `audit_unavailable` if the entry cannot be made durable, and from then on for every append
   */
  append(draft: EntryDraft): Promise<Appended>;
}

export interface Appended {
  /** Position in the log. */
  readonly seq: number;
}

/** Lists and pages for people; rows are written in the append's transaction and can be rebuilt from the entries. */
export interface Views {
  run(id: RunId): Promise<RunView | null>;
  /** Full ids that begin with `prefix`, at most `limit`; `kind` is `run` or `approval`. */
  complete(kind: "run" | "approval", prefix: string, limit: number): Promise<readonly string[]>;
  runs(query: RunQuery): Promise<readonly RunView[]>;
  approval(id: string): Promise<ApprovalView | null>;
  approvals(query: ApprovalQuery): Promise<readonly ApprovalView[]>;
  /** How many requests of all runs in these states lie behind a position in the order of `approvals`. */
  countApprovals(query: Pick<ApprovalQuery, "statuses" | "after">): Promise<number>;
  /** Requests that wait, by when they were made, oldest first, behind a position in that order. */
  waiting(after: ApprovalPosition | null, limit: number): Promise<readonly ApprovalView[]>;
  /** What a run's steps left behind, oldest first. */
  artifacts(run: RunId): Promise<readonly ArtifactView[]>;
  /** How many runs there are in each state; a state without one may be left out. */
  countRuns(): Promise<ReadonlyMap<string, number>>;
  /** Runs that are not ended, for recovery. */
  unfinished(): Promise<readonly { readonly run: RunId; readonly wakeAt: number | null }[]>;
  /** Paths, relative to the workspace, that Writ itself left behind. */
  writtenPaths(): Promise<ReadonlySet<string>>;
  /** Writes the rows of every run anew and drops those of runs not handed in; a run that has moved on meanwhile keeps its rows. */
  rebuild(rows: AsyncIterable<ViewChanges>): Promise<void>;
}

export interface RunQuery {
  /** Empty means any. */
  readonly statuses: readonly string[];
  /** In the goal, a file, a tool or who started it, whatever the case of its ASCII letters, or the id's beginning; any where it is left out. */
  readonly text?: string | undefined;
  /** A tool somebody was asked about, or a file came from; any where it is left out. */
  readonly tool?: string | undefined;
  /** Made at or after, epoch in milliseconds; any where it is left out. */
  readonly since?: number | undefined;
  /** Newest first; rows older than this position in `created_at_ms` and id. */
  readonly before: { readonly createdAt: number; readonly run: string } | null;
  readonly limit: number;
}

export interface ApprovalQuery {
  /** Empty means any. */
  readonly statuses: readonly string[];
  readonly run: RunId | null;
  /** Soonest expiry first: only those behind this position in `expires_at_ms` and id; from the first where it is left out. */
  readonly after?: ApprovalPosition;
  readonly limit: number;
}

/** A place in an order of approvals: the instant it goes by, then the id. */
export interface ApprovalPosition {
  readonly at: number;
  readonly approval: string;
}

/** What configures runs and what is derived without payloads: canonical JSON under its digest. */
export interface Documents {
  get(digest: string): Promise<JsonObject | null>;
  /** Idempotent. For documents that must be there before a run refers to them. */
  put(documents: readonly { readonly digest: string; readonly bytes: string }[]): Promise<void>;
}

/** An entry as a line of the log. */
export type LogLine = Pick<StoredEntry, "seq" | "run" | "version" | "bytes">;

/** The log as bytes: what proofs, exports and verification read. */
export interface AuditLog {
  /** Entries, tree size and frontier (roots of the perfect subtrees, left to right, 32 bytes each). */
  head(): Promise<{ readonly size: number; readonly frontier: readonly Uint8Array[] }>;
  /** Stored entries of [from, to) in order of position, in batches. */
  entries(from: number, to: number): AsyncIterable<readonly StoredEntry[]>;
  /** The same without payloads. */
  lines(from: number, to: number): AsyncIterable<readonly LogLine[]>;
  /** 8,192 bytes: 256 hashes of `level`; null while it is not full. */
  tile(level: number, index: number): Promise<Uint8Array | null>;
  /** Positions of all entries of a run, and of log entries (`run` null), in order. */
  positions(run: RunId | null): Promise<readonly number[]>;
  signedHead(): Promise<{ readonly size: number; readonly note: string } | null>;
  /** Signed heads of more than `over` and at most `upTo` entries, smallest first. */
  signedHeads(over: number, upTo: number): Promise<readonly { readonly size: number; readonly note: string }[]>;
  putSignedHead(size: number, note: string): Promise<void>;
  /** Appends an entry about the log itself; `facts` are those of formats §2.4. */
  appendLog(entry: LogFacts): Promise<Appended>;
  /** The same for facts that name the position they get. */
  appendPlaced(make: (seq: number) => LogFacts): Promise<Appended>;
  /**
   * Erases payloads: one transaction appends the `payload_redacted` entry, inserts redaction rows and deletes payload rows; then blobs are unlinked.
   */
  redact(request: {
    readonly atMs: number;
    readonly actor: JsonObject;
    readonly reason: string;
    readonly payloads: readonly { readonly seq: number; readonly commit: string }[];
  }): Promise<Appended>;
  /** Whether a payload's absence is authorised by an entry of the log. */
  redacted(): Promise<ReadonlySet<string>>;
  /** Runs of which something was erased. */
  redactedRuns(): Promise<readonly RunId[]>;
}

import type { FindingCode } from "@writ/core";

/** A tail that is not signed after so many milliseconds is not signed because something fails. */
export const SIGNED_WITHIN_MS = 60_000;

/** What a look at a whole log found. */
export interface LogReport {
  readonly log: string;
  readonly origin: string;
  /** Entries that are there. */
  readonly size: number;
  /** 64 hex digits: the root of the stored tree. */
  readonly root: string;
  readonly findings: readonly LogFinding[];
  /** The newest signed head; null while there is none or it is not one of the log's. */
  readonly signed: SeenHead | null;
  /** What lies behind the newest signed head: it is there, and nobody vouches for it yet. Null where nothing does. */
  readonly unsigned: UnsignedTail | null;
  /** The head remembered elsewhere with which the log is consistent; null where none is known. */
  readonly since: SeenHead | null;
  /** The written form of the key in force. */
  readonly key: string | null;
}

export interface SeenHead {
  readonly size: number;
  /** When it was signed, RFC 3339. */
  readonly time: string;
}

/** Entries that no signed head covers. */
export interface UnsignedTail {
  readonly entries: number;
  /** Position of the first of them. */
  readonly seq: number;
  /** The instant of the first of them, RFC 3339; null where its bytes do not say. */
  readonly since: string | null;
}

/** One thing that does not hold of the log, and where. */
export interface LogFinding {
  readonly code: FindingCode | "views_differ" | "log_rolled_back" | "log_forked";
  /** The first entry it is about; null for the log as a whole. */
  readonly seq: number | null;
  /** Where one entry cannot be told: the last it may be. */
  readonly until: number | null;
  /** What is compared, with the digest each has. */
  readonly compared: readonly { readonly what: string; readonly value: string }[];
}

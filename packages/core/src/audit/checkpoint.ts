import { toBase64 } from "../base/base64.ts";
import { toRfc3339, type EpochMs } from "../base/time.ts";
import { parseNote, type Note, type NotePlatform } from "./note.ts";
import type { Head } from "./proof.ts";

/** A signed tree head as it is read. */
export interface Checkpoint extends Head {
  readonly origin: string;
  /** The root as it is written, in base64. */
  readonly rootText: string;
  /** When it was signed, RFC 3339 in UTC. */
  readonly time: string;
  readonly note: Note;
}

const HEAD_TEXT = /^([^\s+]+)\n([1-9]\d{0,14})\n([A-Za-z0-9+/]{43}=)\ntime (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)\n$/;

/** The text of a C2SP checkpoint with exactly one extension line: what the log's key signs. */
export function checkpointText(origin: string, head: Head, at: EpochMs): string {
  return `${origin}\n${head.size}\n${toBase64(head.root)}\ntime ${toRfc3339(at)}\n`;
}

/** @returns undefined unless it is a signed head in its only spelling; its signatures are not checked here */
export function parseCheckpoint(platform: NotePlatform, text: string | undefined): Checkpoint | undefined {
  const note = parseNote(platform, text);
  const [, origin = "", size, rootText = "", time = ""] = HEAD_TEXT.exec(note?.text ?? "") ?? [];
  const root = platform.fromBase64(rootText);
  return note && root?.length === 32 ? { origin, size: Number(size), root, rootText, time, note } : undefined;
}

/** What the old and the new key both sign when a log changes its key. `seq` is that of the entry that says so. */
export const rotationText = (origin: string, seq: number, oldKey: string, newKey: string): string =>
  `writ/rotate/v1\n${origin}\n${seq}\n${oldKey}\n${newKey}\n`;

/** What an approver signs who has a key of their own. */
export const approvalText = (bindingHash: string): string => `writ/approve/v1\n${bindingHash}\napprove\n`;

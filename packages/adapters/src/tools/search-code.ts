import { durationMs, OrchestratorError, type DurationMs } from "@writ/core";
import { defineTool, type FileStat, type Tool, type ToolCall, ToolFailure } from "@writ/runtime";
import picomatch from "picomatch";
import * as z from "zod";

import { clip } from "../docs-index/clip.ts";
import { documentKind, PASSED_OVER_FOLDERS } from "../docs-index/document-kind.ts";
import { plainText } from "../docs-index/plain-text.ts";
import { filePath } from "./document-schema.ts";
import { expressionSearch, literalSearch, type LineMatch, type LineSearch } from "./line-search.ts";

const MAX_FILE_BYTES = 1_048_576;
const MAX_FILES = 100_000;
/** Files read at once and handed to the search together. */
const BATCH = 64;
/** A longer line, as minified code has, is shown around its match. */
const MAX_LINE = 400;
const LINE_BEFORE_MATCH = 80;

const params = z.strictObject({
  query: z.string().min(1).max(1_000),
  mode: z.enum(["literal", "regex"]).default("literal"),
  case: z.enum(["sensitive", "insensitive"]).default("insensitive"),
  /** Any text file it matches; code and configuration when left out. */
  glob: z.string().min(1).max(1_000).optional(),
  context: z.int().nonnegative().max(10).default(0),
  limit: z.int().positive().max(500).default(50),
});

const count = z.int().nonnegative();
const line = z.string();
const match = z.strictObject({
  path: filePath,
  line: z.int().positive(),
  column: z.int().positive(),
  text: line,
  before: z.array(line),
  after: z.array(line),
});
const output = z.strictObject({
  matches: z.array(match),
  /** Files with a match, and files that were looked through. */
  files: count,
  searched: count,
  truncated: z.boolean(),
  left_out: z.strictObject({ not_text: count, too_large: count, unreadable: count, links: count, folders: count }),
});

/** @param patience how long a regular expression may take in all */
export function searchCode(patience: DurationMs = durationMs(3_000)): Tool {
  return defineTool({
    name: "code.search",
    summary: "Finds lines in code files of the workspace, by words as they stand or by a regular expression.",
    approvalMode: "read_only",
    timeout: durationMs(60_000),
    params,
    output,
    run: async (query, call) => await search(query, call, patience),
  });
}

type Query = z.infer<typeof params>;
type Match = z.infer<typeof match>;

async function search(query: Query, call: ToolCall, patience: DurationMs): Promise<z.infer<typeof output>> {
  const listing = await call.files.list("", { include: [], skipFolders: PASSED_OVER_FOLDERS, maxFiles: MAX_FILES });
  const admits = query.glob === undefined ? isCode : picomatch(query.glob, { dot: true });
  const candidates = listing.files.filter((file) => admits(file.path));
  const small = candidates.filter((file) => file.bytes <= MAX_FILE_BYTES);
  const found: Match[] = [];
  const tally = { searched: 0, not_text: 0, unreadable: 0 };
  const deadline = AbortSignal.any([call.signal, AbortSignal.timeout(patience)]);
  await using lines = lineSearch(query, deadline);
  for (let at = 0; at < small.length && found.length <= query.limit; at += BATCH) {
    call.signal.throwIfAborted();
    const texts = await readAll(small.slice(at, at + BATCH), call, tally);
    const places = await inTime(
      lines.find(
        texts.map(({ text }) => text),
        query.limit + 1,
      ),
      call.signal,
      patience,
    );
    for (const [index, { path, text }] of texts.entries())
      found.push(...matchesOf(path, text, places[index] ?? [], query.context));
  }
  const matches = found.slice(0, query.limit);
  return {
    matches,
    files: new Set(matches.map(({ path }) => path)).size,
    searched: tally.searched,
    truncated: found.length > query.limit || listing.truncated,
    left_out: {
      not_text: tally.not_text,
      too_large: candidates.length - small.length,
      unreadable: tally.unreadable,
      links: listing.skipped.links,
      folders: listing.skipped.folders,
    },
  };
}

function lineSearch(query: Query, signal: AbortSignal): LineSearch {
  const flags = query.case === "insensitive" ? "iu" : "u";
  return query.mode === "literal" ? literalSearch(query.query, flags) : expressionSearch(query.query, flags, signal);
}

function isCode(path: string): boolean {
  const kind = documentKind(path);
  return kind === "code" || kind === "configuration";
}

/** Not worth a retry: the same expression takes as long again. */
async function inTime<T>(work: Promise<T>, cancelled: AbortSignal, patience: DurationMs): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (cancelled.aborted || !(error instanceof DOMException) || error.name !== "TimeoutError") throw error;
    throw new ToolFailure("schema_mismatch", `the regular expression took longer than ${patience} ms`, {
      cause: error,
      remedy: "Take out nested repetition such as (a+)+, search literally, or narrow the files with a glob.",
    });
  }
}

interface ReadText {
  readonly path: string;
  readonly text: string;
}

async function readAll(
  files: readonly FileStat[],
  call: ToolCall,
  tally: { searched: number; not_text: number; unreadable: number },
): Promise<readonly ReadText[]> {
  const read = await Promise.all(files.map(async ({ path }) => await readOne(path, call)));
  const texts = read.flatMap((each) => (typeof each === "string" ? [] : [each]));
  tally.searched += texts.length;
  tally.not_text += read.filter((each) => each === "not_text").length;
  tally.unreadable += read.filter((each) => each === "unreadable").length;
  return texts;
}

async function readOne(path: string, call: ToolCall): Promise<ReadText | "not_text" | "unreadable"> {
  try {
    const text = plainText((await call.files.read(path, MAX_FILE_BYTES)).content);
    return text === null ? "not_text" : { path, text };
  } catch (error) {
    if (error instanceof OrchestratorError) return "unreadable";
    throw error;
  }
}

function matchesOf(path: string, text: string, places: readonly LineMatch[], context: number): readonly Match[] {
  if (places.length === 0) return [];
  const lines = text.split("\n").map((each) => each.replace(/\r$/, ""));
  return places.map(([at, column]) => ({
    path,
    line: at + 1,
    column: column + 1,
    text: around(lines[at] ?? "", column),
    before: lines.slice(Math.max(0, at - context), at).map((each) => clip(each, MAX_LINE)),
    after: lines.slice(at + 1, at + 1 + context).map((each) => clip(each, MAX_LINE)),
  }));
}

function around(text: string, column: number): string {
  if (text.length <= MAX_LINE) return text;
  const from = Math.max(0, column - LINE_BEFORE_MATCH);
  return clip(text.slice(from).replace(/^[\udc00-\udfff]/, ""), MAX_LINE);
}

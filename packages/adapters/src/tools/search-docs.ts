import { durationMs, epochMs, toRfc3339, type EpochMs } from "@writ/core";
import { defineTool, type Tool, ToolFailure } from "@writ/runtime";
import picomatch from "picomatch";
import * as z from "zod";

import type { DocumentAnswer, DocumentIndex, FoundDocument } from "../docs-index/document-index.ts";
import { excerptOf, snippetOf } from "../docs-index/excerpt.ts";
import { toMatchExpression } from "../docs-index/match-expression.ts";
import { documentHit, type DocumentHit } from "./document-schema.ts";
import { parseInstant } from "./time-window.ts";

/** Characters of text in one hit, and in all hits of an answer: what a summariser can use, and a journal can hold. */
const TEXT_OF_ONE = 24_000;
const TEXT_OF_ALL = 400_000;
const MS_PER_HOUR = 3_600_000;

const instant = z
  .string()
  .max(40)
  .refine((text) => parseInstant(text) !== null, "must be an instant such as 2026-11-20T08:00:00Z, or a date");

const params = z
  .strictObject({
    /** Empty asks for every document. */
    query: z.string().max(1_000).default(""),
    since_hours: z.int().positive().max(876_000).optional(),
    since: instant.optional(),
    until: instant.optional(),
    glob: z.string().min(1).max(1_000).optional(),
    limit: z.int().positive().max(100).default(10),
    include_written: z.boolean().default(false),
  })
  .refine(
    ({ since_hours, since }) => since_hours === undefined || since === undefined,
    "give since or since_hours, not both",
  );

const count = z.int().nonnegative();
const output = z.strictObject({
  hits: z.array(documentHit),
  total_documents: count,
  /** Documents that match, shown or not. */
  matched: count,
  truncated: z.boolean(),
  /** Files that are no documents here, by reason. */
  left_out: z.strictObject({
    written_by_writ: count,
    not_text: count,
    too_large: count,
    unreadable: count,
    links: count,
    folders: count,
  }),
  notices: z.array(z.string()),
});

/** Paths that Writ wrote itself, in this workspace. */
export type WrittenByWrit = () => Promise<ReadonlySet<string>>;

export function searchDocs(index: DocumentIndex, writtenByWrit: WrittenByWrit): Tool {
  return defineTool({
    name: "docs.search_docs",
    summary:
      "Finds Markdown, text and code files of the workspace by their words and by when they were last changed, best first, with their text. Without a query the newest. Files that Writ wrote are left out unless asked for.",
    approvalMode: "read_only",
    timeout: durationMs(60_000),
    params,
    output,
    run: async ({ query, glob, limit, include_written, ...window }, call) => {
      const expression = toMatchExpression(query);
      if (!expression.ok) throw new ToolFailure("schema_mismatch", `the query ${expression.error}`);
      const answer = await index.search(
        call.files,
        {
          expression: expression.value,
          since: sinceOf(window, call.at),
          until: window.until === undefined ? null : parseInstant(window.until),
          admits: glob === undefined ? () => true : picomatch(glob, { dot: true }),
          excluded: include_written ? new Set() : await writtenByWrit(),
          limit,
        },
        call.signal,
      );
      return toOutput(answer);
    },
  });
}

interface Window {
  readonly since_hours?: number | undefined;
  readonly since?: string | undefined;
}

/** Counted back from the run's clock, so that a repeated attempt asks the same. */
function sinceOf({ since_hours, since }: Window, at: EpochMs): EpochMs | null {
  if (since_hours !== undefined) return epochMs(Math.max(0, at - since_hours * MS_PER_HOUR));
  return since === undefined ? null : parseInstant(since);
}

function toOutput(answer: DocumentAnswer): z.infer<typeof output> {
  const { found, total, matched, excluded, notText, inventory, place } = answer;
  const hits = toHits(found);
  const { tooLarge, unreadable, links, folders, isTruncated } = inventory;
  const cut = hits.filter(({ text_cut }) => text_cut > 0);
  return {
    hits,
    total_documents: total,
    matched,
    truncated: matched > hits.length || isTruncated,
    left_out: {
      written_by_writ: excluded,
      not_text: notText,
      too_large: tooLarge,
      unreadable: unreadable.size,
      links,
      folders,
    },
    notices: [
      ...(matched > hits.length ? [`${matched} documents match; ${hits.length} are shown.`] : []),
      ...cut.map(({ path, text, text_cut }) =>
        text === undefined
          ? `${path} is listed without its text.`
          : `${path} is given in part: ${text_cut} characters are left out.`,
      ),
      ...(isTruncated ? ["The workspace has more files than are searched."] : []),
      ...(place === "memory" ? ["The index could not be kept in a file, so it was built anew."] : []),
    ],
  };
}

function toHits(found: readonly FoundDocument[]): DocumentHit[] {
  let room = TEXT_OF_ALL;
  return found.map((document) => {
    const { path, title, modifiedMs, bytes, sha256, score, line, text } = document;
    const excerpt = excerptOf(text, line, Math.min(TEXT_OF_ONE, room));
    room -= excerpt.text.length;
    const hit = { path, title, modified_at: toRfc3339(epochMs(modifiedMs)), bytes, sha256, score, line };
    const place = { snippet: snippetOf(text, line), text_line: excerpt.line, text_cut: excerpt.cut };
    return excerpt.text === "" && text !== "" ? { ...hit, ...place } : { ...hit, ...place, text: excerpt.text };
  });
}

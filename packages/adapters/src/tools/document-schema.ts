import * as z from "zod";

const path = z.string().min(1).max(4_096);
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const count = z.int().nonnegative();

/** One document that a search found, with as much of its text as there was room for. */
export const documentHit = z.strictObject({
  path,
  title: z.string(),
  /** RFC 3339. */
  modified_at: z.string(),
  bytes: count,
  sha256,
  snippet: z.string(),
  /** Where the snippet stands, from 1. */
  line: z.int().positive(),
  /** 1000 for the best hit. */
  score: count,
  /** Absent when there was no room left. */
  text: z.string().exactOptional(),
  /** Number of the text's first line in the document, from 1. */
  text_line: z.int().positive(),
  /** Characters of the document that are not in `text`. */
  text_cut: count,
});

export type DocumentHit = z.infer<typeof documentHit>;

export const documentText = z.strictObject({
  path,
  text: z.string(),
  sha256,
  bytes: count,
  modified_at: z.string(),
  lines: count,
});

/** A document as a parameter: what `docs.search_docs`, `docs.get_doc` or `code.read_file` answers can be bound to it as it is. */
export const documentParam = z.strictObject({
  path,
  text: z.string().optional(),
  title: z.string().optional(),
  modified_at: z.string().optional(),
  bytes: count.optional(),
  sha256: sha256.optional(),
  snippet: z.string().optional(),
  line: z.int().positive().optional(),
  score: count.optional(),
  text_line: z.int().positive().optional(),
  text_cut: count.optional(),
  lines: count.optional(),
  from_line: z.int().positive().optional(),
  to_line: count.optional(),
  truncated: z.boolean().optional(),
});

export type DocumentParam = z.infer<typeof documentParam>;

export const filePath = path;
export const sha256Hex = sha256;

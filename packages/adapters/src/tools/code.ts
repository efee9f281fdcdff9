import { toRfc3339 } from "@writ/core";
import { defineTool, type Tool, ToolFailure } from "@writ/runtime";
import * as z from "zod";

import { lineCount } from "../docs-index/line-count.ts";
import { plainText } from "../docs-index/plain-text.ts";
import { nodeHasher } from "../system/sha256.ts";
import { MAX_DOCUMENT_BYTES, notText } from "./docs.ts";
import { documentText, filePath } from "./document-schema.ts";

const MAX_LINES = 2_000;

const output = documentText.extend({
  /** The lines that `text` holds, both included; `to_line` is 0 for an empty file. */
  from_line: z.int().positive(),
  to_line: z.int().nonnegative(),
  truncated: z.boolean(),
});

export const readCode: Tool = defineTool({
  name: "code.read_file",
  summary: `Reads lines of a text file of the workspace, at most ${MAX_LINES} of them.`,
  approvalMode: "read_only",
  params: z.strictObject({
    path: filePath,
    from_line: z.int().positive().default(1),
    /** The last line wanted; as many as there may be when left out. */
    to_line: z.int().positive().optional(),
  }),
  output,
  run: async ({ path, from_line, to_line }, { files }) => {
    if (to_line !== undefined && to_line < from_line)
      throw new ToolFailure("schema_mismatch", `to_line ${to_line} stands before from_line ${from_line}`);
    const { content, bytes, modifiedAt } = await files.read(path, MAX_DOCUMENT_BYTES);
    const whole = plainText(content);
    if (whole === null) throw notText(path);
    const lines = lineCount(whole);
    const last = Math.min(lines, to_line ?? lines, from_line + MAX_LINES - 1);
    const text = whole
      .split("\n")
      .slice(from_line - 1, last)
      .map((line, at) => (from_line + at < lines || whole.endsWith("\n") ? `${line}\n` : line));
    return {
      path,
      text: text.join(""),
      sha256: nodeHasher.sha256Hex(content),
      bytes,
      modified_at: toRfc3339(modifiedAt),
      lines,
      from_line,
      to_line: Math.max(last, from_line - 1),
      truncated: last < Math.min(lines, to_line ?? lines),
    };
  },
});

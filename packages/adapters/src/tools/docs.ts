import { toRfc3339 } from "@writ/core";
import { defineTool, type Tool, ToolFailure } from "@writ/runtime";
import * as z from "zod";

import { lineCount } from "../docs-index/line-count.ts";
import { plainText } from "../docs-index/plain-text.ts";
import { nodeHasher } from "../system/sha256.ts";
import { utf8 } from "../system/text-bytes.ts";
import { documentText, filePath } from "./document-schema.ts";
import type { PreviousContents } from "./previous-contents.ts";
import { freezeWrite, writeOne, WRITES_ONE_FILE } from "./write-file.ts";

export const MAX_DOCUMENT_BYTES = 1_048_576;

export const getDoc: Tool = defineTool({
  name: "docs.get_doc",
  summary: "Reads one text file of the workspace whole.",
  approvalMode: "read_only",
  params: z.strictObject({ path: filePath }),
  output: documentText,
  run: async ({ path }, { files }) => {
    const { content, bytes, modifiedAt } = await files.read(path, MAX_DOCUMENT_BYTES);
    const text = plainText(content);
    if (text === null) throw notText(path);
    const sha256 = nodeHasher.sha256Hex(content);
    return { path, text, sha256, bytes, modified_at: toRfc3339(modifiedAt), lines: lineCount(text) };
  },
});

export function writeDoc(previous: PreviousContents): Tool {
  return defineTool({
    name: "docs.write_doc",
    summary: "Writes one text file of the workspace, whole or not at all, and can put back what was there.",
    ...WRITES_ONE_FILE,
    params: z.strictObject({ path: filePath, text: z.string().max(4_000_000) }),
    freeze: async ({ path, text }, call) => await freezeWrite(path, utf8(text), call),
    act: async ({ path, text }, call) => await writeOne(path, utf8(text), call, previous),
  });
}

export function notText(path: string): ToolFailure {
  return new ToolFailure("schema_mismatch", `${path} is no UTF-8 text`, {
    remedy: "Read it with files.read, which answers any bytes as Base64.",
  });
}

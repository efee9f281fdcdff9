import { toRfc3339 } from "@writ/core";
import { defineTool, type Tool, ToolFailure } from "@writ/runtime";
import * as z from "zod";

import { plainText } from "../docs-index/plain-text.ts";
import { nodeHasher } from "../system/sha256.ts";
import { base64 } from "../system/text-bytes.ts";
import { filePath, sha256Hex } from "./document-schema.ts";
import { MAX_CHANGED_BYTES } from "./file-target.ts";
import type { PreviousContents } from "./previous-contents.ts";
import { bytesOf } from "./restored-file.ts";
import { freezeWrite, writeOne, WRITES_ONE_FILE } from "./write-file.ts";

const count = z.int().nonnegative();
const encoding = z.enum(["text", "base64"]);
const mode = z.string().regex(/^0[0-7]{3}$/);

export const listFiles: Tool = defineTool({
  name: "files.list",
  summary: "Lists regular files below a folder of the workspace, in order of path.",
  approvalMode: "read_only",
  params: z.strictObject({
    /** Empty is the workspace itself. */
    folder: z.string().max(4_096).default(""),
    glob: z.string().min(1).max(1_000).optional(),
    limit: z.int().positive().max(10_000).default(1_000),
  }),
  output: z.strictObject({
    files: z.array(z.strictObject({ path: filePath, bytes: count, modified_at: z.string(), mode })),
    truncated: z.boolean(),
    skipped: z.strictObject({ links: count, special: count }),
  }),
  run: async ({ folder, glob, limit }, call) => {
    const include = glob === undefined ? [] : [glob];
    const listing = await call.files.list(folder, { include, skipFolders: [], maxFiles: limit });
    return {
      files: listing.files.map(({ path, bytes, modifiedAt, mode }) => ({
        path,
        bytes,
        modified_at: toRfc3339(modifiedAt),
        mode,
      })),
      truncated: listing.truncated,
      skipped: { links: listing.skipped.links, special: listing.skipped.special },
    };
  },
});

export const readFile: Tool = defineTool({
  name: "files.read",
  summary: "Reads one file of the workspace whole, as text where it is UTF-8, else as Base64.",
  approvalMode: "read_only",
  params: z.strictObject({ path: filePath, max_bytes: z.int().positive().max(MAX_CHANGED_BYTES).default(1_048_576) }),
  output: z.strictObject({
    path: filePath,
    encoding,
    content: z.string(),
    sha256: sha256Hex,
    bytes: count,
    modified_at: z.string(),
    mode,
  }),
  run: async ({ path, max_bytes }, { files }) => {
    const { content, bytes, modifiedAt, mode } = await files.read(path, max_bytes);
    const text = plainText(content);
    const read = { path, sha256: nodeHasher.sha256Hex(content), bytes, modified_at: toRfc3339(modifiedAt), mode };
    return text === null
      ? { ...read, encoding: "base64" as const, content: base64(content) }
      : { ...read, encoding: "text" as const, content: text };
  },
});

export function writeFile(previous: PreviousContents): Tool {
  return defineTool({
    name: "files.write",
    summary: "Writes one file of the workspace with any bytes, whole or not at all, and can put back what was there.",
    ...WRITES_ONE_FILE,
    params: z.strictObject({ path: filePath, content: z.string().max(6_000_000), encoding: encoding.default("text") }),
    freeze: async ({ path, content, encoding }, call) => await freezeWrite(path, decoded(content, encoding), call),
    act: async ({ path, content, encoding }, call) => await writeOne(path, decoded(content, encoding), call, previous),
  });
}

function decoded(content: string, encoding: "text" | "base64"): Uint8Array {
  const bytes = bytesOf(content, encoding);
  if (bytes === null) throw new ToolFailure("schema_mismatch", "content is not Base64 with padding (RFC 4648)");
  if (bytes.length > MAX_CHANGED_BYTES)
    throw new ToolFailure(
      "schema_mismatch",
      `content has ${bytes.length} bytes, and ${MAX_CHANGED_BYTES} are the most`,
    );
  return bytes;
}

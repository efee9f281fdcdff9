import type { JsonObject } from "@writ/core";
import * as z from "zod";

import { plainText } from "../docs-index/plain-text.ts";
import { nodeHasher } from "../system/sha256.ts";
import { base64, fromBase64, utf8 } from "../system/text-bytes.ts";
import type { WantedFile } from "./file-change.ts";
import type { FileTarget } from "./file-target.ts";

/** A file as it is to be put back, and as it must be for that. */
export const restoredFile = z.strictObject({
  path: z.string().min(1).max(4_096),
  /** Of what the call left behind; null where it left no file. */
  expect_sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .nullable(),
  /** Null removes the file. */
  content: z.string().max(8_388_608).nullable(),
  encoding: z.enum(["text", "base64"]).default("text"),
  mode: z
    .string()
    .regex(/^0[0-7]{3}$/)
    .nullable(),
  /** How many folders were made for the file, the innermost counted; they go with it where they are empty. */
  made_folders: z.int().nonnegative().max(1_000).default(0),
});

export type RestoredFile = z.infer<typeof restoredFile>;

/** The call that takes the change from `before` to `wanted` back; null when nothing was changed. */
export function undoOf(
  wanted: readonly WantedFile[],
  before: readonly FileTarget[],
): { readonly tool: string; readonly args: JsonObject } | null {
  const files = wanted.flatMap((file, at) => {
    const old = before[at];
    return old === undefined ? [] : [toRestored(file, old)];
  });
  const [first, second] = files;
  if (first === undefined) return null;
  return second === undefined
    ? { tool: "files.restore", args: first }
    : { tool: "files.restore_many", args: { files } };
}

/** @returns null when `content` is no Base64 */
export function bytesOf(content: string, encoding: "text" | "base64"): Uint8Array | null {
  return encoding === "text" ? utf8(content) : fromBase64(content);
}

function toRestored({ path, content }: WantedFile, old: FileTarget): JsonObject & RestoredFile {
  const expected = content === null ? null : nodeHasher.sha256Hex(content);
  if (old.content === null) {
    const nothing = { content: null, encoding: "text", mode: null } as const;
    return { path, expect_sha256: expected, ...nothing, made_folders: old.missingFolders };
  }
  const text = plainText(old.content);
  return {
    path,
    expect_sha256: expected,
    content: text ?? base64(old.content),
    encoding: text === null ? "base64" : "text",
    mode: old.mode,
    made_folders: 0,
  };
}

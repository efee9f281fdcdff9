import * as z from "zod";
import type { Json } from "../base/json.ts";

/**
 * What a person is shown before they decide. Its canonical bytes are what an
 * approval binds, so everything a door renders comes from here.
 */
export type Preview = FilePreview | CommandPreview | RequestPreview | ArgumentsPreview;

/** Files that would be created, changed or removed. */
export interface FilePreview {
  readonly kind: "files";
  /** Verb, object, consequence: `Overwrite ops/retention.yaml and keep no copy`. */
  readonly title: string;
  readonly changes: readonly FileChange[];
}

export interface FileChange {
  /** Relative to the workspace, with `/`. */
  readonly path: string;
  readonly change: "create" | "overwrite" | "delete";
  readonly added: number;
  readonly removed: number;
  /** Unified diff with three lines of context; null for a file that is not text. */
  readonly diff: string | null;
  readonly before: FileVersion | null;
  readonly after: FileVersion | null;
}

export interface FileVersion {
  readonly bytes: number;
  /** 64 hex digits. */
  readonly sha256: string;
  /** Permission bits, such as `0644`. */
  readonly mode: string;
}

/** A program that would run. */
export interface CommandPreview {
  readonly kind: "command";
  readonly title: string;
  readonly argv: readonly string[];
  /** Where `argv[0]` was found, inside the sandbox. */
  readonly program: string;
  readonly directory: string;
  readonly sandbox: string;
  readonly network: string;
  /** Names only; values are withheld. */
  readonly environment: readonly string[];
  readonly limits: Readonly<Record<string, number>>;
  /** What the command may write to: `staging copy` or the paths it can change. */
  readonly writes: string;
}

/** A request that would leave the machine. */
export interface RequestPreview {
  readonly kind: "request";
  readonly title: string;
  readonly method: string;
  readonly url: string;
  /** Header names with their values; secrets as dots. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
  readonly rule: string;
}

/** A tool that has no picture of its own: its arguments, as they will be sent. */
export interface ArgumentsPreview {
  readonly kind: "arguments";
  readonly title: string;
  readonly tool: string;
  /** Canonical JSON of the arguments. */
  readonly args: string;
}

/** A preview read back from its bytes; null for one that this version does not know. */
export function previewOf(value: Json): Preview | null {
  const parsed = previewShape.safeParse(value);
  return parsed.success ? parsed.data : null;
}

const version = z.strictObject({ bytes: z.number(), sha256: z.string(), mode: z.string() }).nullable();
const change = z.strictObject({
  path: z.string(),
  change: z.enum(["create", "overwrite", "delete"]),
  added: z.number(),
  removed: z.number(),
  diff: z.string().nullable(),
  before: version,
  after: version,
});
/** The form that an approval binds the bytes of. */
export const previewShape = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("files"), title: z.string(), changes: z.array(change) }),
  z.strictObject({
    kind: z.literal("command"),
    title: z.string(),
    argv: z.array(z.string()),
    program: z.string(),
    directory: z.string(),
    sandbox: z.string(),
    network: z.string(),
    environment: z.array(z.string()),
    limits: z.record(z.string(), z.number()),
    writes: z.string(),
  }),
  z.strictObject({
    kind: z.literal("request"),
    title: z.string(),
    method: z.string(),
    url: z.string(),
    headers: z.record(z.string(), z.string()),
    body: z.string().nullable(),
    rule: z.string(),
  }),
  z.strictObject({ kind: z.literal("arguments"), title: z.string(), tool: z.string(), args: z.string() }),
]);

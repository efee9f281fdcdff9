import { err, ok, type Result } from "@writ/core";

/** Names no tool may touch at any depth: the journal and the history of the code. */
export const CLOSED_NAMES: readonly string[] = [".orchestrate", ".git"];

/** A file that is being written: process and counter, so that a leftover is known for what it is. */
export const TEMPORARY_NAME = /^\.writ-[0-9]+-[0-9a-z]+\.tmp$/;

const MAX_NAME_BYTES = 255;
const MAX_PATH_BYTES = 4_096;

/** Characters that HFS+ leaves out when it compares names. */
const IGNORABLE = /[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/g;
const HALF_PAIR = /\p{Surrogate}/u;
const CONTROL = /[\u0000-\u001f\u007f]/;
const RESERVED = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(\.|$)/;

export interface PathRefusal {
  readonly code: "path_escape" | "path_closed";
  readonly message: string;
}

/** `windows` also refuses reserved names, streams and names that end in a dot or a space. */
export type PathPlatform = "posix" | "windows";

/**
 * The parts of a path relative to a workspace, from its words alone.
 *
 * That no part is a link is seen only when each is opened; see `descriptor.ts`.
 */
export function parsePath(
  path: string,
  closed: readonly string[] = CLOSED_NAMES,
  platform: PathPlatform = "posix",
): Result<readonly string[], PathRefusal> {
  if (HALF_PAIR.test(path) || Buffer.byteLength(path) > MAX_PATH_BYTES) return escapes(path, "is too long or not text");
  if (path.startsWith("/")) return escapes(path, "is absolute");
  const names = path.split("/");
  for (const name of names) {
    const fault = faultOf(name, platform);
    if (fault !== null) return escapes(path, fault);
  }
  for (const name of names) if (isClosed(name, closed)) return closes(path, name);
  return ok(names);
}

function faultOf(name: string, platform: PathPlatform): string | null {
  if (name === "") return "has an empty part";
  if (name === "." || name === "..") return `holds ${name}`;
  if (name.includes("\\")) return "holds a backslash";
  if (CONTROL.test(name)) return "holds a control character";
  if (Buffer.byteLength(name) > MAX_NAME_BYTES) return `has a part of more than ${MAX_NAME_BYTES} bytes`;
  if (platform === "posix") return null;
  if (/[<>:"|?*]/.test(name)) return "holds a character that Windows keeps for itself";
  if (/[. ]$/.test(name)) return "has a part that ends in a dot or a space";
  return RESERVED.test(name.toLowerCase()) ? "holds a name of a device" : null;
}

/**
 * Whether some file system takes `name` for one of the closed names: other case, compatible or ignorable
 * characters, trailing dots and spaces, a stream, or a short name such as `GIT~1`.
 */
export function isClosed(name: string, closed: readonly string[] = CLOSED_NAMES): boolean {
  if (TEMPORARY_NAME.test(name)) return true;
  const plain = name.normalize("NFKC").replace(IGNORABLE, "").toLowerCase();
  const bare = (plain.split(":")[0] ?? "").replace(/[. ]+$/, "");
  const short = /^(.{1,6})~[1-9]$/.exec(bare)?.[1];
  return closed.some(
    (word) => bare === word || (short !== undefined && short === word.replaceAll(".", "").slice(0, 6)),
  );
}

function escapes(path: string, why: string): { readonly ok: false; readonly error: PathRefusal } {
  return err({
    code: "path_escape",
    message: `${quoted(path)} ${why}; write it relative to the workspace, with / between its parts.`,
  });
}

function closes(path: string, name: string): { readonly ok: false; readonly error: PathRefusal } {
  return err({
    code: "path_closed",
    message: `${quoted(path)} lies in ${quoted(name)}, which no tool may touch; choose another path.`,
  });
}

/** For a message: escaped, and no longer than a line. */
function quoted(text: string): string {
  return JSON.stringify(text.length > 120 ? `${text.slice(0, 120)}…` : text);
}

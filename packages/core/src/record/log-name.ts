import type { Hasher } from "../base/hash.ts";

/** Characters of a path that stand for themselves, on every file system and whether it tells capitals apart or not. */
const PLAIN = /^[a-z0-9_.#[\]-]$/;
/** The others of the alphabet of paths (formats.md 1.3), by characters that are not in it. */
const SPELLED: ReadonlyMap<string, string> = new Map([
  ["/", "+"],
  [":", "="],
  ["*", "@"],
]);
/** Names of files have 255 bytes at most; an attempt and an ending come behind. */
const MAX_NAME = 200;
const KEPT_OF_LONG = 120;

/**
 * What the files of a step are called: two paths never have one name, also
 * where a file system takes `Fix` and `fix` for the same.
 *
 * @param path a step's path, such as `undo/u1` or `review[2]/fix#3`
 */
export function logName(hash: Hasher, path: string): string {
  const parts = [...path].map(spelled);
  const name = parts.join("");
  if (name.length <= MAX_NAME && !parts.includes("~")) return name;
  return `${name.slice(0, KEPT_OF_LONG)}~${hash.sha256Hex(path)}`;
}

/** A capital is a small letter behind `^`; what no path holds is a `~`, and the whole path is told by its digest then. */
function spelled(character: string): string {
  if (PLAIN.test(character)) return character;
  if (/^[A-Z]$/.test(character)) return `^${character.toLowerCase()}`;
  return SPELLED.get(character) ?? "~";
}

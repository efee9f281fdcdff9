import { checkSize, MAX_JSON_BYTES, refuseJson } from "./json-limits.ts";
import { readJson } from "./json-reader.ts";
import { canonicalJson, type Json } from "./json.ts";
import { utf8Text } from "./utf8.ts";

/**
 * Foreign JSON, read strictly: RFC 8259, and the limits of `formats.md` 1.1.
 *
 * @returns objects without a prototype, so that no member name is special
 * @throws OrchestratorError a `json_*` code, with the character where reading stopped as `details.at`
 */
export function parseStrict(source: string | Uint8Array): Json {
  if (source.length > MAX_JSON_BYTES) refuseJson("json_size", "the JSON is larger than 16 MiB");
  const text = checkSize(typeof source === "string" ? source : utf8Text(source));
  if (text.startsWith("\ufeff")) refuseJson("json_utf8", "the JSON begins with a byte order mark; remove it", 0);
  return readJson(text);
}

/**
 * Stored JSON: what the bytes say is what was hashed, because they are their own canonical form.
 *
 * @throws OrchestratorError `json_not_canonical`, or the code of `parseStrict`
 */
export function parseCanonical(source: string | Uint8Array): Json {
  const text = typeof source === "string" ? source : utf8Text(source);
  const value = parseStrict(text);
  return canonicalJson(value) === text
    ? value
    : refuseJson("json_not_canonical", "the JSON is not in canonical form (RFC 8785)");
}

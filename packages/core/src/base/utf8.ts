import { OrchestratorError } from "./error.ts";

/** Long enough to be quick, short enough for the arguments of one call. */
const CHUNK = 4_096;

/** Bytes of the text in UTF-8; half of a surrogate pair counts as three. */
export function utf8Length(text: string): number {
  let length = text.length;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit < 0x80) continue;
    if (unit < 0x800) length += 1;
    else if (isPair(text, at)) {
      length += 2;
      at += 1;
    } else length += 2;
  }
  return length;
}

/** @throws OrchestratorError `json_surrogate` if the text holds half of a surrogate pair */
export function utf8Bytes(text: string): Uint8Array {
  const bytes = new Uint8Array(utf8Length(text));
  writeUtf8(text, bytes, 0);
  return bytes;
}

/**
 * Writes the text into bytes that have room for it.
 *
 * @returns where the next byte would stand
 * @throws OrchestratorError `json_surrogate`
 */
export function writeUtf8(text: string, bytes: Uint8Array, from: number): number {
  let to = from;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit < 0x80) {
      bytes[to++] = unit;
      continue;
    }
    if (unit >= 0xd800 && unit <= 0xdfff && !isPair(text, at)) {
      throw new OrchestratorError("json_surrogate", "the text holds half of a surrogate pair", { details: { at } });
    }
    const point = text.codePointAt(at) ?? unit;
    if (point < 0x800) bytes[to++] = 0xc0 | (point >> 6);
    else {
      if (point < 0x10000) bytes[to++] = 0xe0 | (point >> 12);
      else {
        at += 1;
        bytes[to++] = 0xf0 | (point >> 18);
        bytes[to++] = 0x80 | ((point >> 12) & 0x3f);
      }
      bytes[to++] = 0x80 | ((point >> 6) & 0x3f);
    }
    bytes[to++] = 0x80 | (point & 0x3f);
  }
  return to;
}

/**
 * The text of well-formed UTF-8: no overlong form, no surrogate, nothing above U+10FFFF. A byte order mark is kept.
 *
 * @throws OrchestratorError `json_utf8`, with the first bad byte as `details.at`
 */
export function utf8Text(bytes: Uint8Array): string {
  let text = "";
  let from = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    const lead = bytes[at] ?? 0;
    if (lead < 0x80) continue;
    text += asciiText(bytes, from, at);
    const point = codePoint(bytes, at, lead);
    text += String.fromCodePoint(point);
    at += point < 0x800 ? 1 : point < 0x10000 ? 2 : 3;
    from = at + 1;
  }
  return text + asciiText(bytes, from, bytes.length);
}

/** One character for each byte; for bytes known to be ASCII. */
function asciiText(bytes: Uint8Array, from: number, to: number): string {
  let text = "";
  for (let at = from; at < to; at += CHUNK) {
    const part: unknown = Reflect.apply(String.fromCharCode, undefined, bytes.subarray(at, Math.min(at + CHUNK, to)));
    text += String(part);
  }
  return text;
}

/** @see RFC 3629, "UTF-8, a transformation format of ISO 10646", section 4 */
function codePoint(bytes: Uint8Array, at: number, lead: number): number {
  const length =
    lead >= 0xc2 && lead < 0xe0 ? 2 : lead >= 0xe0 && lead < 0xf0 ? 3 : lead >= 0xf0 && lead < 0xf5 ? 4 : 0;
  let point = lead & (0xff >> (length + 1));
  for (let next = 1; next < length; next += 1) {
    const byte = bytes[at + next] ?? 0;
    if ((byte & 0xc0) !== 0x80) refuse(at);
    point = (point << 6) | (byte & 0x3f);
  }
  const isOverlong = (length === 3 && point < 0x800) || (length === 4 && point < 0x10000);
  if (length === 0 || isOverlong || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff)) refuse(at);
  return point;
}

function refuse(at: number): never {
  throw new OrchestratorError("json_utf8", "the bytes are not well-formed UTF-8", { details: { at } });
}

function isPair(text: string, at: number): boolean {
  return (text.codePointAt(at) ?? 0) > 0xffff;
}

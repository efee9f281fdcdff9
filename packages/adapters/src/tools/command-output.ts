import { stripVTControlCharacters } from "node:util";

const DECODER = new TextDecoder("utf-8");

/** Anything a terminal would act on, but for line breaks and tabs. */
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

/** The end of what a program printed, as plain text, and the bytes that are missing before it. */
export interface PrintedEnd {
  readonly text: string;
  readonly dropped: number;
}

/**
 * @param printed its last bytes
 * @param cut bytes that were cut before those
 * @param most characters to keep; the cut is made at a line where one begins in reach
 */
export function printedEnd(printed: Uint8Array, cut: number, most: number): PrintedEnd {
  const text = plain(DECODER.decode(printed));
  if (text.length <= most) return { text, dropped: cut };
  const end = text.slice(-most);
  const line = end.indexOf("\n") + 1;
  const kept = line > 0 && line < most / 2 ? end.slice(line) : end;
  return {
    text: kept.replace(/^[\udc00-\udfff]/, ""),
    dropped: cut + Math.max(0, Buffer.byteLength(text) - Buffer.byteLength(kept)),
  };
}

function plain(text: string): string {
  return stripVTControlCharacters(text).replaceAll("\r\n", "\n").replaceAll(CONTROL, "");
}

import type { EpochMs, Json } from "@writ/core";
import type { Clock, Log, Secrets } from "@writ/runtime";
import { redacted, redactedText } from "./redacted.ts";

/** Said without their names: everybody knows what they are by how they look. */
const BARE: ReadonlySet<string> = new Set(["method", "route", "status"]);
const MESSAGE_WIDTH = 5;

/**
 * One line that a person can read for each thing said: `14:02:08 http  POST /tasks 201 12 ms`. Ids are for programs and
 * left out; whatever could move a terminal's cursor, or the eye, is written as an escape.
 *
 * @param write takes a whole line, its break included
 */
export function lineLog(write: (line: string) => void, secrets: Secrets, clock: Pick<Clock, "now">): Log {
  return {
    write: (level, message, fields) => {
      const said = Object.entries(redacted(fields, secrets)).flatMap(([name, value]) => wordsFor(name, value));
      const heading = escaped(redactedText(message, secrets)).padEnd(MESSAGE_WIDTH);
      const words = [...(level === "info" ? [] : [level]), ...said];
      write(`${[timeOfDay(clock.now()), heading, ...words].join(" ").trimEnd()}\n`);
    },
  };
}

function wordsFor(name: string, value: Json): readonly string[] {
  if (value === null || name.endsWith("_id")) return [];
  const text = escaped(typeof value === "string" ? value : JSON.stringify(value));
  if (name === "ms") return [`${text} ms`];
  if (BARE.has(name)) return [text];
  return [`${escaped(name)}=${/[\s"=]/.test(text) ? JSON.stringify(text) : text}`];
}

/** By the clock on the wall of who reads it. */
function timeOfDay(at: EpochMs): string {
  return new Date(at).toTimeString().slice(0, 8);
}

/** Controls, marks of direction, separators of lines, and characters that are none. */
const UNSEEN = /[\p{C}\p{Zl}\p{Zp}]/gu;

function escaped(text: string): string {
  return text.replaceAll(UNSEEN, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}

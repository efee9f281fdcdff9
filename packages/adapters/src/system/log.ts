import type { JsonObject } from "@writ/core";
import type { Log, Secrets } from "@writ/runtime";
import { pino } from "pino";
import { redacted, redactedText } from "./redacted.ts";

/** Names that a line has of its own: a field of that name is written with a dash below behind it. */
const OWN: ReadonlySet<string> = new Set(["level", "time", "message"]);

/**
 * One line of JSON for each thing said, for programs: `level`, `time` in RFC 3339, the fields, `message`.
 *
 * @param write takes a whole line, its break included
 */
export function jsonLog(write: (line: string) => void, secrets: Secrets): Log {
  const logger = pino(
    {
      level: "debug",
      base: null,
      messageKey: "message",
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
    },
    { write: (line: string) => write(line.replaceAll(MOVING, unicodeEscape)) },
  );
  return {
    write: (level, message, fields) =>
      logger[level](renamed(redacted(fields, secrets)), redactedText(message, secrets)),
  };
}

/** What JSON lets stand as it is, and a terminal acts upon. */
const MOVING = /[\u007f-\u009f\u2028\u2029\p{Cf}]/gu;

function unicodeEscape(character: string): string {
  return [...Array(character.length).keys()]
    .map((at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, "0")}`)
    .join("");
}

function renamed(fields: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [OWN.has(name) ? `${name}_` : name, value]));
}

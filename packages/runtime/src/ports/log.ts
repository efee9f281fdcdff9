import type { JsonObject } from "@writ/core";

export type LogLevel = "debug" | "info" | "warn" | "error";

/** Where a process says what it does, for whoever runs it. What must be proved later stands in the journal, not here. */
export interface Log {
  /**
   * One line. Never throws.
   *
   * @param message a word or two that name what happened, such as `http`; what differs from line to line is in `fields`
   */
  write(level: LogLevel, message: string, fields: JsonObject): void;
}

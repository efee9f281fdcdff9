import type { JsonObject } from "@writ/core";
import type { Log } from "@writ/runtime";

/** A request that was answered, for the log: names and figures, never what was in it. */
export interface RequestLine extends JsonObject {
  readonly method: string;
  /** The operation's path, not the one that was asked for. */
  readonly route: string;
  readonly status: number;
  readonly ms: number;
  readonly request_id: string;
  readonly token_id: string | null;
  /** The error's code, where it was refused. */
  readonly code: string | null;
}

export function logRequest(log: Log, line: RequestLine): void {
  log.write(line.status >= 500 ? "error" : "info", "http", line);
}

import type { ServerLog } from "@writ/api/server/ports";
import type { Terminal } from "./terminal.ts";

/** One line for each request that was answered, on stderr; faults with what is known of them. */
export function requestLog(terminal: Terminal, isQuiet: boolean): ServerLog {
  return {
    answered({ method, route, status, ms, code }) {
      if (isQuiet) return;
      const text = `http  ${method} ${route} ${status} ${Math.round(ms)} ms${code === null ? "" : ` ${code}`}`;
      terminal.err([[{ role: status >= 500 ? "bad" : "dim", text }]]);
    },
    failed(requestId, error) {
      const text = `http  ${requestId} ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
      terminal.err([[{ role: "bad", text }]]);
    },
  };
}

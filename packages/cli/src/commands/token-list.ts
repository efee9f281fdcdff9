import { epochMs, toRfc3339 } from "@writ/core";
import type { TokenRow } from "@writ/runtime";
import type { ExitCode, Setting } from "../command-module.ts";
import { atDesk, systemClockOf } from "../compose.ts";
import { namesFor } from "../compose-user.ts";
import { columns } from "../terminal/columns.ts";
import { dayAndTime } from "../terminal/instant.ts";
import { say } from "../terminal/span.ts";

/** `writ token list`: who may come in; no secret is known here. */
export async function run({ invocation, terminal, world }: Setting): Promise<ExitCode> {
  return atDesk(world, invocation, async (desk) => {
    const rows = await desk.store.doors.tokens.list();
    const now = systemClockOf().now();
    if (invocation.json) {
      terminal.json(rows.map((row) => tokenDocument(row, now)));
      return 0;
    }
    const screen = terminal.screen();
    const nameOf = namesFor(world);
    if (rows.length === 0) terminal.out([say(screen, "plain", "  No tokens yet: writ token create --role viewer")]);
    else
      terminal.out(
        columns(
          screen,
          2,
          rows.map((row) => [
            say(screen, "plain", row.token_id),
            say(screen, stateOf(row, now) === "active" ? "ok" : "dim", stateOf(row, now)),
            say(screen, "plain", row.kind === "user" ? row.role : `${row.role}, ${row.kind}`),
            say(screen, "plain", nameOf(row.user_id)),
            say(screen, "dim", dayAndTime(screen, row.created_at_ms)),
            say(screen, "dim", row.label ?? ""),
          ]),
        ),
      );
    return 0;
  });
}

function stateOf({ revoked_at_ms: revoked, expires_at_ms: end }: TokenRow, now: number): string {
  if (revoked !== null) return "revoked";
  return end !== null && end <= now ? "expired" : "active";
}

function tokenDocument(row: TokenRow, now: number) {
  const at = (ms: number | null): string | null => (ms === null ? null : toRfc3339(epochMs(ms)));
  return {
    id: row.token_id,
    state: stateOf(row, now),
    role: row.role,
    kind: row.kind,
    user: row.user_id,
    label: row.label,
    created_at: at(row.created_at_ms),
    expires_at: at(row.expires_at_ms),
    revoked_at: at(row.revoked_at_ms),
  };
}

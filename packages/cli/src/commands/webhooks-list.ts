import type { Desk, Delivery, DestinationStatus, OutgoingStatus } from "@writ/runtime";
import { hasOption } from "../argv/invocation.ts";
import type { ExitCode, Setting } from "../command-module.ts";
import { atDesk, systemClockOf } from "../compose.ts";
import { outgoingOf } from "../compose-webhooks.ts";
import { columns } from "../terminal/columns.ts";
import { counted, grouped } from "@writ/core/text/figure";
import { ago } from "../terminal/instant.ts";
import { blanks } from "../terminal/layout.ts";
import { isOneColumn, type Screen } from "../terminal/screen.ts";
import { say, type Line } from "../terminal/span.ts";
import { deadLetterDocument, errorWords, outgoingDocument, subjectOf } from "../views/outgoing.ts";
import { wholeNumber } from "../whole-number.ts";

const USUAL_LIMIT = 100;

/** `writ webhooks list`: who is told outside, and how that goes; with `--dead` what was given up, the newest first. */
export async function run(setting: Setting): Promise<ExitCode> {
  const { invocation, terminal, world } = setting;
  return atDesk(world, invocation, async (desk) => {
    if (hasOption(invocation, "--dead")) return showDead(setting, desk);
    const status = await outgoingOf(desk);
    if (invocation.json) terminal.json(outgoingDocument(status));
    else terminal.out(statusLines(terminal.screen(), status));
    return 0;
  });
}

async function showDead({ invocation, terminal }: Setting, { store }: Desk): Promise<ExitCode> {
  const limit = wholeNumber(invocation, "--limit", 1) ?? USUAL_LIMIT;
  const rows = await store.deliveries.list({ destination: null, state: "dead", order: "newest", limit });
  const more = (await store.deliveries.count(null, "dead")) - rows.length;
  const screen = terminal.screen();
  if (invocation.json) terminal.json(rows.map(deadLetterDocument));
  else terminal.out(deadLines(screen, rows));
  if (more > 0) {
    const sentence = `writ: ${counted(more, "more dead letter")}: writ webhooks list --dead --limit ${more + rows.length}`;
    terminal.err([say(terminal.errorScreen(), "plain", sentence)]);
  }
  return 0;
}

function statusLines(screen: Screen, { destinations, deadElsewhere }: OutgoingStatus): readonly Line[] {
  const isHeaded = screen.form === "block" && !isOneColumn(screen) && destinations.length > 0;
  const head = ["destination", "where", "pending", "delivered", "dead", "last"].map((title) =>
    say(screen, "dim", title),
  );
  const elsewhere = `${counted(deadElsewhere, "dead letter")} for nobody who is configured: writ webhooks list --dead`;
  return [
    ...columns(screen, 2, [...(isHeaded ? [head] : []), ...destinations.map((each) => statusCells(screen, each))]),
    ...(destinations.length > 0 || screen.form === "lines"
      ? []
      : [say(screen, "plain", "  Nobody outside is told. Add webhooks or mail to your own configuration.")]),
    ...(deadElsewhere === 0 ? [] : [say(screen, "wait", `  ${elsewhere}`)]),
  ];
}

function statusCells(screen: Screen, each: DestinationStatus): readonly Line[] {
  const waiting = each.pending + each.unqueued;
  const last = each.why ?? (each.newestError === null ? "fine" : errorWords(each.newestError));
  return [
    say(screen, "strong", each.name),
    say(screen, "plain", each.address),
    say(screen, waiting > 0 ? "wait" : "plain", grouped(waiting)),
    say(screen, "plain", grouped(each.delivered)),
    say(screen, each.dead > 0 ? "bad" : "plain", grouped(each.dead)),
    say(
      screen,
      each.state === "ready" ? "plain" : "bad",
      each.skipped > 0 ? `${last} (${each.skipped} skipped)` : last,
    ),
  ];
}

/** A person needs the whole id to put one back: each stands on lines of its own. */
function deadLines(screen: Screen, rows: readonly Delivery[]): readonly Line[] {
  const now = systemClockOf().now();
  if (screen.form === "lines")
    return columns(
      screen,
      0,
      rows.map((row) => deadCells(screen, row, now)),
    );
  if (rows.length === 0) return [say(screen, "plain", "  No dead letters.")];
  return rows.flatMap((row) => {
    const [id = [], destination = [], event = [], subject = [], when = [], why = []] = deadCells(screen, row, now);
    const [gap, dot] = [blanks(2), say(screen, "dim", " · ")];
    return [
      [...gap, ...id, ...gap, ...event, ...say(screen, "dim", " to "), ...destination],
      [...blanks(4), ...subject, ...dot, ...why, ...dot, ...when],
    ];
  });
}

function deadCells(screen: Screen, { id, destination, event, body, course }: Delivery, now: number): readonly Line[] {
  return [
    say(screen, "strong", id),
    say(screen, "plain", destination),
    say(screen, "plain", event),
    say(screen, "plain", subjectOf(body)),
    say(screen, "dim", ago(screen, course.endedAt ?? now, now)),
    say(screen, "bad", `${errorWords(course)} after ${counted(course.attempts, "attempt")}`),
  ];
}

import { counted, measured, shortDigest } from "@writ/core/text/figure";
import { day, timeOrDay } from "./instant.ts";
import { blanks, hanging, lineWidth, paragraph, sentence } from "./layout.ts";
import type { Screen } from "./screen.ts";
import { say, type Line } from "./span.ts";
import { mark } from "./state.ts";
import type { AuditView } from "./view.ts";

const LABEL_COLUMN = 13;

/** Whether the log is what it was, and how one knows. */
export function auditLines(screen: Screen, view: AuditView): readonly Line[] {
  return view.kind === "intact" ? intact(screen, view) : notIntact(screen, view);
}

function intact(screen: Screen, view: Extract<AuditView, { kind: "intact" }>): readonly Line[] {
  const { signed, since, unsigned } = view;
  const head = [...mark(screen, "ok", "✓"), ...say(screen, "ok", "Intact")];
  const sum = `${counted(view.entries, "entry", "entries")} in ${measured(view.tookMs)} · tree, signature, state all agree`;
  const extent = unsigned === null ? "" : `up to ${counted(signed?.entries ?? 0, "entry", "entries")}, `;
  const signature =
    signed === null
      ? "not signed yet"
      : `signed ${extent}${timeOrDay(screen, signed.at, view.now)} by ${signed.by} (${signed.key})`;
  return [
    ...hanging(screen, head, LABEL_COLUMN, say(screen, "plain", sum)),
    ...labelled(screen, "head", LABEL_COLUMN, `${shortDigest(view.head)}, ${signature}`),
    ...(unsigned === null ? [] : tail(screen, unsigned, view.now)),
    ...(since === null
      ? []
      : labelled(
          screen,
          "since",
          LABEL_COLUMN,
          `consistent with the head of ${day(screen, since.at)}, ${counted(since.entries, "entry", "entries")}`,
        )),
  ];
}

/** It is there and hashed; only nobody vouches for it yet. */
function tail(
  screen: Screen,
  { entries, since, code }: NonNullable<Extract<AuditView, { kind: "intact" }>["unsigned"]>,
  now: number,
): readonly Line[] {
  const when = since === null ? "" : ` since ${timeOrDay(screen, since, now)}`;
  const remedy = code === null ? "" : `; sign with: writ audit checkpoint  [${code}]`;
  const text = `${counted(entries, "entry", "entries")} behind the signed head${when}${remedy}`;
  return labelled(screen, "unsigned", LABEL_COLUMN, text);
}

function notIntact(screen: Screen, view: Extract<AuditView, { kind: "not_intact" }>): readonly Line[] {
  const widest = Math.max(0, ...view.compared.map(({ what }) => what.length));
  const finding = [
    ...mark(screen, "bad", "✗"),
    ...say(screen, "bad", "Not intact."),
    ...say(screen, "plain", ` ${view.finding}`),
  ];
  return [
    ...sentence(screen, finding),
    ...view.compared.flatMap(({ what, value }) =>
      hanging(
        screen,
        [...blanks(6), ...say(screen, "dim", what)],
        6 + widest + 3,
        say(screen, "plain", shortDigest(value)),
      ),
    ),
    ...(view.good === null ? [] : paragraph(screen, 2, say(screen, "plain", view.good))),
    ...paragraph(screen, 2, say(screen, "plain", view.advice)),
    ...(view.next === null ? [] : paragraph(screen, 4, say(screen, "strong", view.next))),
  ];
}

function labelled(screen: Screen, label: string, column: number, text: string): readonly Line[] {
  const head = [...blanks(4), ...say(screen, "dim", label)];
  return hanging(screen, head, Math.max(column, lineWidth(head) + 2), say(screen, "plain", text));
}

import { counted, shortDigest } from "./figure.ts";
import { clockTime } from "./instant.ts";
import { blanks, hanging, lineWidth, padded, paragraph, wrapped } from "./layout.ts";
import { textEdge, type Screen } from "./screen.ts";
import { say, type Line } from "./span.ts";
import type { ReceiptView, SuggestionView } from "./view.ts";

const RUN_COLUMN = 12;
const VALUE_COLUMN = 14;
const PURPOSE_COLUMN = 43;
const WIDEST_COMMAND = 48;

/** The end of a run with its proof: what it wrote, who approved, log and replay. */
export function receiptLines(screen: Screen, view: ReceiptView): readonly Line[] {
  const { log, replay } = view;
  const isIntact = log.verdict === "intact";
  const signature = log.signature === "signed" ? "head signed" : "head not signed yet";
  const logText = [
    ...say(screen, "plain", `${counted(log.entries, "entry", "entries")}, `),
    ...say(screen, isIntact ? "plain" : "bad", isIntact ? "intact" : "not intact"),
    ...say(screen, "plain", `, ${signature} · ${shortDigest(log.head)}`),
  ];
  return [
    ...hanging(screen, say(screen, "strong", "  Receipt"), RUN_COLUMN, say(screen, "plain", view.run)),
    ...rows(
      screen,
      "wrote",
      view.wrote.map(({ path, digest }) => say(screen, "plain", `${path} · ${shortDigest(digest)}`)),
    ),
    ...rows(
      screen,
      "approved",
      view.approved.map(({ by, at, scope }) => say(screen, "plain", `by ${by} at ${clockTime(screen, at)}, ${scope}`)),
    ),
    ...rows(
      screen,
      "lifted",
      view.lifted.map((rule) => say(screen, "plain", `by rule ${rule}`)),
    ),
    ...rows(screen, "log", [logText]),
    ...rows(screen, "replay", replay === null ? [] : [replayText(screen, replay)]),
  ];
}

/** What one may want to do next. */
export function suggestionLines(
  screen: Screen,
  title: string,
  suggestions: readonly SuggestionView[],
): readonly Line[] {
  const head = say(screen, "strong", `  ${title}`);
  const explained = suggestions.filter(({ command, purpose }) => purpose !== null && command.length <= WIDEST_COMMAND);
  const column = Math.max(PURPOSE_COLUMN, 4 + 2 + Math.max(0, ...explained.map(({ command }) => command.length)));
  return [
    head,
    ...suggestions.flatMap(({ command, purpose }) => {
      const text = [...blanks(4), ...say(screen, "strong", command)];
      if (purpose === null) return wrapped(text, textEdge(screen), 6);
      const says = say(screen, "dim", purpose);
      const isBeside = lineWidth(text) + 2 <= column && column + lineWidth(says) <= textEdge(screen);
      return isBeside ? [[...padded(text, column), ...says]] : [text, ...paragraph(screen, 6, says)];
    }),
  ];
}

function replayText(screen: Screen, { facts, verdict }: NonNullable<ReceiptView["replay"]>): Line {
  const difference = verdict === "same" ? say(screen, "plain", "no difference") : say(screen, "bad", "not the same");
  return [
    ...say(screen, "plain", `${counted(facts, "fact")} re-derived, `),
    ...difference,
    ...say(screen, "plain", ", no tool called"),
  ];
}

/** Values under one label, which is written once. */
function rows(screen: Screen, label: string, values: readonly Line[]): readonly Line[] {
  return values.flatMap((value, index) =>
    hanging(screen, index === 0 ? [...blanks(4), ...say(screen, "dim", label)] : [], VALUE_COLUMN, value),
  );
}

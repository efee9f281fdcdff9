import { commandRows } from "./command-rows.ts";
import { counted, shortDigest } from "@writ/core/text/figure";
import { clockTime } from "./instant.ts";
import { blanks, hanging } from "./layout.ts";
import type { Screen } from "./screen.ts";
import { say, type Line } from "./span.ts";
import type { ReceiptView, SuggestionView } from "./view.ts";

const RUN_COLUMN = 12;
const VALUE_COLUMN = 14;
const PURPOSE_COLUMN = 43;

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
  return [say(screen, "strong", `  ${title}`), ...commandRows(screen, 4, PURPOSE_COLUMN, suggestions)];
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

import { compactDuration } from "@writ/core/text/figure";
import { wireTime } from "./instant.ts";
import { revealedText } from "@writ/core/text/safe-text";
import type { Screen } from "./screen.ts";
import { say, type Line } from "./span.ts";
import type { FactLineView } from "./view.ts";

/** A fact in one line: time, noun, id or name, state, details. Digests and ids in full. */
export function factLine(screen: Screen, view: FactLineView): Line {
  const parts = [
    wireTime(view.at),
    view.noun,
    ...(view.name === null ? [] : [word(view.name)]),
    word(view.state),
    ...(view.tookMs === null ? [] : [compactDuration(view.tookMs)]),
    ...view.values.map(({ key, value }) => `${key}=${typeof value === "number" ? String(value) : word(value)}`),
    ...view.words.map(word),
    ...(view.text === null ? [] : [quoted(view.text)]),
  ];
  return say(screen, "plain", parts.join(" "));
}

/** As it is where a blank or a quote cannot be mistaken for an end, else quoted. */
function word(text: string): string {
  return /^[^\s"=]+$/.test(text) ? text : quoted(text);
}

function quoted(text: string): string {
  return `"${revealedText(text).replace(/["\\]/g, "\\$&")}"`;
}

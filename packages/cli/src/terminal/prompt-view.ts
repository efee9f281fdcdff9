import { wrapped } from "./layout.ts";
import { textEdge, type Screen } from "./screen.ts";
import { say, type Line } from "./span.ts";

const CHOICES = [
  ["y", "yes"],
  ["n", "no"],
  ["v", "view all"],
  ["w", "why"],
  ["l", "later"],
] as const;

/** The question. The answer is typed behind its last row. */
export function approveQuestion(screen: Screen): readonly Line[] {
  const choices = CHOICES.flatMap(([key, word]) => [
    ...say(screen, "strong", key),
    ...say(screen, "plain", ` ${word}  `),
  ]);
  return rows(screen, [...say(screen, "plain", "  Approve?  "), ...choices, ...say(screen, "plain", " ›")]);
}

/** The question of a destructive step, whose answer is a word. */
export function destructiveQuestion(screen: Screen, word: string): readonly Line[] {
  return rows(screen, [
    ...say(screen, "plain", "  This cannot be undone. To approve, type  "),
    ...say(screen, "grave", word),
    ...say(screen, "plain", "   ›"),
  ]);
}

export function reasonQuestion(screen: Screen): readonly Line[] {
  return rows(screen, say(screen, "plain", "  Why not? One line, kept with the run   ›"));
}

/** Said when an answer is none of the choices. */
export function choicesHint(screen: Screen, word: string | null): readonly Line[] {
  const approve = word === null ? "y to approve" : `${word} to approve`;
  return rows(
    screen,
    say(screen, "dim", `  Type ${approve}, n to deny, v to view all, w for why, l for later, then Enter.`),
  );
}

function rows(screen: Screen, line: Line): readonly Line[] {
  return wrapped(line, textEdge(screen), 2);
}

import { readGoal } from "./goal-token.ts";
import type { Lexicon } from "./lexicon.ts";

/** One way to say what a template does. */
export interface Utterance {
  readonly text: string;
  readonly elements: readonly UtteranceElement[];
}

export type UtteranceElement =
  | { readonly kind: "word"; readonly concept: string }
  | { readonly kind: "slot"; readonly parameter: string };

const SLOT = /\{([a-z][a-z0-9_]*)\}/g;
/** Utterances speak of no weekday, so that any date will do to read them. */
const ANY_DAY = "1970-01-01";

/** Reads an utterance with the same eyes as a goal. */
export function parseUtterance(text: string, lexicon: Lexicon): Utterance {
  const elements: UtteranceElement[] = [];
  let from = 0;
  for (const match of text.matchAll(SLOT)) {
    elements.push(...wordsOf(text.slice(from, match.index), lexicon), { kind: "slot", parameter: match[1] ?? "" });
    from = match.index + match[0].length;
  }
  elements.push(...wordsOf(text.slice(from), lexicon));
  return { text, elements };
}

function wordsOf(text: string, lexicon: Lexicon): readonly UtteranceElement[] {
  return readGoal(text, lexicon, ANY_DAY).flatMap((token) =>
    token.kind === "word" ? [{ kind: "word", concept: token.concept } as const] : [],
  );
}

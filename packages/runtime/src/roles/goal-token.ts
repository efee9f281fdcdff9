import { readTime, type RawWord } from "./goal-time.ts";
import { wordKey, type Lexicon } from "./lexicon.ts";

/** A piece of a goal that means something by itself; words that say nothing are left out. */
export type GoalToken = {
  /** Offsets in the goal, in UTF-16 code units. */
  readonly start: number;
  readonly end: number;
} & GoalPiece;

export type GoalPiece =
  | { readonly kind: "word"; readonly concept: string }
  /** Between quotation marks or backticks. */
  | { readonly kind: "quoted"; readonly text: string }
  /** A path or a glob pattern. */
  | { readonly kind: "path"; readonly text: string }
  /** A span of time up to now. */
  | { readonly kind: "time"; readonly hours: number }
  | { readonly kind: "number"; readonly value: number };

const QUOTED = /`([^`\n]+)`|"([^"\n]+)"|“([^”\n]+)”|(?<![\p{L}\p{N}])'([^'\n]+)'(?![\p{L}\p{N}])/gu;
const WORD = /\S+/gu;
/** Something with a slash, a wildcard or a file's ending. */
const PATH =
  /^(?=.*[\p{L}\p{N}*])(?:[^\s/]*\/\S*|[^\s/]*\*[^\s/]*|[\p{L}\p{N}_.-]*[\p{L}\p{N}_-]\.[a-z][a-z0-9]{0,7})$/iu;
const EDGES = /^[\s,;:!?()[\]{}"'“”‘’«»‹›<>…—–-]+|[\s,;:!?()[\]{}"'“”‘’«»‹›<>…—–.-]+$/gu;

/** @param today the date, `YYYY-MM-DD`: a weekday is counted back from it */
export function readGoal(goal: string, lexicon: Lexicon, today: string): readonly GoalToken[] {
  const tokens: GoalToken[] = [];
  let words: RawWord[] = [];
  const flush = (): void => {
    tokens.push(...understood(words, lexicon, today));
    words = [];
  };
  let from = 0;
  for (const match of goal.matchAll(QUOTED)) {
    collect(goal.slice(from, match.index), from);
    flush();
    const text = match[1] ?? match[2] ?? match[3] ?? match[4] ?? "";
    from = match.index + match[0].length;
    tokens.push({ kind: "quoted", text, start: match.index, end: from });
  }
  collect(goal.slice(from), from);
  flush();
  return tokens;

  function collect(text: string, offset: number): void {
    for (const match of text.matchAll(WORD)) {
      const bare = match[0].replaceAll(EDGES, "");
      if (bare === "") continue;
      const start = offset + match.index + match[0].indexOf(bare);
      const raw = { start, end: start + bare.length, key: wordKey(bare) };
      if (!PATH.test(bare) || bare.includes("://") || lexicon.concepts.has(raw.key) || lexicon.stop.has(raw.key)) {
        words.push(raw);
        continue;
      }
      flush();
      tokens.push({ kind: "path", text: bare, start: raw.start, end: raw.end });
    }
  }
}

function understood(words: readonly RawWord[], lexicon: Lexicon, today: string): readonly GoalToken[] {
  const tokens: GoalToken[] = [];
  for (let index = 0; index < words.length;) {
    const word = words[index];
    if (word === undefined) break;
    const time = readTime(words.slice(index, index + 4), lexicon.time, today);
    if (time !== null) {
      tokens.push({
        kind: "time",
        hours: time.hours,
        start: word.start,
        end: words[index + time.words - 1]?.end ?? word.end,
      });
      index += time.words;
      continue;
    }
    const phrase = longestPhrase(words, index, lexicon);
    const end = words[index + phrase.words - 1]?.end ?? word.end;
    if (phrase.concept !== null) tokens.push({ kind: "word", concept: phrase.concept, start: word.start, end });
    else if (/^[0-9]{1,9}$/.test(word.key))
      tokens.push({ kind: "number", value: Number(word.key), start: word.start, end });
    else if (!lexicon.stop.has(word.key)) tokens.push({ kind: "word", concept: word.key, start: word.start, end });
    index += phrase.words;
  }
  return tokens;
}

function longestPhrase(
  words: readonly RawWord[],
  index: number,
  lexicon: Lexicon,
): { readonly concept: string | null; readonly words: number } {
  for (let length = Math.min(lexicon.longest, words.length - index); length > 0; length -= 1) {
    const key = words
      .slice(index, index + length)
      .map((each) => each.key)
      .join(" ");
    const concept = lexicon.concepts.get(key);
    if (concept !== undefined) return { concept, words: length };
  }
  return { concept: null, words: 1 };
}

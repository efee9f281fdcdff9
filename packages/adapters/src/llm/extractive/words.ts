/** One locale for everybody: where a text is cut must not depend on the machine. */
const WORDS = new Intl.Segmenter("en", { granularity: "word" });

const CITATION = /\[[^\]\n]+:\d+\]/g;

/** Words that say nothing of the subject. */
const STOP_WORDS: ReadonlySet<string> = new Set(
  [
    "a about above after again against all also am an and any are as at be because been before being below between both",
    "but by can could did do does doing down during each few for from further had has have having he her here hers him",
    "his how i if in into is it it's its itself just me more most my no nor not now of off on once only or other our ours",
    "out over own same she should so some such than that the their them then there these they this those through to too",
    "under until up us very via was we were what when where which while who whom why will with would yes you your yours",
    "get got one two new still yet may might must shall let much many per see etc",
  ].flatMap((line) => line.split(" ")),
);

/** The words as a reader counts them; marks and spaces are none, a script without spaces is cut by dictionary. */
export function wordsOf(text: string): readonly string[] {
  const words: string[] = [];
  for (const { segment, isWordLike } of WORDS.segment(text)) if (isWordLike === true) words.push(segment);
  return words;
}

/** Words of a text without its citations, such as `[release.md:3]`. */
export function countWords(text: string): number {
  return wordsOf(text.replace(CITATION, " ")).length;
}

/** How long a text is, as different people count: by words, and by what stands between spaces; citations count. */
export interface Length {
  readonly words: number;
  readonly parts: number;
}

export function lengthOf(...lines: readonly string[]): Length {
  return {
    words: lines.reduce((sum, line) => sum + wordsOf(line).length, 0),
    parts: lines.reduce((sum, line) => sum + line.split(/\s+/).filter((part) => part !== "").length, 0),
  };
}

export function added(a: Length, b: Length): Length {
  return { words: a.words + b.words, parts: a.parts + b.parts };
}

/** The most words anybody could count, so that a limit holds however it is checked. */
export function mostWords({ words, parts }: Length): number {
  return Math.max(words, parts);
}

/** What the text is about: its words in lower case, without frequent ones and without common endings. */
export function subjectWords(text: string): readonly string[] {
  return wordsOf(text.replaceAll("`", " "))
    .map((word) => word.toLowerCase().replace(/['’]s$/, ""))
    .filter((word) => !STOP_WORDS.has(word) && (word.length > 1 || /\P{ASCII}/u.test(word)))
    .map(stem);
}

/** Enough to see that `releases` and `release` are one; not a linguist's stem. */
function stem(word: string): string {
  if (word.length < 5 || /[^a-z]/.test(word)) return word;
  return word
    .replace(/ies$/, "y")
    .replace(/(?<=[^s])s$/, "")
    .replace(/(ing|ed)$/, "")
    .replace(/e$/, "");
}

/** One locale for everybody: where a text is cut must not depend on the machine. */
const SENTENCES = new Intl.Segmenter("en", { granularity: "sentence" });

/** What ends with a full stop and ends no sentence. */
const ABBREVIATION =
  /(?:^|[\s(])(?:mr|mrs|ms|dr|prof|sr|jr|st|no|nos|vs|cf|ca|approx|fig|eq|sec|ch|vol|ed|inc|ltd|co|corp|dept|est|max|min|resp|e\.g|i\.e|u\.s|a\.m|p\.m|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec|nr|bzw|z\.b|d\.h|u\.a|usw|\p{Lu}|(?:am|vom|zum|bis|dem|den|der|ab|seit)\s\d{1,2})\.\s*$/iu;

export interface Sentence {
  readonly text: string;
  /** Index of its first character in the paragraph. */
  readonly at: number;
}

/** The sentences of a paragraph on one line, trimmed; empty ones are left out. */
export function sentencesOf(paragraph: string): readonly Sentence[] {
  const found: Sentence[] = [];
  let begun: Sentence | null = null;
  for (const { segment, index } of SENTENCES.segment(paragraph)) {
    begun = begun === null ? { text: segment, at: index } : { text: begun.text + segment, at: begun.at };
    if (ABBREVIATION.test(begun.text) && index + segment.length < paragraph.length) continue;
    found.push(begun);
    begun = null;
  }
  return found.map(trimmed).filter(({ text }) => text !== "");
}

function trimmed({ text, at }: Sentence): Sentence {
  return { text: text.trim(), at: at + (text.length - text.trimStart().length) };
}

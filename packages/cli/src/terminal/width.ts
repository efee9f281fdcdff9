/** Marks that stand above or below the letter before them. */
const NO_COLUMN = /^[\p{Mn}\p{Me}]$/u;

/** One half of a flag; two of them are drawn in two columns. */
const FLAG_LETTER = /^\p{Regional_Indicator}$/u;

const WIDE = /^\p{Emoji_Presentation}$/u;

/** Ranges drawn in two columns, first and last. @see Unicode Standard Annex #11, East Asian Width W and F */
const WIDE_RANGES: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f],
  [0x2329, 0x232a],
  [0x2e80, 0x303e],
  [0x3041, 0x3247],
  [0x3250, 0x4dbf],
  [0x4e00, 0xa4cf],
  [0xa960, 0xa97c],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe10, 0xfe19],
  [0xfe30, 0xfe6b],
  [0xff01, 0xff60],
  [0xffe0, 0xffe6],
  [0x16fe0, 0x1b2fb],
  [0x1f200, 0x1f265],
  [0x20000, 0x3fffd],
];

const FIRST_NOT_ONE_COLUMN = 0x0300;

/** Columns a visible text takes on a terminal. Hidden characters must be revealed before. */
export function displayWidth(text: string): number {
  let columns = 0;
  for (const character of text) columns += characterWidth(character);
  return columns;
}

/** 0, 1 or 2 columns. */
export function characterWidth(character: string): number {
  const code = character.codePointAt(0) ?? 0;
  if (code < FIRST_NOT_ONE_COLUMN) return 1;
  if (NO_COLUMN.test(character)) return 0;
  if (FLAG_LETTER.test(character)) return 1;
  if (WIDE.test(character)) return 2;
  return WIDE_RANGES.some(([first, last]) => code >= first && code <= last) ? 2 : 1;
}

/** The longest beginning of a text that fits into `columns`; at least one character, so that whoever cuts a text comes to its end. */
export function fitting(text: string, columns: number): string {
  let used = 0;
  let end = 0;
  for (const character of text) {
    used += characterWidth(character);
    if (used > columns && end > 0) break;
    end += character.length;
  }
  return text.slice(0, end);
}

/** A stretch of somebody's text: as it stands, or one character named by its code point because it must not be drawn. */
export interface Piece {
  readonly kind: "text" | "code_point";
  readonly text: string;
}

/** Longer lines are cut here, and what is cut is counted. */
export const LINE_CAP = 2_000;

/**
 * What draws nothing, draws elsewhere than it stands, or passes for a blank:
 * controls, bidirectional and zero-width characters, tags, variation selectors,
 * fillers, other blanks than U+0020 and U+3000, private use, lone surrogates.
 */
const HIDDEN =
  /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]|(?![ \u3000])\p{Zs}/u;
const MARK = /\p{M}/u;

/** Most text is plain ASCII; asking that first spares it the Unicode tables, whose first use costs milliseconds. */
const ASCII = /^[ -~]*$/;

/** Marks stacked higher than this run into the lines around them. */
const MARKS_PER_LETTER = 6;

/** Whether a person sees all of the text where and as it stands. */
export function isPlainlyVisible(text: string): boolean {
  return ASCII.test(text) || (!HIDDEN.test(text) && !MARK.test(text));
}

/**
 * Text as it may be shown: in code order, each hidden character as a boxed code
 * point such as `[U+202E]`. Nothing it returns can move a cursor, change a
 * colour, or combine with what stands before it.
 */
export function revealed(text: string): readonly Piece[] {
  if (isPlainlyVisible(text)) return text === "" ? [] : [{ kind: "text", text }];
  const pieces: Piece[] = [];
  let visible = "";
  let marks = MARKS_PER_LETTER;
  for (const character of text) {
    const isMark = MARK.test(character);
    if (HIDDEN.test(character) || (isMark && marks >= MARKS_PER_LETTER)) {
      if (visible !== "") pieces.push({ kind: "text", text: visible });
      pieces.push({ kind: "code_point", text: codePointName(character) });
      visible = "";
      marks = MARKS_PER_LETTER;
    } else {
      visible += character;
      marks = isMark ? marks + 1 : 0;
    }
  }
  if (visible !== "") pieces.push({ kind: "text", text: visible });
  return pieces;
}

/** The same as one string. */
export function revealedText(text: string): string {
  return revealed(text)
    .map((piece) => piece.text)
    .join("");
}

/** The characters `revealed` names instead of drawing them, in order. */
export function hiddenNames(text: string): readonly string[] {
  return revealed(text)
    .filter((piece) => piece.kind === "code_point")
    .map((piece) => piece.text);
}

/** `[U+202E]`. */
export function codePointName(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return `[U+${code.toString(16).toUpperCase().padStart(4, "0")}]`;
}

/** The beginning of a text, and how many characters (code points) of it are left out. */
export function capped(text: string, limit: number): { readonly shown: string; readonly left: number } {
  if (text.length <= limit) return { shown: text, left: 0 };
  let units = 0;
  let characters = 0;
  let cut = text.length;
  for (const character of text) {
    if (characters === limit) cut = units;
    units += character.length;
    characters += 1;
  }
  return { shown: text.slice(0, cut), left: Math.max(0, characters - limit) };
}

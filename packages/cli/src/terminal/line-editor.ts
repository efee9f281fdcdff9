/** What the keys typed so far amount to. */
export type EditorEvent =
  | { readonly type: "line"; readonly text: string }
  | { readonly type: "end_of_input" }
  | { readonly type: "interrupt" };

export interface EditorStep {
  readonly editor: LineEditor;
  /** What the terminal has to draw, in order. */
  readonly echo: string;
  /** Null while the line goes on. What was typed behind its end is thrown away: it answers no question yet asked. */
  readonly event: EditorEvent | null;
}

/** One line under the cursor of a terminal in raw mode. */
export interface LineEditor {
  readonly typed: readonly string[];
  /** The tail of an escape sequence, which arrives key by key and is skipped. */
  readonly skipping: "nothing" | "escape" | "sequence" | "string";
}

export const EMPTY_LINE: LineEditor = { typed: [], skipping: "nothing" };

const ESCAPE = "\u001B";
/** Ctrl-C, as a terminal in raw mode sends it. */
export const INTERRUPT = "\u0003";
const BELL = "\u0007";
const END_OF_INPUT = "\u0004";
const ERASE_LINE = "\u0015";
const ERASE_WORD = "\u0017";
const BACKSPACES = new Set(["\u0008", "\u007F"]);

/**
 * Takes what was typed or pasted. Letters are echoed as they stand, arrows and
 * other sequences do nothing, and no control character is ever drawn.
 *
 * @param drawn how a character is drawn, and in how many columns; null for one that is not taken
 */
export function edit(editor: LineEditor, input: string, drawn: (character: string) => Drawn | null): EditorStep {
  let { typed, skipping } = editor;
  let echo = "";
  const erase = (count: number): void => {
    for (const character of typed.slice(typed.length - count)) echo += "\b \b".repeat(drawn(character)?.columns ?? 0);
    typed = typed.slice(0, typed.length - count);
  };
  for (const key of input) {
    if (skipping !== "nothing") {
      skipping = afterEscape(skipping, key);
      continue;
    }
    const event = eventOf(key, typed);
    if (event !== null) return { editor: EMPTY_LINE, echo, event };
    const letter = drawn(key);
    if (key === ESCAPE) skipping = "escape";
    else if (BACKSPACES.has(key)) erase(Math.min(1, typed.length));
    else if (key === ERASE_LINE) erase(typed.length);
    else if (key === ERASE_WORD) erase(typed.length - lastWord(typed));
    else if (letter !== null) {
      typed = [...typed, key];
      echo += letter.text;
    }
  }
  return { editor: { typed, skipping }, echo, event: null };
}

function eventOf(key: string, typed: readonly string[]): EditorEvent | null {
  switch (key) {
    case "\r":
    case "\n":
      return { type: "line", text: typed.join("") };
    case INTERRUPT:
      return { type: "interrupt" };
    case END_OF_INPUT:
      return typed.length === 0 ? { type: "end_of_input" } : null;
    default:
      return null;
  }
}

export interface Drawn {
  readonly text: string;
  readonly columns: number;
}

/** `ESC [ … letter`, `ESC O letter`, `ESC ] … BEL` and its like, and `ESC` with one key. */
function afterEscape(skipping: Exclude<LineEditor["skipping"], "nothing">, key: string): LineEditor["skipping"] {
  switch (skipping) {
    case "escape":
      if ("]PX^_".includes(key)) return "string";
      return key === "[" || key === "O" ? "sequence" : "nothing";
    case "sequence":
      return key >= "@" && key <= "~" ? "nothing" : "sequence";
    case "string":
      if (key === ESCAPE) return "escape";
      return key === BELL || key === "\r" ? "nothing" : "string";
  }
}

function lastWord(typed: readonly string[]): number {
  let at = typed.length;
  while (at > 0 && typed[at - 1] === " ") at -= 1;
  while (at > 0 && typed[at - 1] !== " ") at -= 1;
  return at;
}

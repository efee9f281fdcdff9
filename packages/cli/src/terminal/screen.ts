/** What views must know of the place they are drawn for. Colour is left to `style.ts`: a view is the same without it. */
export interface Screen {
  /** Never above 80; below 60 everything stands in one column. */
  readonly columns: number;
  /** Height of the terminal; a live list keeps below it. */
  readonly rows: number;
  readonly glyphs: "unicode" | "ascii";
  readonly colours: "ansi16" | "none";
  /** `block` for a person; `lines` for programs: tables without header and ellipsis, ids and digests in full. */
  readonly form: "block" | "lines";
  /** Minutes that local time is ahead of UTC at an instant. */
  readonly offsetAt: (at: number) => number;
}

/** What a process is told about the place its output goes to. */
export interface OutputPlace {
  readonly isTerminal: boolean;
  /** Undefined where there is no terminal. */
  readonly columns: number | undefined;
  readonly rows: number | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

const WIDEST = 80;
const NARROWEST = 20;
const USUAL_ROWS = 24;
const ONE_COLUMN_BELOW = 60;

/** A terminal that cannot move its cursor: no redraw and no colour. */
export function isDumb(environment: OutputPlace["environment"]): boolean {
  return environment["TERM"] === "dumb";
}

/** @see https://no-color.org: any value but an empty one switches colour off */
export function screenFor(place: OutputPlace): Screen {
  const hasColour = place.isTerminal && !isDumb(place.environment) && (place.environment["NO_COLOR"] ?? "") === "";
  return {
    columns: Math.max(NARROWEST, Math.min(WIDEST, place.columns ?? WIDEST)),
    rows: place.rows ?? USUAL_ROWS,
    glyphs: isUtf8(place.environment) ? "unicode" : "ascii",
    colours: hasColour ? "ansi16" : "none",
    form: place.isTerminal && !isDumb(place.environment) ? "block" : "lines",
    offsetAt: (at) => -new Date(at).getTimezoneOffset(),
  };
}

/** A screen as `--plain` asks for it. */
export function plainScreen(screen: Screen): Screen {
  return { ...screen, colours: "none", form: "lines" };
}

export function isOneColumn(screen: Screen): boolean {
  return screen.columns < ONE_COLUMN_BELOW;
}

/** The last column of running text. Two stay free, so that no terminal wraps by itself. */
export function textEdge(screen: Screen): number {
  return Math.max(NARROWEST, screen.columns - 2);
}

/** Where the figures at the end of a list's rows stop. */
export function listEdge(screen: Screen): number {
  return Math.min(75, textEdge(screen));
}

/** Where the head of an approval stops. */
export function gateEdge(screen: Screen): number {
  return Math.min(70, textEdge(screen));
}

/**
 * The first of `LC_ALL`, `LC_CTYPE`, `LANG` that is set decides. Where none is,
 * as in most containers, the terminal is trusted with UTF-8, as Python does
 * (PEP 540).
 */
function isUtf8(environment: OutputPlace["environment"]): boolean {
  const locale = [environment["LC_ALL"], environment["LC_CTYPE"], environment["LANG"]].find(
    (name) => (name ?? "") !== "",
  );
  return locale === undefined || /utf-?8/i.test(locale);
}

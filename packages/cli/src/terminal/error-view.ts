import { blanks, cut, lineWidth, paragraph, wrapped } from "./layout.ts";
import { textEdge, type Screen } from "./screen.ts";
import { say, verbatim, type Line, type Role } from "./span.ts";
import type { ErrorView, FindingView, SourceLineView } from "./view.ts";

const NUMBER_WIDTH = 5;

/** What stopped a command: all findings at once, then one sentence with the next command and the code of its page. */
export function errorLines(screen: Screen, view: ErrorView): readonly Line[] {
  return [...view.findings.flatMap((finding) => findingLines(screen, finding)), ...sentenceLines(screen, view)];
}

/** `file:line:col  code  message`, the line it is about, and a mark under the place. */
export function findingLines(screen: Screen, finding: FindingView): readonly Line[] {
  const place = finding.place === "" ? [] : say(screen, "strong", `${finding.place}  `);
  const head = [...place, ...say(screen, "bad", finding.code), ...say(screen, "plain", `  ${finding.message}`)];
  const hint = finding.hint === null ? [] : say(screen, "info", finding.hint);
  return [
    ...wrapped(head, textEdge(screen), 4),
    ...(finding.source === null
      ? hint.length === 0
        ? []
        : paragraph(screen, 4, hint)
      : sourceLines(screen, finding.source, hint)),
  ];
}

/** The line, shifted so that the place is in view, and a mark under it. */
function sourceLines(screen: Screen, source: SourceLineView, hint: Line): readonly Line[] {
  const number = say(screen, "dim", `${String(source.line).padStart(NUMBER_WIDTH)} | `);
  const bar = say(screen, "dim", `${" ".repeat(NUMBER_WIDTH)} | `);
  const room = Math.max(16, textEdge(screen) - lineWidth(number));
  // A tab is one character of a column; drawn as one blank it keeps the mark in its place.
  const characters = [...source.text.replaceAll("\t", " ")];
  const at = Math.min(source.column - 1, characters.length);
  const from = at <= room - source.length ? 0 : Math.max(0, at - Math.floor(room / 2));
  const drawn = (first: number, last: number): Line =>
    verbatim(screen, "plain", characters.slice(first, last).join(""));
  const before = [...(from === 0 ? [] : say(screen, "dim", "…")), ...drawn(from, at)];
  const place = drawn(at, at + source.length);
  const length = Math.max(1, Math.min(lineWidth(place), room - lineWidth(before)));
  const under = [...bar, ...blanks(lineWidth(before)), ...say(screen, "bad", "^".repeat(length))];
  const isBeside = hint.length > 0 && lineWidth(under) + 2 + lineWidth(hint) <= textEdge(screen);
  return [
    [...number, ...cut(screen, [...before, ...place, ...drawn(at + source.length, characters.length)], room)],
    isBeside ? [...under, ...blanks(2), ...hint] : under,
    ...(isBeside || hint.length === 0 ? [] : paragraph(screen, lineWidth(bar), hint)),
  ];
}

/** A command in a sentence: after a colon, up to the next comma, semicolon or bracket. */
const COMMAND = /(?<=: )writ [^,;()]*[^,;() .]/g;

/** The sentence in rows. A command is never broken, so that it can be copied. */
function sentenceLines(screen: Screen, view: ErrorView): readonly Line[] {
  const { sentence } = view;
  const rows: Line[] = [say(screen, "bad", "writ:")];
  const put = (text: string, role: Role, gap: number): void => {
    const piece = say(screen, role, text);
    const last = rows.at(-1) ?? [];
    const fits = lineWidth(last) + gap + lineWidth(piece) <= textEdge(screen);
    if (fits) rows[rows.length - 1] = [...last, ...blanks(gap), ...piece];
    else rows.push(piece);
  };
  let end = 0;
  for (const match of sentence.matchAll(COMMAND)) {
    for (const word of wordsOf(sentence.slice(end, match.index))) put(word, "plain", 1);
    const tail = /^[,;).]*/.exec(sentence.slice(match.index + match[0].length))?.[0] ?? "";
    put(`${match[0]}${tail}`, "strong", 1);
    end = match.index + match[0].length + tail.length;
  }
  for (const word of wordsOf(sentence.slice(end))) put(word, "plain", 1);
  if (view.code !== null) put(`[${view.code}]`, "dim", 2);
  return rows;
}

function wordsOf(text: string): readonly string[] {
  return text.split(" ").filter((word) => word !== "");
}

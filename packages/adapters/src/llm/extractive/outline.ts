import { pointsFor } from "./points.ts";
import { ENOUGH_POINTS, kindOf, type SectionKind } from "./section-kinds.ts";
import type { Source, Statement } from "./statements.ts";
import { subjectWords } from "./words.ts";

/** A part of the text that is to be written, and what could stand in it. */
export interface Section {
  /** Null where the text stands without a heading. */
  readonly heading: string | null;
  readonly form: SectionKind["form"];
  /** Whether the section was asked for, and so stands there even when nothing belongs. */
  readonly isWanted: boolean;
  readonly otherwise: string;
  /** Shown when no limit of words is given. */
  readonly most: number;
  /** How many it takes before the next section has its turn. */
  readonly atOnce: number;
  /** Where it stands in the text. */
  readonly place: number;
  /** Best first. Two sections may want the same statement; the first of them gets it. */
  readonly candidates: readonly Statement[];
}

/** From how many documents on each of them gets fewer statements. */
const SHARES: readonly { readonly upTo: number; readonly most: number }[] = [
  { upTo: 1, most: 6 },
  { upTo: 4, most: 4 },
  { upTo: 10, most: 3 },
  { upTo: Number.POSITIVE_INFINITY, most: 2 },
];

type Informativeness = (statement: Statement) => number;

/** One section for each document, under its title, most informative first; a single document is divided by its own headings. */
export function bySubject(
  sources: readonly Source[],
  statements: readonly Statement[],
  informative: Informativeness,
): readonly Section[] {
  const [only] = sources;
  const isSingle = sources.length === 1;
  const most = SHARES.find(({ upTo }) => sources.length <= upTo)?.most ?? 1;
  const groups = new Map<string, Statement[]>();
  for (const statement of statements) {
    const key = isSingle ? (statement.headings[0] ?? only?.title ?? "") : statement.path;
    groups.set(key, [...(groups.get(key) ?? []), statement]);
  }
  const share = isSingle ? Math.max(1, Math.ceil((2 * most) / groups.size)) : most;
  const sections = [...groups].map(([key, group], place): Section => ({
    heading: isSingle ? key : (sources.find(({ path }) => path === key)?.title ?? key),
    form: "bullets",
    isWanted: false,
    otherwise: "",
    most: share,
    atOnce: 1,
    place,
    candidates: sortedBy(group, informative),
  }));
  const best = ({ candidates: [first] }: Section): number => (first === undefined ? 0 : informative(first));
  return sections.toSorted((a, b) => best(b) - best(a));
}

/** The sections that were asked for. Each statement goes to one: where it belongs most, and to the first of equals. */
export function bySections(
  titles: readonly string[],
  statements: readonly Statement[],
  informative: Informativeness,
): readonly Section[] {
  const wanted = titles.map((title) => ({ title, kind: kindOf(title), points: pointsIn(title) }));
  const homes = new Map<Statement, { readonly title: string; readonly points: number }>();
  for (const statement of statements) {
    for (const { title, points } of wanted) {
      const own = points(statement);
      if (own >= ENOUGH_POINTS && own > (homes.get(statement)?.points ?? 0))
        homes.set(statement, { title, points: own });
    }
  }
  const rest = statements.filter((statement) => !homes.has(statement) && statement.box === null);
  return wanted.map(({ title, kind }, place) => {
    const own = statements.filter((statement) => homes.get(statement)?.title === title);
    const rank = (statement: Statement): number => (homes.get(statement)?.points ?? 0) + informative(statement);
    return {
      heading: kind?.form === "literal" ? null : title,
      form: kind?.form ?? "bullets",
      isWanted: true,
      otherwise: kind?.otherwise ?? "Nothing in the documents belongs here.",
      most: kind?.most ?? OWN_SUBJECT_MOST,
      atOnce: 1,
      place,
      candidates: isGeneral(kind) ? inTurn(rest, informative, kind?.form ?? "bullets") : sortedBy(own, rank),
    };
  });
}

const OWN_SUBJECT_MOST = 8;

function isGeneral(kind: SectionKind | null): boolean {
  return kind !== null && kind.cues.length === 0 && kind.form !== "literal";
}

/** For a title that is no kind: what stands below such a heading, or shares its words. */
function pointsIn(title: string): (statement: Statement) => number {
  const kind = kindOf(title);
  if (kind !== null)
    return isGeneral(kind) || kind.form === "literal" ? () => 0 : (statement) => pointsFor(statement, kind);
  const words = subjectWords(title);
  return ({ subject, headings }) => {
    const shared = words.filter((word) => subject.has(word)).length;
    const stands = headings.some((heading) => subjectWords(heading).some((word) => words.includes(word)));
    return (stands ? ENOUGH_POINTS : 0) + (shared > 0 ? 1 + shared : 0);
  };
}

/** The best of each document, then the second best of each; prose is made of sentences as far as there are any. */
function inTurn(
  statements: readonly Statement[],
  informative: Informativeness,
  form: Section["form"],
): readonly Statement[] {
  const rounds = new Map<string, number>();
  const ranked = sortedBy(statements, informative).map((statement) => {
    const round = rounds.get(statement.path) ?? 0;
    rounds.set(statement.path, round + 1);
    return { statement, round: form === "prose" && statement.form !== "sentence" ? round + statements.length : round };
  });
  return ranked.toSorted((a, b) => a.round - b.round).map(({ statement }) => statement);
}

function sortedBy(statements: readonly Statement[], value: Informativeness): readonly Statement[] {
  const values = new Map(statements.map((statement) => [statement, value(statement)]));
  return statements.toSorted((a, b) => (values.get(b) ?? 0) - (values.get(a) ?? 0));
}

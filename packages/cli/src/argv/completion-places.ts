import { GLOBAL_OPTIONS, type Command, type Option } from "./command.ts";

/** What may follow the words typed so far. */
export interface Place {
  /** `""`, `audit`, `audit prove`. */
  readonly words: string;
  /** Commands, or second words of them, with what they do. */
  readonly next: readonly { readonly word: string; readonly summary: string }[];
  readonly options: readonly Option[];
  readonly completes: "files" | "nothing";
}

/** Every place a command line can be in: before a command, within a family, behind a command. */
export function placesOf(table: readonly Command<unknown>[]): readonly Place[] {
  const firsts = [...new Set(table.map(({ name }) => name.split(" ")[0] ?? name))];
  const places = new Map<string, Place>();
  const summaryOf = (word: string): string =>
    table.find(({ name }) => name === word)?.summary ??
    `${table
      .filter(({ name }) => name.startsWith(`${word} `))
      .map(({ name }) => name.slice(word.length + 1))
      .join(", ")}.`;
  places.set("", {
    words: "",
    next: firsts.map((word) => ({ word, summary: summaryOf(word) })),
    options: GLOBAL_OPTIONS,
    completes: "nothing",
  });
  for (const first of firsts) {
    const family = table.filter(({ name }) => name.startsWith(`${first} `));
    const own = table.find(({ name }) => name === first);
    const next = family.map(({ name, summary }) => ({ word: name.slice(first.length + 1), summary }));
    places.set(first, placeOf(first, own, next));
    for (const command of family) places.set(command.name, placeOf(command.name, command, []));
  }
  return [...places.values()];
}

function placeOf(words: string, command: Command<unknown> | undefined, next: Place["next"]): Place {
  const takesFiles = command?.arguments.some(({ completes }) => completes === "files") === true;
  return {
    words,
    next,
    options: [...(command?.options ?? []), ...GLOBAL_OPTIONS],
    completes: takesFiles ? "files" : "nothing",
  };
}

/** Branches of a `case` on the words and the option before the cursor: what completes that option's value. */
export function valueCases(place: Place, reply: (option: Option) => string): readonly string[] {
  return place.options
    .filter(({ value }) => value !== null)
    .map((option) => `    "${place.words}:${option.flag}") ${reply(option)}; return ;;`);
}

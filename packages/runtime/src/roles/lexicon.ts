import { err, ok, type Problem, type Result } from "@writ/core";
import * as z from "zod";

import { malformed, readYaml } from "./read-yaml.ts";
import type { TemplateFile } from "./template-file.ts";

const word = z.string().min(1).max(60);
const hours = z.record(word, z.int().positive());

const lexiconFile = z.strictObject({
  /** Words separated by blanks. */
  stop: z.string(),
  concepts: z.record(word, z.array(word)),
  demands: z.array(word),
  joins: z.array(word),
  numbers: z.record(word, z.int().positive()),
  lately: z.array(word),
  hours_in: hours,
  days: hours,
  weekdays: z.array(word).length(7),
});

/** How goals are read: which words count, and which mean the same. Data, so that no rule of any language stands in code. */
export interface Lexicon {
  /** Words that say nothing about what is wanted. */
  readonly stop: ReadonlySet<string>;
  /** The concept of a word or of several words in a row. A word that is not here is a concept of its own. */
  readonly concepts: ReadonlyMap<string, string>;
  /** The most words one entry of `concepts` has. */
  readonly longest: number;
  /** Concepts that ask for something; a goal that holds one matches only what answers it. */
  readonly demands: ReadonlySet<string>;
  /** Words after which something else begins to be said. */
  readonly joins: ReadonlySet<string>;
  readonly time: TimeWords;
}

export interface TimeWords {
  readonly numbers: ReadonlyMap<string, number>;
  readonly lately: ReadonlySet<string>;
  /** Hours in a unit such as `week`. */
  readonly hoursIn: ReadonlyMap<string, number>;
  /** Hours since the beginning of a day such as `yesterday`, at most. */
  readonly days: ReadonlyMap<string, number>;
  /** From Sunday. */
  readonly weekdays: readonly string[];
}

/** Problems have the code `template_malformed`. */
export function parseLexicon(file: TemplateFile): Result<Lexicon, readonly Problem[]> {
  const read = readYaml(file.name, file.text, lexiconFile);
  if (!read.ok) return read;
  const { stop, concepts: groups, demands, joins, numbers, lately, hours_in: hoursIn, days, weekdays } = read.value;
  const concepts = new Map<string, string>();
  const problems: Problem[] = [];
  for (const [concept, words] of Object.entries(groups)) {
    for (const each of [concept, ...words]) {
      const key = wordKey(each);
      const other = concepts.get(key);
      if (other !== undefined && other !== concept) {
        problems.push(malformed(`"${each}" means both ${other} and ${concept}`, { file: file.name }));
      }
      concepts.set(key, concept);
    }
  }
  for (const demand of demands) {
    if (!Object.hasOwn(groups, demand))
      problems.push(malformed(`the demand "${demand}" is no concept`, { file: file.name }));
  }
  if (problems.length > 0) return err(problems);
  return ok({
    stop: new Set(
      stop
        .split(/\s+/)
        .filter((each) => each !== "")
        .map(wordKey),
    ),
    concepts,
    longest: Math.max(...[...concepts.keys()].map((each) => each.split(" ").length)),
    demands: new Set(demands),
    joins: new Set(joins.map(wordKey)),
    time: {
      numbers: byWord(numbers),
      lately: new Set(lately.map(wordKey)),
      hoursIn: byWord(hoursIn),
      days: byWord(days),
      weekdays: weekdays.map(wordKey),
    },
  });
}

/** How a word is compared: compatibility form, lower case, without apostrophes and hyphens; blanks stay. */
export function wordKey(text: string): string {
  return text
    .normalize("NFKC")
    .toLowerCase()
    .replaceAll(/['’‐-]/g, "");
}

function byWord(record: Readonly<Record<string, number>>): ReadonlyMap<string, number> {
  return new Map(Object.entries(record).map(([key, value]) => [wordKey(key), value]));
}

import { fitUtterance, type Fit } from "./fit-utterance.ts";
import { readGoal } from "./goal-token.ts";
import type { TemplateCatalogue } from "./template-catalogue.ts";
import type { Template } from "./template.ts";

/** From here on a template answers a goal: at most about a quarter of the words is missing or not understood. */
export const MATCH_THRESHOLD = 0.7;

/** A template is asked for in a sentence; what is longer is something else. */
const LONGEST_GOAL = 4_000;

/** How a goal was compared with every template; what `writ plan --explain` shows. */
export interface TemplateMatch {
  readonly goal: string;
  /** The template that answers, or null. */
  readonly chosen: RankedTemplate | null;
  /** Every template with its best utterance, best first. */
  readonly ranked: readonly RankedTemplate[];
  readonly threshold: number;
}

export interface RankedTemplate extends Fit {
  readonly template: Template;
}

/**
 * Deterministic: the same goal, date and catalogue give the same answer. A
 * template of a workspace answers only what no shipped one does.
 */
export function matchTemplates(goal: string, { lexicon, templates }: TemplateCatalogue, today: string): TemplateMatch {
  const tokens = goal.length > LONGEST_GOAL ? [] : readGoal(goal, lexicon, today);
  const ranked = templates
    .flatMap((template): RankedTemplate[] => {
      const fits = template.utterances.map((utterance) => fitUtterance(goal, tokens, template, utterance, lexicon));
      const best = fits.toSorted(better)[0];
      return best === undefined ? [] : [{ ...best, template }];
    })
    .toSorted((a, b) => better(a, b) || (a.template.id < b.template.id ? -1 : 1));
  const passing = ranked.filter(({ score }) => score >= MATCH_THRESHOLD);
  const chosen = passing.find(({ template }) => template.origin === "shipped") ?? passing[0] ?? null;
  return { goal, chosen, ranked, threshold: MATCH_THRESHOLD };
}

/** The higher score, then the utterance that says more. */
function better(a: Fit, b: Fit): number {
  return b.score - a.score || b.slots.size - a.slots.size || b.matched.length - a.matched.length;
}

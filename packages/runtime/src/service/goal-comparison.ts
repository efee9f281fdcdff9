import type { TemplateMatch } from "../roles/template-match.ts";

/** How a goal compares with every template, as programs see it. */
export interface GoalComparison {
  /** The template that answers, or null. */
  readonly chosen: string | null;
  /** Best first. */
  readonly ranked: readonly { readonly template: string; readonly utterance: string; readonly score: number }[];
}

export function goalComparison({ chosen, ranked }: TemplateMatch): GoalComparison {
  return {
    chosen: chosen?.template.ref ?? null,
    ranked: ranked.map(({ template, utterance, score }) => ({ template: template.ref, utterance, score })),
  };
}

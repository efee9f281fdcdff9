import type { ModelUsage, NearestTemplate, Planner, PlanRequest, Proposal } from "../ports/planner.ts";
import type { TemplateCatalogue } from "./template-catalogue.ts";
import { matchTemplates, type RankedTemplate, type TemplateMatch } from "./template-match.ts";
import { planFrom, type Author } from "./template-plan.ts";
import { CONTEXT } from "./template.ts";

const NOTHING_USED: ModelUsage = { tokens: 0, costMillicents: 0 };
const NEAREST = 3;

/** Plans what somebody has planned before, with no model. */
export class TemplatePlanner implements Planner {
  readonly #catalogue: TemplateCatalogue;
  readonly #author: Author;

  constructor(catalogue: TemplateCatalogue, author: Author) {
    this.#catalogue = catalogue;
    this.#author = author;
  }

  async propose(request: PlanRequest, signal: AbortSignal): Promise<Proposal> {
    signal.throwIfAborted();
    return await Promise.resolve(this.#propose(request));
  }

  /** How the goal was compared with every template. */
  explain(goal: string, today: string): TemplateMatch {
    return matchTemplates(goal, this.#catalogue, today);
  }

  #propose(request: PlanRequest): Proposal {
    const match = this.explain(request.goal, request.today);
    const { chosen } = match;
    const reason = chosen === null ? `no template matches "${shown(request.goal)}"` : cannot(chosen, request);
    if (chosen === null || reason !== null) {
      const message = `${reason ?? ""}${this.#author === "none" ? " and no model is configured" : ""}; see the nearest ones with: writ plan --explain ${typed(request.goal)}, or connect a model with WRIT_MODEL_URL and WRIT_MODEL: writ config show`;
      return {
        kind: "refused",
        code: "no_planner",
        message,
        nearest: nearest(match),
        usage: NOTHING_USED,
        answers: [],
      };
    }
    const plan = planFrom(chosen, request, this.#author, this.#catalogue.lexicon);
    if (!plan.ok) return { kind: "refused", ...plan.error, nearest: nearest(match), usage: NOTHING_USED, answers: [] };
    return { kind: "plan", plan: plan.value, usage: NOTHING_USED, answers: [] };
  }
}

/** Why a template that answers the goal still has no plan for this request; null when it has. */
function cannot({ template }: RankedTemplate, { findings, completed, context }: PlanRequest): string | null {
  if (findings.length > 0 || completed.length > 0)
    return `the template ${template.ref} has one plan for this goal, and it did not hold`;
  if (context.length > 0 && !template.variants.some(({ needs }) => needs.includes(CONTEXT)))
    return `the template ${template.ref} reads no context`;
  return null;
}

function nearest({ ranked }: TemplateMatch): readonly NearestTemplate[] {
  return ranked.slice(0, NEAREST).map(({ template, utterance, score }) => ({ id: template.ref, utterance, score }));
}

/** A goal as it can be typed in a shell; `"…"` stands for words that would not come through as they are. */
function typed(goal: string): string {
  return goal.length <= 80 && !/["$`\\!\n]/.test(goal) ? `"${goal}"` : '"…"';
}

/** A goal may be a megabyte; a message is a sentence. */
function shown(goal: string): string {
  const line = goal.replaceAll(/\s+/g, " ").trim();
  return line.length > 80 ? `${line.slice(0, 77)}…` : line;
}

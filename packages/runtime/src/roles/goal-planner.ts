import type { Planner, PlanRequest, Proposal } from "../ports/planner.ts";

/** A template where one answers the goal, else a model, else a refusal that names the nearest templates. */
export class GoalPlanner implements Planner {
  readonly #template: Planner;
  readonly #model: Planner | null;

  constructor(template: Planner, model: Planner | null) {
    this.#template = template;
    this.#model = model;
  }

  async propose(request: PlanRequest, signal: AbortSignal): Promise<Proposal> {
    const known = await this.#template.propose(request, signal);
    if (this.#model === null || known.kind === "plan" || known.code !== "no_planner") return known;
    const proposed = await this.#model.propose(request, signal);
    return proposed.kind === "plan" ? proposed : { ...proposed, nearest: known.nearest };
  }
}

import type { Tier } from "./measures.ts";

/** What is remembered of a step until it is settled. */
export interface OpenStep {
  readonly tier: Tier;
  /** The tool of the attempt that is under way, or of the last one. */
  readonly tool: string | null;
  readonly isSent: boolean;
  readonly last: "none" | "under_way" | "returned" | "gone_wrong";
  /** Some attempt failed, or its answer was refused. */
  readonly hasFailed: boolean;
  readonly stands: "working" | "review" | "in_doubt";
}

const NEW: OpenStep = { tier: "unknown", tool: null, isSent: false, last: "none", hasFailed: false, stands: "working" };

/** The steps of one run that are not settled, and how many of them stand how. */
export class OpenSteps {
  readonly #steps = new Map<string, OpenStep>();
  #underWay = 0;
  #doubts = 0;
  #reviews = 0;

  get underWay(): number {
    return this.#underWay;
  }

  get doubts(): number {
    return this.#doubts;
  }

  get reviews(): number {
    return this.#reviews;
  }

  /** Of a step nothing was heard of, that nothing was. */
  at(step: string): OpenStep {
    return this.#steps.get(step) ?? NEW;
  }

  /** Steps that a person is to look at. */
  inReview(): readonly string[] {
    if (this.#reviews === 0) return [];
    return [...this.#steps].flatMap(([step, { stands }]) => (stands === "review" ? [step] : []));
  }

  change(step: string, change: Partial<OpenStep>): void {
    const after = { ...this.at(step), ...change };
    this.#tally(this.at(step), -1);
    this.#tally(after, 1);
    this.#steps.set(step, after);
  }

  forget(step: string): void {
    this.#tally(this.at(step), -1);
    this.#steps.delete(step);
  }

  #tally({ last, stands }: OpenStep, by: 1 | -1): void {
    if (last === "under_way") this.#underWay += by;
    if (stands === "in_doubt") this.#doubts += by;
    if (stands === "review") this.#reviews += by;
  }
}

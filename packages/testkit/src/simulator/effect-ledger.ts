import { canonicalJson, type Json } from "@writ/core";
import { toolNamed } from "./catalogue.ts";

/** One call on its way to the world outside. */
export interface Sending {
  readonly step: string;
  readonly attempt: number;
  readonly tool: string;
  readonly key: string;
  readonly args: Json;
  readonly occurrence: number | string;
}

interface Counted {
  readonly businessId: string;
  readonly tool: string;
  times: number;
}

/**
 * What really happened outside, counted apart from everything the engine
 * remembers: once per idempotency key, and once per business id, which is what
 * the people outside mean by "the same thing".
 */
export class EffectLedger {
  readonly #byKey = new Map<string, Counted>();
  readonly #keyOf = new Map<string, string>();
  /** Calls that a person ordered to be sent again, knowing that they may have happened. */
  readonly #licences = new Map<string, number>();
  readonly #answered = new Set<string>();
  /** Attempts whose own request had its effect. */
  readonly #attempts = new Set<string>();

  /** The effect takes place, unless the tool honours keys and knows this one. */
  apply(sending: Sending): void {
    const businessId = `${sending.tool} ${canonicalJson(sending.args)} ${sending.occurrence}`;
    this.#keyOf.set(businessId, this.#keyOf.get(businessId) ?? sending.key);
    const counted = this.#byKey.get(sending.key) ?? { businessId, tool: sending.tool, times: 0 };
    this.#byKey.set(sending.key, counted);
    if (counted.times === 0 || toolNamed(sending.tool)?.idempotency === "none") counted.times += 1;
    this.#attempts.add(`${sending.step}#${sending.attempt}`);
  }

  happened(key: string): boolean {
    return this.#byKey.has(key);
  }

  happenedFor(step: string, attempt: number): boolean {
    return this.#attempts.has(`${step}#${attempt}`);
  }

  /** A person said what became of it. */
  answered(key: string): void {
    this.#answered.add(key);
  }

  /** What happened, and neither the run knows of it nor was a person asked, in words. */
  unaccounted(known: (key: string) => boolean): readonly string[] {
    return [...this.#byKey]
      .filter(([key, { tool }]) => isEffectful(tool) && !known(key) && !this.#answered.has(key))
      .map(([, { businessId }]) => businessId);
  }

  license(key: string): void {
    this.#licences.set(key, (this.#licences.get(key) ?? 0) + 1);
  }

  /** What happened more often than it may have, in words. */
  excesses(): readonly string[] {
    const tooOften = [...this.#byKey].filter(
      ([key, { tool, times }]) => isEffectful(tool) && times > 1 + (this.#licences.get(key) ?? 0),
    );
    const twoKeys = [...this.#byKey].filter(([key, { businessId }]) => this.#keyOf.get(businessId) !== key);
    return [
      ...tooOften.map(([key, { businessId, times }]) => `${businessId} happened ${times} times under ${key}`),
      ...twoKeys.map(([key, { businessId }]) => `${businessId} has a second key ${key}`),
    ];
  }
}

function isEffectful(tool: string): boolean {
  return toolNamed(tool)?.tier !== "read_only";
}

import { Premises } from "./premises.ts";
import { reproduction, simulate } from "./simulate.ts";

export interface Campaign {
  readonly premises: Premises;
  readonly entries: number;
  /** One line for each seed that failed: what did not hold, and how to see it again. */
  readonly failures: readonly string[];
}

/** Lives many seeds, one after the other. */
export function campaign(seeds: Iterable<number>): Campaign {
  const premises = new Premises();
  const failures: string[] = [];
  let entries = 0;
  for (const seed of seeds) {
    const lived = simulate(seed);
    premises.add(lived.premises);
    entries += lived.entries;
    if (lived.violation !== null) failures.push(`${firstLine(lived.violation.message)} | ${reproduction(seed)}`);
  }
  return { premises, entries, failures };
}

export function* seedsFrom(first: number, count: number): Generator<number> {
  for (let seed = first; seed < first + count; seed += 1) yield seed;
}

/** How often each premise held, one a line. */
export function table({ premises, entries }: Campaign): string {
  const rows = [["entries", entries] as const, ...premises.rows()];
  return rows.map(([premise, times]) => `${String(times).padStart(9)}  ${premise}\n`).join("");
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0] ?? "";
}

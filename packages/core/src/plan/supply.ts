import { compiled } from "./block.ts";
import type { Block } from "./plan.ts";

/** Something that a step wants and no step before it gives. */
export interface Lack {
  readonly step: string;
  readonly name: string;
}

/** Names that one pass over the block carries: as many bits a step. */
const AT_ONCE = 1_024;
const WORD = 32;

/**
 * What is wanted and not given by a step that comes before in every order the block allows. Steps on a cycle lack
 * nothing: they never come.
 *
 * @param given names by position
 * @param wanted names by position
 */
export function lacking(
  block: Block,
  given: readonly (readonly string[])[],
  wanted: readonly (readonly string[])[],
): readonly Lack[] {
  const order = orderOf(block);
  const produced = new Set(given.flat());
  const asked = [...new Set(wanted.flat())];
  const isGiven = new Map<string, boolean[]>();
  const possible = asked.filter((name) => produced.has(name));
  for (let from = 0; from < possible.length; from += AT_ONCE) {
    const names = possible.slice(from, from + AT_ONCE);
    for (const [name, at] of carried(block, order, given, names)) isGiven.set(name, at);
  }
  const isReached = new Set(order);
  return block.steps.flatMap(({ id }, index) =>
    !isReached.has(index)
      ? []
      : (wanted[index] ?? []).filter((name) => isGiven.get(name)?.[index] !== true).map((name) => ({ step: id, name })),
  );
}

/** For each name, at which positions it has been given. */
function carried(
  block: Block,
  order: readonly number[],
  given: readonly (readonly string[])[],
  names: readonly string[],
): ReadonlyMap<string, boolean[]> {
  const { needs } = compiled(block);
  const bit = new Map(names.map((name, index) => [name, index]));
  const words = Math.ceil(names.length / WORD);
  const before = new Uint32Array(words * block.steps.length);
  for (const step of order) {
    for (const need of needs[step] ?? []) {
      for (let word = 0; word < words; word += 1) {
        const at = step * words + word;
        before[at] = (before[at] ?? 0) | (before[need * words + word] ?? 0);
      }
      for (const name of given[need] ?? []) {
        const index = bit.get(name);
        if (index === undefined) continue;
        const at = step * words + Math.floor(index / WORD);
        before[at] = (before[at] ?? 0) | (1 << (index % WORD));
      }
    }
  }
  return new Map(
    names.map((name, index) => [
      name,
      block.steps.map(
        (_, step) => ((before[step * words + Math.floor(index / WORD)] ?? 0) & (1 << (index % WORD))) !== 0,
      ),
    ]),
  );
}

/** Positions so that each comes after what it needs; those on a cycle, and what waits for them, are left out. */
function orderOf(block: Block): readonly number[] {
  const { needs, dependents } = compiled(block);
  const left = needs.map((each) => each.length);
  const order = left.flatMap((count, index) => (count === 0 ? [index] : []));
  for (let next = 0; next < order.length; next += 1) {
    for (const dependent of dependents[order[next] ?? -1] ?? []) {
      left[dependent] = (left[dependent] ?? 0) - 1;
      if (left[dependent] === 0) order.push(dependent);
    }
  }
  return order;
}

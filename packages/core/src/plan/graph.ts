import { compiled, type CompiledBlock } from "./block.ts";
import type { Block } from "./plan.ts";

/**
 * The ids along one cycle, first and last the same; null when the block has none. Where a step may fail, what waits
 * for it may come to wait for its stand-in: such a circle counts too. Iterative, so that depth is no limit.
 */
export function findCycle(block: Block): readonly string[] | null {
  const waits = waitsOf(compiled(block));
  const state = new Uint8Array(waits.length);
  const [OPEN, DONE] = [1, 2];
  for (let start = 0; start < block.steps.length; start += 1) {
    if (state[start] !== 0) continue;
    const trail: { step: number; next: number }[] = [{ step: start, next: 0 }];
    state[start] = OPEN;
    for (let top = trail.at(-1); top !== undefined; top = trail.at(-1)) {
      const need = waits[top.step]?.[top.next];
      top.next += 1;
      if (need === undefined) {
        state[top.step] = DONE;
        trail.pop();
      } else if (state[need] === OPEN) {
        const from = trail.findIndex((each) => each.step === need);
        return named(block, [...trail.slice(from).map((each) => each.step), need]);
      } else if (state[need] === 0) {
        state[need] = OPEN;
        trail.push({ step: need, next: 0 });
      }
    }
  }
  return null;
}

/** The ids of steps or of their places; a step and its place are one name. */
function named({ steps }: Block, places: readonly number[]): readonly string[] {
  const ids = places.map((place) => steps[place % steps.length]?.id ?? "");
  return ids.filter((id, index) => index === 0 || id !== ids[index - 1] || ids.length === 2);
}

/**
 * What each place waits for. After the steps come as many places again: the place of a step together with whatever
 * stands in for it, which is what its dependents wait for. A stand-in waits for its subject alone.
 */
function waitsOf({ needs, fallback }: CompiledBlock): readonly (readonly number[])[] {
  if (fallback.every((stand) => stand === -1)) return needs;
  const steps = needs.length;
  const own = needs.map((each, step) => each.map((need) => (fallback[need] === step ? need : steps + need)));
  const together = fallback.map((stand, step) => (stand === -1 ? [step] : [step, steps + stand]));
  return [...own, ...together];
}

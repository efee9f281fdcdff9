import { compiled, type CompiledBlock } from "./block.ts";
import type { Block } from "./plan.ts";

/**
 * The ids along one cycle, first and last the same; null when the block has none. Where a step may fail, what waits
 * for it may come to wait for its stand-in: such a circle counts too. Iterative, so that depth is no limit.
 */
export function findCycle(block: Block): readonly string[] | null {
  const waits = waitsOf(compiled(block));
  const state = new Uint8Array(block.steps.length);
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
        return [...trail.slice(from).map((each) => each.step), need].map((position) => block.steps[position]?.id ?? "");
      } else if (state[need] === 0) {
        state[need] = OPEN;
        trail.push({ step: need, next: 0 });
      }
    }
  }
  return null;
}

/** For each step all it may have to wait for: its needs, and whatever stands in for those. */
function waitsOf({ needs, fallback }: CompiledBlock): readonly (readonly number[])[] {
  if (fallback.every((stand) => stand === -1)) return needs;
  return needs.map((own, index) => [...new Set([...own, ...own.flatMap((need) => standIns(fallback, need, index))])]);
}

/** The chain of stand-ins for a step, as far as it does not come to the one that waits. */
function standIns(fallback: readonly number[], subject: number, waiting: number): readonly number[] {
  const chain: number[] = [];
  let stand = fallback[subject] ?? -1;
  while (stand !== -1 && stand !== waiting && !chain.includes(stand)) {
    chain.push(stand);
    stand = fallback[stand] ?? -1;
  }
  return chain;
}

/** Whether `later` comes after `earlier` in every order the block allows. */
export function precedes(block: Block, earlier: number, later: number): boolean {
  const { needs } = compiled(block);
  const seen = new Set<number>([later]);
  const open = [later];
  for (let step = open.pop(); step !== undefined; step = open.pop()) {
    for (const need of needs[step] ?? []) {
      if (need === earlier) return true;
      if (!seen.has(need)) {
        seen.add(need);
        open.push(need);
      }
    }
  }
  return false;
}

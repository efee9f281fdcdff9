import { compiled } from "./block.ts";
import type { Block } from "./plan.ts";

/** The ids along one cycle, first and last the same; null when the block has none. Iterative, so that depth is no limit. */
export function findCycle(block: Block): readonly string[] | null {
  const { needs } = compiled(block);
  const state = new Uint8Array(block.steps.length);
  const [OPEN, DONE] = [1, 2];
  for (let start = 0; start < block.steps.length; start += 1) {
    if (state[start] !== 0) continue;
    const trail: { step: number; next: number }[] = [{ step: start, next: 0 }];
    state[start] = OPEN;
    for (let top = trail.at(-1); top !== undefined; top = trail.at(-1)) {
      const need = needs[top.step]?.[top.next];
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

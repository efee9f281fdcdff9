import { pathsOf, type Expression } from "./expression.ts";
import { pointerText } from "./pointer.ts";
import { INPUTS, type Block, type Pointer, type Step } from "./plan.ts";

/** A block with names turned into positions, once. */
export interface CompiledBlock {
  readonly at: ReadonlyMap<string, number>;
  /** For each step the steps it waits for, its own fallback's subject included. */
  readonly needs: readonly (readonly number[])[];
  readonly dependents: readonly (readonly number[])[];
  /** The step that stands in when this one fails, or -1. */
  readonly fallback: readonly number[];
  /** For each step what expressions and bindings read of its output, by pointer text. */
  readonly reads: readonly ReadonlyMap<string, Pointer>[];
}

const cache = new WeakMap<Block, CompiledBlock>();

/** What is read of most steps: ten thousand empty maps would be a fifth of what a long plan weighs. */
const NOTHING = new Map<string, Pointer>();

/** A dependency on an unknown step is left out: `verifyPlan` has refused such a plan. */
export function compiled(block: Block): CompiledBlock {
  const known = cache.get(block);
  if (known !== undefined) return known;
  const made = compile(block);
  cache.set(block, made);
  return made;
}

function compile(block: Block): CompiledBlock {
  const at = new Map(block.steps.map((step, index) => [step.id, index]));
  const dependents: number[][] = block.steps.map(() => []);
  const fallback = block.steps.map(() => -1);
  const reads = block.steps.map(() => NOTHING);
  const needs = block.steps.map((step, index) => {
    const positions = new Set<number>();
    for (const id of needsOf(step)) {
      const position = at.get(id);
      if (position !== undefined && position !== index) positions.add(position);
    }
    for (const position of positions) dependents[position]?.push(index);
    return [...positions];
  });
  for (const [index, step] of block.steps.entries()) {
    const subject = step.fallbackFor === null ? undefined : at.get(step.fallbackFor);
    if (subject !== undefined) fallback[subject] = index;
    for (const read of readsOf(step)) {
      const position = at.get(read.step);
      if (position !== undefined) note(reads, position, pointerText(read.pointer), read.pointer);
    }
  }
  for (const [index, step] of block.steps.entries()) {
    if (step.fallbackFor === null) handDown(index, fallback, reads);
  }
  return { at, needs, dependents, fallback, reads };
}

/** What is read of a step may come from whoever stands in for it: all along the chain that begins with it. */
function handDown(first: number, fallback: readonly number[], reads: Map<string, Pointer>[]): void {
  let subject = first;
  for (let stand = fallback[first] ?? -1; stand !== -1; stand = fallback[stand] ?? -1) {
    for (const [text, pointer] of reads[subject] ?? []) note(reads, stand, text, pointer);
    subject = stand;
  }
}

function note(reads: Map<string, Pointer>[], position: number, text: string, pointer: Pointer): void {
  const known = reads[position] ?? NOTHING;
  if (known === NOTHING) reads[position] = new Map([[text, pointer]]);
  else known.set(text, pointer);
}

/** All steps a step waits for: those it names and those whose output it reads. */
export function needsOf(step: Step): readonly string[] {
  const read = readsOf(step).map((each) => each.step);
  return [...step.needs, ...(step.fallbackFor === null ? [] : [step.fallbackFor]), ...read];
}

export interface Read {
  readonly step: string;
  readonly pointer: Pointer;
  /** Where the reading stands, for messages. */
  readonly field: string;
}

/** A step's expressions, each with the field it stands in. */
export function expressionsOf(step: Step): readonly (readonly [field: string, expression: Expression])[] {
  const own: readonly (readonly [string, Expression])[] =
    step.kind === "check"
      ? [["that", step.that]]
      : step.kind === "value"
        ? [...step.set].map(([name, expression]) => [`set.${name}`, expression] as const)
        : [];
  return step.when === null ? own : [["when", step.when], ...own];
}

/** What a step reads of other steps' outputs. */
export function readsOf(step: Step): readonly Read[] {
  const reads: Read[] = [];
  for (const [field, expression] of expressionsOf(step)) {
    for (const [root, id, ...rest] of pathsOf(expression)) {
      if (root === "steps" && typeof id === "string") reads.push({ step: id, pointer: rest.map(String), field });
    }
  }
  if (step.kind === "tool") {
    for (const binding of step.args.bindings) {
      if (binding.from !== INPUTS) {
        reads.push({
          step: binding.from,
          pointer: binding.pointer,
          field: `param_bindings.${pointerText(binding.at)}`,
        });
      }
    }
  }
  return reads;
}

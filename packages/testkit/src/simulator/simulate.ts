import { CORE, type CoreFunctions } from "./core-functions.ts";
import { checkEnding } from "./ending-invariants.ts";
import type { Premises } from "./premises.ts";
import { Violation } from "./violation.ts";
import { World } from "./world.ts";

export interface Simulated {
  readonly seed: number;
  readonly premises: Premises;
  readonly inputs: number;
  readonly entries: number;
  readonly violation: Violation | null;
}

/** One seed from start to end. What the core throws is a violation too. */
export function simulate(
  seed: number,
  core: CoreFunctions = CORE,
  trace: (line: string) => void = () => undefined,
): Simulated {
  const world = new World(seed, core, trace);
  const violation = attempt(() => {
    world.live();
    checkEnding(world, core);
  });
  return { seed, premises: world.premises, inputs: world.inputs, entries: world.recording.stored.length, violation };
}

function attempt(work: () => void): Violation | null {
  try {
    work();
    return null;
  } catch (error) {
    if (error instanceof Violation) return error;
    return new Violation("core_throws", error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
}

/** The line that lives a seed again. */
export function reproduction(seed: number): string {
  return `node packages/testkit/src/simulator/run.ts --seed ${seed}`;
}

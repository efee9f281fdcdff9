import { epochMs, type DurationMs } from "@writ/core";
import type { Clock } from "@writ/runtime";

/** The longest delay a timer of the platform takes; a longer one fires at once. */
const LONGEST_DELAY = 2 ** 31 - 1;

/** The clock of the machine. It can be set back; whoever needs order takes it from the journal. */
export const systemClock: Clock = {
  now: () => epochMs(Date.now()),
  after,
};

function after(delay: DurationMs, run: () => void): () => void {
  let timer = arm(delay);
  function arm(rest: number): NodeJS.Timeout {
    const next = Math.min(rest, LONGEST_DELAY);
    return setTimeout(() => (rest > next ? (timer = arm(rest - next)) : run()), next).unref();
  }
  return () => clearTimeout(timer);
}

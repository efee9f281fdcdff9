import type { Random } from "./random.ts";

/** How hostile one world is: chances of each misfortune, fixed by the seed. */
export interface Faults {
  /** A call fails, by any kind. */
  readonly failure: number;
  /** A call succeeds and says nothing, or something off its schema. */
  readonly junk: number;
  /** An answer is lost, so that a call times out though it may have had its effect. */
  readonly lost: number;
  /** The process dies around an append. */
  readonly crash: number;
  /** An input that was delivered before comes once more, late. */
  readonly copies: number;
  /** What an approver saw moves before or after they answer. */
  readonly drift: number;
  /** A preview cannot be made. */
  readonly gateFailure: number;
  /** Somebody commands the run, out of turn. */
  readonly operator: number;
  /** A timer fires late. */
  readonly lateTimers: number;
  /** A tool that says nothing of use, ever. */
  readonly broken: string | null;
  /** A usage is larger than what was reserved. */
  readonly overrun: number;
}

const CALM: Faults = {
  failure: 0,
  junk: 0,
  lost: 0,
  crash: 0,
  copies: 0,
  drift: 0,
  gateFailure: 0,
  operator: 0,
  lateTimers: 0,
  overrun: 0,
  broken: null,
};

/** One world in twelve is calm; in the others each misfortune is absent, rare or common by itself. */
export function drawFaults(random: Random): Faults {
  if (random.chance(1 / 12)) return CALM;
  const level = (rare: number, common: number): number => random.pick([0, rare, common]);
  return {
    failure: level(0.1, 0.35),
    junk: level(0.06, 0.2),
    lost: level(0.05, 0.2),
    crash: level(0.03, 0.1),
    copies: level(0.08, 0.3),
    drift: level(0.1, 0.4),
    gateFailure: level(0, 0.05),
    operator: level(0.03, 0.12),
    lateTimers: level(0.2, 0.6),
    overrun: level(0, 0.05),
    broken: random.chance(0.08) ? random.pick(["look.read", "note.write"]) : null,
  };
}

/** How the people around a run answer until they become helpful, and how many of them there are. */
export const TEMPERS = { prompt: 5, slow: 3, contradictory: 2, late: 1, absent: 1 } as const;
export type Temper = keyof typeof TEMPERS;

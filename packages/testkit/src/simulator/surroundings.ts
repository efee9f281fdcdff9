import type { Actor, JournalEvent, RunInput, RunState, Sealer } from "@writ/core";
import type { EffectLedger } from "./effect-ledger.ts";
import type { Premises } from "./premises.ts";
import type { Random } from "./random.ts";
import type { Scenario } from "./scenario.ts";

/** Something that arrives at the run; built anew each time it comes, with salts of its own. */
export interface Message {
  readonly actor: Actor;
  readonly make: (seal: Sealer, state: RunState) => RunInput;
}

/** What the parts of a simulated world know of it. */
export interface Surroundings {
  readonly random: Random;
  readonly scenario: Scenario;
  readonly ledger: EffectLedger;
  readonly premises: Premises;
  readonly state: RunState;
  readonly now: number;
  /** Set once a third of the inputs have come: from here on people do what ends the run. */
  readonly isHelpful: boolean;
  /** The idempotency key a step was last started with. */
  keyOf(step: string): string | null;
  deliver(message: Message): readonly JournalEvent[];
  /** Work of the running process; a crash forgets it. */
  inProcess(delay: number, work: () => void): void;
  /** What lies outside, and goes on whatever becomes of the process. */
  outside(delay: number, work: () => void): void;
}

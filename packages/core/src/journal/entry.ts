import type { Actor } from "../run/actor.ts";
import type { JournalEvent } from "../run/event.ts";
import type { RunInput } from "../run/input.ts";

/** One input and the facts it caused. */
export interface Entry {
  readonly seq: number;
  readonly run: string;
  /** 1, 2, 3 … without gap. */
  readonly version: number;
  readonly at: number;
  readonly actor: Actor;
  readonly input: RunInput;
  readonly facts: readonly JournalEvent[];
}

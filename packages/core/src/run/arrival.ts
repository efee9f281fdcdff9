import type { Sealer } from "../base/payload.ts";
import type { Actor } from "./actor.ts";
import type { RunInput } from "./input.ts";

/** One input with its instant, its author, and the salts its facts may need. */
export interface Arrival {
  /** Not before the instant of the entry before; the shell clamps it. */
  readonly at: number;
  readonly actor: Actor;
  readonly input: RunInput;
  readonly seal: Sealer;
}

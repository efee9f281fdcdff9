import type { Sealer } from "../base/payload.ts";
import type { RunInput } from "./input.ts";

/** The answer to the stop of a call that had not been sent yet. */
export function neverSent(
  { step, attempt }: { readonly step: string; readonly attempt: number },
  seal: Sealer,
): Extract<RunInput, { type: "tool_failed" }> {
  return {
    type: "tool_failed",
    step,
    attempt,
    kind: "cancelled",
    happened: "no",
    error: seal.text("stopped before it was sent"),
    usage: { tokens: 0, cost_millicents: 0, wall_clock_ms: 0 },
    jitter: "0",
  };
}

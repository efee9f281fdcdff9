import { durationMs, type RunId } from "@writ/core";
import type { ServerPorts } from "./ports.ts";

/** How long somebody waits for a plan; it goes on being made after that. */
const PATIENCE = durationMs(30_000);

/** Waits until only a person or a clock can move a run, at most half a minute. */
export async function settledRun({ desk, clock }: Pick<ServerPorts, "desk" | "clock">, run: RunId): Promise<void> {
  const { promise: late, resolve } = Promise.withResolvers<void>();
  const cancel = clock.after(PATIENCE, resolve);
  try {
    await Promise.race([desk.send({ method: "rest", run }), late]);
  } finally {
    cancel();
  }
}

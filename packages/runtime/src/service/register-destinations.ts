import type { Deliveries, DestinationState } from "../ports/deliveries.ts";
import type { Destination } from "../ports/destination.ts";
import { bury } from "./bury.ts";

/**
 * Where each destination that is configured has got to; one that is new begins at the end of the log, and what waits
 * for one that is not configured any more is given up.
 *
 * @param size entries of the log
 */
export async function registered(
  deliveries: Deliveries,
  destinations: readonly Pick<Destination, "name" | "fingerprint">[],
  { size, now }: { readonly size: number; readonly now: number },
): Promise<readonly DestinationState[]> {
  const known = await deliveries.destinations();
  if (known.length === 0 && destinations.length === 0) return [];
  const states = destinations.map(({ name, fingerprint }) => {
    const state = known.find((each) => each.name === name);
    const position = Math.min(state?.position ?? size, size);
    const isSame = state?.fingerprint === fingerprint;
    return { name, fingerprint, position, goneAt: isSame ? state.goneAt : null, skipped: isSame ? state.skipped : 0 };
  });
  await deliveries.putDestinations(states);
  const removed = known.filter((each) => !states.some(({ name }) => name === each.name));
  for (const { name: destination } of removed) await bury(deliveries, { destination, keep: 0, reason: "removed" }, now);
  return states;
}

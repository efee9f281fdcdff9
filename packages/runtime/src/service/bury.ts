import type { Deliveries } from "../ports/deliveries.ts";
import { buried } from "./delivery-course.ts";

/** Rows given up at once. */
const PAGE = 500;

/** Gives up what waits for a destination, the oldest first, until only `keep` wait. */
export async function bury(
  deliveries: Deliveries,
  { destination, keep, reason }: { readonly destination: string; readonly keep: number; readonly reason: string },
  now: number,
): Promise<void> {
  for (;;) {
    const over = (await deliveries.count(destination, "pending")) - keep;
    if (over <= 0) return;
    const limit = Math.min(over, PAGE);
    const oldest = await deliveries.list({ destination, state: "pending", order: "oldest", limit });
    await deliveries.change(oldest.map(({ id, course }) => ({ id, from: "pending", to: buried(course, now, reason) })));
  }
}

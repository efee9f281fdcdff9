import { OrchestratorError } from "@writ/core";

import type { Clock } from "../ports/clock.ts";
import type { Deliveries, Delivery } from "../ports/deliveries.ts";
import { queuedCourse } from "./delivery-course.ts";

export interface DeadLetterPorts {
  readonly deliveries: Deliveries;
  /** Names of the destinations that are configured. */
  readonly configured: ReadonlySet<string>;
  readonly clock: Clock;
  /** Called after rows were put back. */
  readonly onQueued: () => void;
}

/** How many were put back, and how many were left because their destination is gone or not configured. */
export interface PutBack {
  readonly replayed: number;
  readonly left: number;
}

/** Rows put back at once. */
const PAGE = 500;

/** What was given up. Put back, it is as if it were new; its id stays, so that receivers still know it. */
export class DeadLetters {
  readonly #ports: DeadLetterPorts;

  constructor(ports: DeadLetterPorts) {
    this.#ports = ports;
  }

  /**
   * @param id null for all of them
   * @throws OrchestratorError `delivery_not_found`, `destination_unavailable` for the one that was named
   */
  async replay(id: string | null): Promise<PutBack> {
    const answer = id === null ? await this.#replayAll() : await this.#replayOne(id);
    this.#ports.onQueued();
    return answer;
  }

  async #replayOne(id: string): Promise<PutBack> {
    const row = await this.#ports.deliveries.find(id);
    if (row?.course.state !== "dead")
      throw new OrchestratorError(
        "delivery_not_found",
        `there is no dead letter ${id}; see them with: writ webhooks list --dead`,
      );
    if (!(await this.#taking()).has(row.destination))
      throw new OrchestratorError(
        "destination_unavailable",
        `${row.destination} takes nothing: it is gone or not configured; configure it anew, then: writ webhooks replay ${id}`,
      );
    return { replayed: await this.#putBack([row]), left: 0 };
  }

  async #replayAll(): Promise<PutBack> {
    const { deliveries } = this.#ports;
    let replayed = 0;
    for (const destination of await this.#taking()) {
      for (;;) {
        const rows = await deliveries.list({ destination, state: "dead", order: "oldest", limit: PAGE });
        if (rows.length === 0) break;
        replayed += await this.#putBack(rows);
      }
    }
    return { replayed, left: await deliveries.count(null, "dead") };
  }

  async #putBack(rows: readonly Delivery[]): Promise<number> {
    const { deliveries, clock } = this.#ports;
    const to = queuedCourse(clock.now());
    return deliveries.change(rows.map(({ id }) => ({ id, from: "dead", to })));
  }

  /** Destinations that would be tried. */
  async #taking(): Promise<ReadonlySet<string>> {
    const { deliveries, configured } = this.#ports;
    const states = await deliveries.destinations();
    return new Set(states.flatMap(({ name, goneAt }) => (goneAt === null && configured.has(name) ? [name] : [])));
  }
}

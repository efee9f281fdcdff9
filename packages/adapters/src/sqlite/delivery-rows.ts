import type { DatabaseSync } from "node:sqlite";

import { OrchestratorError } from "@writ/core";
import type { Deliveries, Delivery, DeliveryQuery, DeliveryState } from "@writ/runtime";

import { allRows, integerOf, integerOrNull, oneRow, type Row, textOf, textOrNull } from "./row.ts";

/** Hands a piece of writing to the owner of the log, as one transaction; a reader's refuses. */
export type WriteDeliveries = (act: (db: DatabaseSync) => void) => void;

const STATES: readonly DeliveryState[] = ["pending", "delivered", "dead"];
const ORDERS: Readonly<Record<DeliveryQuery["order"], string>> = {
  due: "next_at_ms, id",
  oldest: "id",
  newest: "id DESC",
};

export function sqliteDeliveries(db: DatabaseSync, write: WriteDeliveries): Deliveries {
  const destinations = db.prepare("SELECT * FROM destination ORDER BY name");
  const byId = db.prepare("SELECT * FROM delivery WHERE id = ?");
  const countTo = db.prepare("SELECT COUNT(*) AS deliveries FROM delivery WHERE destination = ? AND state = ?");
  const countAll = db.prepare("SELECT COUNT(*) AS deliveries FROM delivery WHERE state = ?");
  return {
    async destinations() {
      return allRows(destinations).map((row) => ({
        name: textOf(row, "name"),
        fingerprint: textOf(row, "fingerprint"),
        position: integerOf(row, "position"),
        goneAt: integerOrNull(row, "gone_at_ms"),
        skipped: integerOf(row, "skipped"),
      }));
    },
    async putDestinations(states) {
      write((owned) => {
        const insert = owned.prepare("INSERT INTO destination VALUES (?, ?, ?, ?, ?)");
        owned.exec("DELETE FROM destination");
        for (const { name, fingerprint, position, goneAt, skipped } of states)
          insert.run(name, fingerprint, position, goneAt, skipped);
      });
    },
    async markGone(name, atMs) {
      write((owned) => owned.prepare("UPDATE destination SET gone_at_ms = ? WHERE name = ?").run(atMs, name));
    },
    async queue({ deliveries, progress, claim }) {
      let isClaimed = true;
      write((owned) => {
        const claims = owned.prepare("INSERT INTO notice (notice, at_ms) VALUES (?, ?) ON CONFLICT DO NOTHING");
        isClaimed = claim === null || claims.run(claim.notice, claim.atMs).changes === 1;
        if (!isClaimed) return;
        const insert = owned.prepare(
          "INSERT INTO delivery VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        );
        for (const { id, destination, event, body, createdAt, course } of deliveries) {
          const { state, attempts, nextAt, endedAt, status, error } = course;
          insert.run(id, destination, event, body, createdAt, state, attempts, nextAt, endedAt, status, error);
        }
        const move = owned.prepare(
          "UPDATE destination SET position = MAX(position, ?), skipped = skipped + ? WHERE name = ?",
        );
        for (const { name, position, skipped } of progress) move.run(position, skipped, name);
      });
      return isClaimed;
    },
    async change(changes) {
      let changed = 0;
      write((owned) => {
        const update = owned.prepare(
          `UPDATE delivery SET state = ?, attempts = ?, next_at_ms = ?, ended_at_ms = ?, status = ?, error = ?
           WHERE id = ? AND state = ?`,
        );
        for (const { id, from, to } of changes) {
          const { state, attempts, nextAt, endedAt, status, error } = to;
          changed += Number(update.run(state, attempts, nextAt, endedAt, status, error, id, from).changes);
        }
      });
      return changed;
    },
    async find(id) {
      const row = oneRow(byId, id);
      return row === undefined ? null : deliveryOf(row);
    },
    async list({ destination, state, order, limit }) {
      // A state that stands in the statement lets the index of what is due be used.
      const where = destination === null ? "" : " AND destination = ?";
      const select = db.prepare(
        `SELECT * FROM delivery WHERE state = '${state}'${where} ORDER BY ${ORDERS[order]} LIMIT ?`,
      );
      return allRows(select, ...(destination === null ? [] : [destination]), limit).map(deliveryOf);
    },
    async count(destination, state) {
      const row = destination === null ? oneRow(countAll, state) : oneRow(countTo, destination, state);
      return row === undefined ? 0 : integerOf(row, "deliveries");
    },
    async purge(endedBefore) {
      write((owned) =>
        owned.prepare("DELETE FROM delivery WHERE state <> 'pending' AND ended_at_ms < ?").run(endedBefore),
      );
    },
  };
}

function deliveryOf(row: Row): Delivery {
  const found = STATES.find((each) => each === row["state"]);
  if (found === undefined)
    throw new OrchestratorError("database_corrupt", "a delivery is in a state there is not; restore a backup");
  return {
    id: textOf(row, "id"),
    destination: textOf(row, "destination"),
    event: textOf(row, "event"),
    body: textOf(row, "body"),
    createdAt: integerOf(row, "created_at_ms"),
    course: {
      state: found,
      attempts: integerOf(row, "attempts"),
      nextAt: integerOrNull(row, "next_at_ms"),
      endedAt: integerOrNull(row, "ended_at_ms"),
      status: integerOrNull(row, "status"),
      error: textOrNull(row, "error"),
    },
  };
}

import type { DatabaseSync } from "node:sqlite";

import type { Answers, AskedBefore, Doors, Spending, TokenRow, Tokens } from "@writ/runtime";

import { allRows, integerOf, integerOrNull, oneRow, type Row, textOf, textOrNull } from "./row.ts";

/** Carries an act out in a transaction of its own; a reader's refuses. */
type Write = (act: () => void) => void;

/** What doors keep, in the log's own file. */
export function sqliteDoors(db: DatabaseSync, write: Write): Doors {
  return { tokens: tokensOf(db, write), answers: answersOf(db, write), spending: spendingOf(db, write) };
}

function tokensOf(db: DatabaseSync, write: Write): Tokens {
  const insert = db.prepare("INSERT INTO token VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  const one = db.prepare("SELECT * FROM token WHERE token_id = ?");
  const listed = db.prepare("SELECT * FROM token WHERE login_of IS NULL ORDER BY token_id DESC");
  const revoke = db.prepare("UPDATE token SET revoked_at_ms = ? WHERE token_id = ? AND revoked_at_ms IS NULL");
  const logins = db.prepare("UPDATE token SET revoked_at_ms = ? WHERE login_of = ? AND revoked_at_ms IS NULL");
  return {
    async put(row) {
      const { token_id, secret_hash, role, kind, user_id, label, login_of } = row;
      const { created_at_ms, expires_at_ms, revoked_at_ms } = row;
      const values = [token_id, secret_hash, role, kind, user_id, label, login_of];
      write(() => insert.run(...values, created_at_ms, expires_at_ms, revoked_at_ms));
    },
    async get(id) {
      const row = oneRow(one, id);
      return row === undefined ? null : tokenOf(row);
    },
    list: async () => allRows(listed).map(tokenOf),
    async revoke(id, atMs) {
      let isNew = false;
      write(() => {
        isNew = revoke.run(atMs, id).changes === 1;
        if (isNew) logins.run(atMs, id);
      });
      return isNew;
    },
  };
}

function tokenOf(row: Row): TokenRow {
  return {
    token_id: textOf(row, "token_id"),
    secret_hash: textOf(row, "secret_hash"),
    role: textOf(row, "role"),
    kind: textOf(row, "kind"),
    user_id: textOf(row, "user_id"),
    label: textOrNull(row, "label"),
    login_of: textOrNull(row, "login_of"),
    created_at_ms: integerOf(row, "created_at_ms"),
    expires_at_ms: integerOrNull(row, "expires_at_ms"),
    revoked_at_ms: integerOrNull(row, "revoked_at_ms"),
  };
}

function answersOf(db: DatabaseSync, write: Write): Answers {
  const insert = db.prepare(
    "INSERT INTO answer (token_id, name, fingerprint, at_ms, trace) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
  );
  const one = db.prepare("SELECT * FROM answer WHERE token_id = ? AND name = ?");
  const finish = db.prepare("UPDATE answer SET status = ?, body = ? WHERE token_id = ? AND name = ?");
  const drop = db.prepare("DELETE FROM answer WHERE token_id = ? AND name = ?");
  const forget = db.prepare("DELETE FROM answer WHERE at_ms < ?");
  return {
    async begin({ token_id, name, fingerprint, at_ms, trace }) {
      let isNew = false;
      write(() => {
        isNew = insert.run(token_id, name, fingerprint, at_ms, trace).changes === 1;
      });
      const row = isNew ? undefined : oneRow(one, token_id, name);
      return row === undefined ? null : askedOf(row);
    },
    async finish({ token_id, name }, { status, body }) {
      write(() => finish.run(status, body, token_id, name));
    },
    async drop({ token_id, name }) {
      write(() => drop.run(token_id, name));
    },
    async forget(beforeMs) {
      write(() => forget.run(beforeMs));
    },
  };
}

function askedOf(row: Row): AskedBefore {
  const status = integerOrNull(row, "status");
  return {
    token_id: textOf(row, "token_id"),
    name: textOf(row, "name"),
    fingerprint: textOf(row, "fingerprint"),
    at_ms: integerOf(row, "at_ms"),
    trace: textOf(row, "trace"),
    answer: status === null ? null : { status, body: textOf(row, "body") },
  };
}

function spendingOf(db: DatabaseSync, write: Write): Spending {
  const all = db.prepare("SELECT * FROM spending");
  const upsert = db.prepare(
    "INSERT INTO spending VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET left = excluded.left, at_ms = excluded.at_ms",
  );
  return {
    read: async () =>
      allRows(all).map((row) => ({
        who: textOf(row, "who"),
        left: integerOf(row, "left"),
        at_ms: integerOf(row, "at_ms"),
      })),
    async write(rows) {
      write(() => rows.forEach(({ who, left, at_ms }) => upsert.run(who, left, at_ms)));
    },
  };
}

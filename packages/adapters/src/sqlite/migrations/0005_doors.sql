-- 0005_doors.sql
-- Who may come in over the network, and what was answered. No part of the log:
-- nothing follows from a row.

-- `secret_hash` is SHA-256 of 32 random bytes: there is nothing to guess, so nothing to slow down.
CREATE TABLE token (
  token_id      TEXT PRIMARY KEY,
  secret_hash   TEXT NOT NULL CHECK (length(secret_hash) = 64),
  role          TEXT NOT NULL,
  kind          TEXT NOT NULL CHECK (kind IN ('user', 'agent', 'service')),
  user_id       TEXT NOT NULL,
  label         TEXT,
  login_of      TEXT REFERENCES token,
  created_at_ms INTEGER NOT NULL,
  expires_at_ms INTEGER,
  revoked_at_ms INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX token_login ON token (login_of) WHERE login_of IS NOT NULL;

-- `status` and `body` are null while the request is carried out.
CREATE TABLE answer (
  token_id    TEXT NOT NULL,
  name        TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  at_ms       INTEGER NOT NULL,
  trace       TEXT NOT NULL,
  status      INTEGER,
  body        TEXT,
  PRIMARY KEY (token_id, name),
  CHECK ((status IS NULL) = (body IS NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX answer_oldest ON answer (at_ms);

CREATE TABLE spending (
  who   TEXT PRIMARY KEY,
  left  REAL NOT NULL,
  at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- 0006_deliveries.sql
-- What is to be told to places outside. No part of the log: nothing follows from a
-- row. A position is how far the log was read for a destination, so that what was
-- written down and not yet queued when a process died is found again.

CREATE TABLE destination (
  name        TEXT PRIMARY KEY,
  fingerprint TEXT    NOT NULL,
  position    INTEGER NOT NULL CHECK (position >= 0),
  gone_at_ms  INTEGER,
  skipped     INTEGER NOT NULL CHECK (skipped >= 0)
) STRICT, WITHOUT ROWID;

-- `body` is exactly what is sent. What the other side answers is kept as a number
-- and a word of ours, never as it was written.
CREATE TABLE delivery (
  id            TEXT PRIMARY KEY,
  destination   TEXT    NOT NULL,
  event         TEXT    NOT NULL,
  body          TEXT    NOT NULL,
  created_at_ms INTEGER NOT NULL,
  state         TEXT    NOT NULL CHECK (state IN ('pending', 'delivered', 'dead')),
  attempts      INTEGER NOT NULL CHECK (attempts >= 0),
  next_at_ms    INTEGER,
  ended_at_ms   INTEGER,
  status        INTEGER,
  error         TEXT,
  CHECK ((state = 'pending') = (next_at_ms IS NOT NULL)),
  CHECK ((state = 'pending') = (ended_at_ms IS NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX delivery_of_destination ON delivery (destination, state, id);
CREATE INDEX delivery_due ON delivery (destination, next_at_ms, id) WHERE state = 'pending';
CREATE INDEX delivery_ended ON delivery (ended_at_ms) WHERE state <> 'pending';

CREATE TRIGGER delivery_stays_delivered BEFORE UPDATE OF state ON delivery
WHEN OLD.state = 'delivered'
BEGIN SELECT RAISE(ABORT, 'what was delivered stays delivered'); END;

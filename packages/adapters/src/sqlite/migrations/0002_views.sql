-- 0002_views.sql
-- What lists show: rows that replace each other, written with the entries they
-- follow from, and rebuilt from them by `writ rebuild`.

-- `tally` is JSON: steps, waiting, budget.
CREATE TABLE run_view (
  run_id        TEXT PRIMARY KEY,
  created_at_ms INTEGER NOT NULL,
  status        TEXT    NOT NULL,
  reason        TEXT,
  goal          TEXT,
  door          TEXT    NOT NULL,
  started_by    TEXT    NOT NULL,
  plan_id       TEXT,
  plan_hash     TEXT,
  version       INTEGER NOT NULL,
  updated_at_ms INTEGER NOT NULL,
  ended_at_ms   INTEGER,
  wake_at_ms    INTEGER,
  worked_ms     INTEGER NOT NULL,
  waited_ms     INTEGER NOT NULL,
  tally         TEXT    NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX run_view_newest ON run_view (created_at_ms, run_id);
CREATE INDEX run_view_by_status ON run_view (status, created_at_ms, run_id);
CREATE INDEX run_view_unfinished ON run_view (run_id, wake_at_ms) WHERE ended_at_ms IS NULL;

-- `gates` is a JSON array.
CREATE TABLE approval_view (
  approval_id     TEXT PRIMARY KEY,
  run_id          TEXT    NOT NULL,
  step            TEXT    NOT NULL,
  status          TEXT    NOT NULL,
  tool            TEXT    NOT NULL,
  tier            TEXT    NOT NULL,
  gates           TEXT    NOT NULL,
  title           TEXT,
  binding_hash    TEXT    NOT NULL,
  requested_at_ms INTEGER NOT NULL,
  expires_at_ms   INTEGER NOT NULL,
  decided_at_ms   INTEGER,
  decided_by      TEXT,
  reason          TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX approval_view_soonest ON approval_view (status, expires_at_ms, approval_id);
CREATE INDEX approval_view_of_run ON approval_view (run_id, expires_at_ms, approval_id);

CREATE TABLE artifact_view (
  path   TEXT NOT NULL,
  run_id TEXT NOT NULL,
  step   TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  bytes  INTEGER NOT NULL,
  at_ms  INTEGER NOT NULL,
  PRIMARY KEY (path, run_id, step)
) STRICT, WITHOUT ROWID;
CREATE INDEX artifact_view_of_run ON artifact_view (run_id);

-- 0001_journal.sql
-- The log: entries as the bytes that were hashed, what was born in them, the tree
-- over them. The triggers make it append-only, for this program's bugs as much as
-- for intruders.

PRAGMA application_id = 0x57524954;

-- `bytes` is exactly the leaf.
CREATE TABLE entry (
  seq     INTEGER PRIMARY KEY CHECK (seq >= 0),
  run_id  TEXT,
  version INTEGER CHECK (version >= 1),
  at_ms   INTEGER NOT NULL,
  bytes   TEXT    NOT NULL CHECK (length(CAST(bytes AS BLOB)) <= 65536),
  CHECK ((run_id IS NULL) = (version IS NULL))
) STRICT;
CREATE UNIQUE INDEX entry_of_run ON entry (run_id, version) WHERE run_id IS NOT NULL;
CREATE INDEX entry_of_log ON entry (seq) WHERE run_id IS NULL;

-- `pid` is seq * 4096 + n, so that inserts stay at the end of the tree. Form, length
-- and commitment are in the entry. `bytes` NULL: in a file below blobs/.
CREATE TABLE payload (
  pid   INTEGER PRIMARY KEY,
  salt  BLOB NOT NULL CHECK (length(salt) = 32),
  bytes BLOB
) STRICT;
CREATE INDEX payload_in_file ON payload (pid) WHERE bytes IS NULL;

CREATE TABLE redaction (
  pid    INTEGER PRIMARY KEY,
  by_seq INTEGER NOT NULL REFERENCES entry
) STRICT;

CREATE TABLE document (
  digest TEXT PRIMARY KEY,
  bytes  TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE dropped (
  digest TEXT PRIMARY KEY,
  by_seq INTEGER NOT NULL REFERENCES entry
) STRICT, WITHOUT ROWID;

CREATE TABLE tile (
  level  INTEGER,
  idx    INTEGER,
  hashes BLOB NOT NULL CHECK (length(hashes) = 8192),
  PRIMARY KEY (level, idx)
) STRICT, WITHOUT ROWID;

-- `frontier`: the roots of the perfect subtrees from left to right, 32 bytes each.
CREATE TABLE head (
  id       INTEGER PRIMARY KEY CHECK (id = 1),
  log_id   TEXT    NOT NULL,
  size     INTEGER NOT NULL,
  frontier BLOB    NOT NULL
) STRICT;

CREATE TABLE signed_head (
  size INTEGER PRIMARY KEY,
  note TEXT NOT NULL
) STRICT;

CREATE TABLE approval_use (
  approval     TEXT PRIMARY KEY,
  binding_hash TEXT NOT NULL,
  seq          INTEGER NOT NULL REFERENCES entry
) STRICT, WITHOUT ROWID;

CREATE TABLE key_ledger (
  idempotency_key TEXT PRIMARY KEY,
  run_id          TEXT NOT NULL,
  state           TEXT NOT NULL CHECK (state IN ('in_flight', 'done')),
  seq             INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TRIGGER entry_leaves_no_gap BEFORE INSERT ON entry
WHEN NEW.seq <> (SELECT coalesce(max(seq), -1) + 1 FROM entry)
BEGIN SELECT RAISE(ABORT, 'a gap in the log'); END;
CREATE TRIGGER entry_leaves_no_gap_in_its_run BEFORE INSERT ON entry
WHEN NEW.run_id IS NOT NULL
 AND NEW.version <> (SELECT coalesce(max(version), 0) + 1 FROM entry WHERE run_id = NEW.run_id)
BEGIN SELECT RAISE(ABORT, 'a gap in the run'); END;

CREATE TRIGGER entry_refuses_update BEFORE UPDATE ON entry BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER entry_refuses_delete BEFORE DELETE ON entry BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER tile_refuses_update BEFORE UPDATE ON tile BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER tile_refuses_delete BEFORE DELETE ON tile BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER redaction_refuses_update BEFORE UPDATE ON redaction BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER redaction_refuses_delete BEFORE DELETE ON redaction BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER dropped_refuses_update BEFORE UPDATE ON dropped BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER dropped_refuses_delete BEFORE DELETE ON dropped BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER approval_use_refuses_update BEFORE UPDATE ON approval_use BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER approval_use_refuses_delete BEFORE DELETE ON approval_use BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER signed_head_refuses_update BEFORE UPDATE ON signed_head BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER signed_head_refuses_delete BEFORE DELETE ON signed_head BEGIN SELECT RAISE(ABORT, 'append-only'); END;

CREATE TRIGGER payload_refuses_update BEFORE UPDATE ON payload BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER payload_is_deleted_by_redaction BEFORE DELETE ON payload
WHEN NOT EXISTS (SELECT 1 FROM redaction WHERE pid = OLD.pid)
BEGIN SELECT RAISE(ABORT, 'only a redaction deletes a payload'); END;

CREATE TRIGGER document_refuses_update BEFORE UPDATE ON document BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER document_is_deleted_when_dropped BEFORE DELETE ON document
WHEN NOT EXISTS (SELECT 1 FROM dropped WHERE digest = OLD.digest)
BEGIN SELECT RAISE(ABORT, 'only a document that was dropped is deleted'); END;

CREATE TRIGGER head_only_grows BEFORE UPDATE ON head
WHEN NEW.size < OLD.size OR NEW.log_id <> OLD.log_id
BEGIN SELECT RAISE(ABORT, 'the log only grows'); END;
CREATE TRIGGER head_refuses_delete BEFORE DELETE ON head BEGIN SELECT RAISE(ABORT, 'append-only'); END;

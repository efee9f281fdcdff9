-- 0003_notices.sql
-- What people were told once. No part of the log: nothing follows from a row, and
-- a log that lost them tells some things twice.

CREATE TABLE notice (
  notice TEXT PRIMARY KEY,
  at_ms  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

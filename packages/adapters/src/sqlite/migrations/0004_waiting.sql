-- 0004_waiting.sql
-- What waits longest is found without reading what waits: one timer serves all.

CREATE INDEX approval_view_oldest ON approval_view (status, requested_at_ms, approval_id);

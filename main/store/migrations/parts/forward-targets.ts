/**
 * Where captured requests are forwarded to. How far each target got and what became of each attempt is in
 * `deliveries.db`, so that both change in one transaction; that file names a target by its id, so no id is given out
 * twice.
 */
export const forwardTargetsSchema = `
CREATE TABLE forward_targets (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  endpoint_id INTEGER NOT NULL REFERENCES endpoints (id) ON DELETE CASCADE,
  url TEXT NOT NULL,
  enabled INTEGER NOT NULL CHECK (enabled IN (0, 1)),
  keep_path INTEGER NOT NULL CHECK (keep_path IN (0, 1)),
  timeout_ms INTEGER NOT NULL,
  concurrency INTEGER NOT NULL,
  retries TEXT NOT NULL CHECK (retries IN ('none', 'quick', 'standard')),
  ca TEXT,
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX forward_targets_endpoint ON forward_targets (endpoint_id);
`

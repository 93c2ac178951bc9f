/**
 * Tables of `deliveries.db`; the position of a text is the schema number (`user_version`) it leads to. A text that was
 * released is never changed. Targets and captured requests are in other files and are named by their ids alone, which
 * are never given out twice.
 */
export const deliverySchemas: readonly string[] = [
  `
-- How far each target got: everything up to the cursor is settled, by an attempt or by a row in retries.
CREATE TABLE forward_states (
  target_id INTEGER PRIMARY KEY,
  cursor INTEGER NOT NULL,
  delivered INTEGER NOT NULL DEFAULT 0,
  last_at INTEGER,
  last_problem TEXT CHECK (last_problem IS NULL OR json_valid(last_problem))
) STRICT;

CREATE TABLE retries (
  target_id INTEGER NOT NULL,
  capture_id INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  due_at INTEGER NOT NULL,
  -- Asked for by the operator: has one try.
  by_hand INTEGER NOT NULL CHECK (by_hand IN (0, 1)),
  PRIMARY KEY (target_id, capture_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX retries_due ON retries (target_id, due_at);

CREATE TABLE dead_letters (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  target_id INTEGER NOT NULL,
  capture_id INTEGER NOT NULL,
  url TEXT NOT NULL,
  attempts INTEGER NOT NULL,
  at INTEGER NOT NULL,
  last_status INTEGER,
  last_problem TEXT CHECK (last_problem IS NULL OR json_valid(last_problem)),
  UNIQUE (target_id, capture_id)
) STRICT;

CREATE TABLE jobs (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  state TEXT NOT NULL CHECK (state IN ('running', 'paused', 'cancelled', 'finished', 'interrupted')),
  url TEXT NOT NULL,
  input TEXT NOT NULL CHECK (json_valid(input)),
  -- The secret came with the call and was not kept.
  secret_given INTEGER NOT NULL CHECK (secret_given IN (0, 1)),
  created_at INTEGER NOT NULL,
  ended_at INTEGER,
  total INTEGER NOT NULL,
  succeeded INTEGER NOT NULL DEFAULT 0,
  failed INTEGER NOT NULL DEFAULT 0,
  -- Captured requests up to this id are done.
  position INTEGER NOT NULL DEFAULT 0,
  problem TEXT CHECK (problem IS NULL OR json_valid(problem))
) STRICT;

-- What lists show; the rest of an attempt is in attempt_details, so that lists and counts stay quick.
CREATE TABLE attempts (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL CHECK (kind IN ('forward', 'replay', 'send')),
  capture_id INTEGER,
  target_id INTEGER,
  job_id INTEGER,
  attempt INTEGER NOT NULL,
  at INTEGER NOT NULL,
  method TEXT NOT NULL,
  url TEXT NOT NULL,
  status INTEGER,
  succeeded INTEGER NOT NULL CHECK (succeeded IN (0, 1)),
  duration_ms REAL,
  problem TEXT CHECK (problem IS NULL OR json_valid(problem)),
  became_capture_id INTEGER
) STRICT;
CREATE INDEX attempts_capture ON attempts (capture_id) WHERE capture_id IS NOT NULL;
CREATE INDEX attempts_target ON attempts (target_id, succeeded) WHERE target_id IS NOT NULL;
CREATE INDEX attempts_job ON attempts (job_id, succeeded) WHERE job_id IS NOT NULL;
CREATE INDEX attempts_outcome ON attempts (succeeded);

CREATE TABLE attempt_details (
  attempt_id INTEGER PRIMARY KEY REFERENCES attempts (id) ON DELETE CASCADE,
  request_headers TEXT NOT NULL CHECK (json_valid(request_headers)),
  request_bytes INTEGER NOT NULL,
  response_headers TEXT NOT NULL CHECK (json_valid(response_headers)),
  response_body BLOB NOT NULL,
  response_bytes INTEGER NOT NULL,
  response_cut INTEGER NOT NULL CHECK (response_cut IN (0, 1)),
  connect_ms REAL,
  first_byte_ms REAL,
  total_ms REAL NOT NULL
) STRICT;
`,
]

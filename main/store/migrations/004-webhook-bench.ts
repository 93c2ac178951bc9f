import type { Migration } from './migration.ts'

/** What the operator sets up for the webhook bench. Captured requests and deliveries are in databases of their own. */
export const webhookBench: Migration = {
  name: 'webhook-bench',
  sql: `
-- Endpoints of the receiver and their signing secrets. Captured requests live in a file of their own and name an
-- endpoint by its id, so no id is ever given out twice.
CREATE TABLE endpoints (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  slug TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  note TEXT NOT NULL,
  scheme TEXT,
  scheme_options TEXT CHECK (scheme_options IS NULL OR json_valid(scheme_options)),
  behaviour TEXT NOT NULL CHECK (json_valid(behaviour)),
  retention TEXT NOT NULL CHECK (json_valid(retention)),
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;

CREATE TABLE endpoint_secrets (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  endpoint_id INTEGER NOT NULL REFERENCES endpoints (id) ON DELETE CASCADE,
  label TEXT NOT NULL,
  hint TEXT NOT NULL,
  secret BLOB NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX endpoint_secrets_endpoint ON endpoint_secrets (endpoint_id);

-- Where captured requests are forwarded to. How far each target got and what became of each attempt is in
-- deliveries.db, so that both change in one transaction; that file names a target by its id, so no id is given out
-- twice.
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

-- Ways from the internet to the receiver, and the addresses that were in force. At most one tunnel is in use; the
-- address in force is the history's entry without an end. seen_at says how far an entry is known to reach when the
-- end could not be written.
CREATE TABLE tunnels (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL CHECK (kind IN ('cloudflared', 'ngrok', 'tailscale', 'devtunnel', 'typed')),
  url TEXT,
  in_use INTEGER NOT NULL CHECK (in_use IN (0, 1)),
  created_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX tunnels_in_use ON tunnels (in_use) WHERE in_use = 1;

CREATE TABLE tunnel_history (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL CHECK (kind IN ('cloudflared', 'ngrok', 'tailscale', 'devtunnel', 'typed')),
  url TEXT NOT NULL,
  from_at INTEGER NOT NULL,
  to_at INTEGER,
  seen_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX tunnel_history_in_force ON tunnel_history (to_at IS NULL) WHERE to_at IS NULL;

-- Reports of the conformance probe, each as the JSON that is shown and exported. The newest 200 are kept.
CREATE TABLE probe_reports (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  at INTEGER NOT NULL,
  report TEXT NOT NULL CHECK (json_valid(report))
) STRICT;
`,
}

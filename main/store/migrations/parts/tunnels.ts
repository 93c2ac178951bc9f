/**
 * Ways from the internet to the receiver, and the addresses that were in force. At most one tunnel is in use; the
 * address in force is the history's entry without an end. `seen_at` says how far an entry is known to reach when the
 * end could not be written.
 */
export const tunnelsSchema = `
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
`

/**
 * Endpoints of the receiver and their signing secrets. Captured requests live in a file of their own and name an
 * endpoint by its id, so no id is ever given out twice.
 */
export const endpointsSchema = `
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
`

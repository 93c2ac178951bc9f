import type { Migration } from './migration.ts'

/**
 * Vault, accounts, keys and the audit log. Ids are AUTOINCREMENT: an id is part of what a secret is bound to, so
 * it must never be given out a second time.
 */
export const inventory: Migration = {
  name: 'inventory',
  sql: `
CREATE TABLE vault (
  single INTEGER PRIMARY KEY CHECK (single = 1),
  id TEXT NOT NULL,
  check_value BLOB NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE vault_protectors (
  kind TEXT PRIMARY KEY CHECK (kind IN ('os', 'passphrase', 'recovery')),
  parameters TEXT NOT NULL CHECK (json_valid(parameters)),
  wrapped BLOB NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE vault_attempts (
  single INTEGER PRIMARY KEY CHECK (single = 1),
  failures INTEGER NOT NULL,
  last_failure_at INTEGER NOT NULL
) STRICT;

CREATE TABLE accounts (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  email TEXT NOT NULL COLLATE NOCASE CHECK (email <> ''),
  name TEXT,
  organization_name TEXT COLLATE NOCASE,
  contact_note TEXT,
  search TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX accounts_identity ON accounts (email, ifnull(organization_name, ''));
CREATE INDEX accounts_email ON accounts (email, id);

CREATE TABLE provider_keys (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  account_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE RESTRICT,
  provider TEXT NOT NULL DEFAULT 'openai',
  name TEXT NOT NULL COLLATE NOCASE CHECK (name <> ''),
  description TEXT,
  kind TEXT NOT NULL DEFAULT 'project',
  admin_key_id INTEGER REFERENCES provider_keys (id) ON DELETE SET NULL,
  masked TEXT NOT NULL,
  secret BLOB NOT NULL,
  fingerprint BLOB NOT NULL,
  environment TEXT CHECK (environment IN ('production', 'staging', 'development')),
  tags TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(tags)),
  source TEXT NOT NULL DEFAULT 'manual' CHECK (source IN ('manual', 'import', 'api', 'sample')),
  secret_state TEXT NOT NULL DEFAULT 'stored' CHECK (secret_state IN ('stored', 'unreadable')),
  validation TEXT CHECK (validation IS NULL OR json_valid(validation)),
  last_revealed_at INTEGER,
  last_copied_at INTEGER,
  search TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX provider_keys_name ON provider_keys (name, id);
CREATE INDEX provider_keys_created ON provider_keys (created_at DESC, id DESC);
CREATE INDEX provider_keys_updated ON provider_keys (updated_at DESC, id DESC);
CREATE INDEX provider_keys_account ON provider_keys (account_id);
CREATE INDEX provider_keys_provider ON provider_keys (provider);
CREATE INDEX provider_keys_admin ON provider_keys (admin_key_id) WHERE admin_key_id IS NOT NULL;
CREATE INDEX provider_keys_fingerprint ON provider_keys (fingerprint);

-- The column "search" holds words that store/search.ts made; here they are only split at spaces. The triggers keep
-- the index in step within the transaction of every change. An index for every length of a beginning doubles its size
-- and makes counting 100,000 matches of a half-typed word five times faster.
CREATE VIRTUAL TABLE provider_keys_search USING fts5 (
  search, content = 'provider_keys', content_rowid = 'id', tokenize = 'ascii', detail = none,
  prefix = '1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16'
);
CREATE TRIGGER provider_keys_search_insert AFTER INSERT ON provider_keys BEGIN
  INSERT INTO provider_keys_search (rowid, search) VALUES (new.id, new.search);
END;
CREATE TRIGGER provider_keys_search_delete AFTER DELETE ON provider_keys BEGIN
  INSERT INTO provider_keys_search (provider_keys_search, rowid, search) VALUES ('delete', old.id, old.search);
END;
CREATE TRIGGER provider_keys_search_update AFTER UPDATE OF search ON provider_keys WHEN old.search <> new.search BEGIN
  INSERT INTO provider_keys_search (provider_keys_search, rowid, search) VALUES ('delete', old.id, old.search);
  INSERT INTO provider_keys_search (rowid, search) VALUES (new.id, new.search);
END;

CREATE TABLE audit_entries (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  at INTEGER NOT NULL,
  action TEXT NOT NULL,
  source TEXT NOT NULL CHECK (source IN ('app', 'api', 'system')),
  subject_kind TEXT,
  subject_id INTEGER,
  subject_name TEXT,
  detail TEXT
) STRICT;
CREATE INDEX audit_entries_subject ON audit_entries (subject_kind, subject_id, id);
`,
}

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
  email TEXT NOT NULL CHECK (email <> ''),
  name TEXT,
  organization_name TEXT,
  contact_note TEXT,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX accounts_identity ON accounts (email COLLATE NOCASE, ifnull(organization_name, '') COLLATE NOCASE);
CREATE INDEX accounts_created ON accounts (created_at, id);

CREATE TABLE provider_keys (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  account_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE RESTRICT,
  provider TEXT NOT NULL DEFAULT 'openai',
  name TEXT NOT NULL CHECK (name <> ''),
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
  outcome TEXT,
  last_revealed_at INTEGER,
  last_copied_at INTEGER,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX provider_keys_name ON provider_keys (name COLLATE NOCASE, id);
CREATE INDEX provider_keys_created ON provider_keys (created_at, id);
CREATE INDEX provider_keys_updated ON provider_keys (updated_at, id);
CREATE INDEX provider_keys_account ON provider_keys (account_id, name COLLATE NOCASE, id);
CREATE INDEX provider_keys_provider ON provider_keys (provider, name COLLATE NOCASE, id);
CREATE INDEX provider_keys_admin ON provider_keys (admin_key_id) WHERE admin_key_id IS NOT NULL;
CREATE INDEX provider_keys_fingerprint ON provider_keys (fingerprint);

CREATE VIRTUAL TABLE provider_keys_search USING fts5 (text, tokenize = 'unicode61 remove_diacritics 2', prefix = '1 2 3');

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

import type { Migration } from './migration.ts'

const figures = 'requests, input_tokens, output_tokens, cached_input_tokens, cost_nanos'.split(', ')

/**
 * Usage and cost. Days are UTC days counted from 1970-01-01; absent dimensions are stored as ''.
 *
 * A series is one combination of source, report and dimensions; a fact is what a provider says about one series
 * on one day, NULL where it says nothing. Roll-ups are the sums the dashboard reads: `usage_members` tells which
 * series add up to which roll-up, and `…_known` counts how many of them said something, so that "not known" and
 * zero stay different. Facts and roll-ups only ever change together, in one transaction. Costs that have to be
 * brought down to keys are worked out later: `usage_unsplit` names the days for which that is still to be done.
 */
export const usage: Migration = {
  name: 'usage',
  sql: `
CREATE TABLE usage_sources (
  source_key_id INTEGER PRIMARY KEY,
  provider TEXT NOT NULL,
  account_id INTEGER NOT NULL,
  covers TEXT NOT NULL CHECK (covers IN ('organisation', 'key')),
  counted_by INTEGER,
  reports TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(reports)),
  fetched_at INTEGER,
  last_success_at INTEGER
) STRICT;

CREATE TABLE usage_series (
  id INTEGER PRIMARY KEY,
  source_key_id INTEGER NOT NULL REFERENCES usage_sources (source_key_id) ON DELETE CASCADE,
  report TEXT NOT NULL,
  remote_key_id TEXT NOT NULL,
  project TEXT NOT NULL,
  model TEXT NOT NULL,
  line_item TEXT NOT NULL,
  currency TEXT NOT NULL,
  provenance TEXT NOT NULL CHECK (provenance IN ('billed', 'metered', 'apportioned', 'estimated')),
  UNIQUE (source_key_id, report, remote_key_id, project, model, line_item, currency, provenance)
) STRICT;

CREATE TABLE usage_facts (
  series_id INTEGER NOT NULL REFERENCES usage_series (id) ON DELETE CASCADE,
  day INTEGER NOT NULL,
  ${figures.map((figure) => `${figure} INTEGER`).join(',\n  ')},
  PRIMARY KEY (series_id, day)
) STRICT, WITHOUT ROWID;

CREATE TABLE usage_rollups (
  id INTEGER PRIMARY KEY,
  dimension TEXT NOT NULL,
  provider TEXT NOT NULL,
  source_key_id INTEGER NOT NULL,
  value TEXT NOT NULL,
  currency TEXT NOT NULL,
  provenance TEXT NOT NULL,
  UNIQUE (dimension, provider, source_key_id, value, currency, provenance)
) STRICT;
CREATE INDEX usage_rollups_source ON usage_rollups (source_key_id, dimension);

CREATE TABLE usage_members (
  series_id INTEGER NOT NULL REFERENCES usage_series (id) ON DELETE CASCADE,
  rollup_id INTEGER NOT NULL,
  PRIMARY KEY (series_id, rollup_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE usage_rollup_days (
  rollup_id INTEGER NOT NULL,
  day INTEGER NOT NULL,
  ${figures.map((figure) => `${figure} INTEGER NOT NULL,\n  ${figure}_known INTEGER NOT NULL`).join(',\n  ')},
  PRIMARY KEY (rollup_id, day)
) STRICT, WITHOUT ROWID;

CREATE TABLE usage_unsplit (
  source_key_id INTEGER NOT NULL REFERENCES usage_sources (source_key_id) ON DELETE CASCADE,
  day INTEGER NOT NULL,
  PRIMARY KEY (source_key_id, day)
) STRICT, WITHOUT ROWID;

CREATE TABLE usage_coverage (
  source_key_id INTEGER NOT NULL REFERENCES usage_sources (source_key_id) ON DELETE CASCADE,
  from_day INTEGER NOT NULL,
  to_day INTEGER NOT NULL CHECK (to_day > from_day),
  level TEXT NOT NULL CHECK (level IN ('open', 'closed', 'settled')),
  PRIMARY KEY (source_key_id, from_day)
) STRICT, WITHOUT ROWID;

CREATE TABLE usage_remote_keys (
  source_key_id INTEGER NOT NULL REFERENCES usage_sources (source_key_id) ON DELETE CASCADE,
  remote_key_id TEXT NOT NULL,
  name TEXT,
  redacted TEXT,
  key_id INTEGER,
  listed INTEGER NOT NULL CHECK (listed IN (0, 1)),
  seen_at INTEGER NOT NULL,
  PRIMARY KEY (source_key_id, remote_key_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX usage_remote_keys_id ON usage_remote_keys (remote_key_id);
CREATE INDEX usage_remote_keys_match ON usage_remote_keys (key_id) WHERE key_id IS NOT NULL;

CREATE TABLE usage_runs (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  source_key_id INTEGER NOT NULL REFERENCES usage_sources (source_key_id) ON DELETE CASCADE,
  state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'done', 'failed', 'cancelled', 'interrupted')),
  days INTEGER NOT NULL,
  pages INTEGER NOT NULL DEFAULT 0,
  expected_pages INTEGER,
  rows INTEGER NOT NULL DEFAULT 0,
  started_at INTEGER NOT NULL,
  ended_at INTEGER,
  problem TEXT CHECK (problem IS NULL OR json_valid(problem)),
  failure TEXT
) STRICT;
CREATE INDEX usage_runs_source ON usage_runs (source_key_id, id);

CREATE TABLE usage_positions (
  source_key_id INTEGER NOT NULL REFERENCES usage_sources (source_key_id) ON DELETE CASCADE,
  report TEXT NOT NULL,
  identity TEXT NOT NULL,
  next_token TEXT,
  done INTEGER NOT NULL CHECK (done IN (0, 1)),
  pages INTEGER NOT NULL,
  buckets TEXT NOT NULL CHECK (json_valid(buckets)),
  started_at INTEGER NOT NULL,
  PRIMARY KEY (source_key_id, report, identity)
) STRICT, WITHOUT ROWID;
`,
}

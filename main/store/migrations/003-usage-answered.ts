import type { Migration } from './migration.ts'

/**
 * The days for which the pages of an unfinished chain have given their bucket, so that a resumed sync knows which
 * days every report has spoken for.
 */
export const usageAnswered: Migration = {
  name: 'usage-answered',
  sql: `ALTER TABLE usage_positions ADD COLUMN answered TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(answered));`,
}

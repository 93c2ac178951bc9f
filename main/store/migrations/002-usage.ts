import type { Migration } from './migration.ts'

export const usage: Migration = {
  name: 'usage',
  sql: '',
}

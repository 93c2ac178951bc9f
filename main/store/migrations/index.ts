import { inventory } from './001-inventory.ts'
import { usage } from './002-usage.ts'
import { usageAnswered } from './003-usage-answered.ts'
import { webhookBench } from './004-webhook-bench.ts'
import type { Migration } from './migration.ts'

/** In order; the position is the schema number. A migration that was released is never changed again. */
export const migrations: readonly Migration[] = [inventory, usage, usageAnswered, webhookBench]

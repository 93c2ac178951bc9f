import type { Retention } from '../../shared/contract/receiver.ts'
import type { EndpointFacts } from '../receiver/ports.ts'
import type { ListRows, TotalsRow } from './list-rows.ts'
import { facetWord } from './search-words.ts'

/** Requests of one deletion: a few milliseconds in the thread that captures. */
export const DELETED_AT_ONCE = 2_000
const DAY_MS = 86_400_000

/**
 * The oldest requests of an endpoint that its bounds do not let it keep, at most {@link DELETED_AT_ONCE}. Pinned ones
 * stay and do not count.
 */
export function expired(rows: ListRows, endpoint: EndpointFacts, now: number): number[] {
  const totals = rows.totalsOf(endpoint.id)
  if (totals === null) return []
  const excess = excessOf(endpoint.retention, totals, now)
  if (excess.count <= 0 && excess.bytes <= 0 && excess.before === null) return []
  const ids: number[] = []
  let bytes = 0
  for (const oldest of oldestOf(rows, endpoint.id)) {
    const isOver = ids.length < excess.count || bytes < excess.bytes
    const isOld = excess.before !== null && oldest.keptSince < excess.before
    // A clock that was ahead for a while must not keep everything behind it.
    if (!isOver && !isOld) continue
    ids.push(oldest.id)
    bytes += oldest.bytes
    if (ids.length >= DELETED_AT_ONCE) break
  }
  return ids
}

interface Excess {
  readonly count: number
  readonly bytes: number
  /** What is kept since before this time is too old; null without a bound. */
  readonly before: number | null
}

function excessOf({ maxCount, maxAgeDays, maxBytes }: Retention, totals: TotalsRow, now: number): Excess {
  return {
    count: maxCount === null ? 0 : totals.count - totals.pinnedCount - maxCount,
    bytes: maxBytes === null ? 0 : totals.bytes - totals.pinnedBytes - maxBytes,
    before: maxAgeDays === null ? null : now - maxAgeDays * DAY_MS,
  }
}

function* oldestOf(rows: ListRows, endpointId: number) {
  const match = `"${facetWord('e', endpointId)}"`
  for (const shard of rows.shards(0, Number.MAX_SAFE_INTEGER).toReversed()) {
    yield* rows.oldestUnpinned(shard, match, DELETED_AT_ONCE)
  }
}

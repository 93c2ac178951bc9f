import type { CaptureFilter } from '../../shared/contract/captures.ts'
import { LAST_SIZE_CLASS, NO_TYPE, sizeClass, verdictCode } from './facets.ts'
import { SHARD_IDS, shardOf } from './index-file.ts'
import type { IdRange, ListRows, RowConditions } from './list-rows.ts'
import { facetWord, searchWords } from './search-words.ts'

/** Requests with a tag or pin up to which each is looked at, instead of all that match the words. */
const FEW = 2_000
/** Words that begin so short are many: the rest of the query is asked first whether it finds anything. */
const SHORT_BEGINNING = 2
/** Milliseconds after which counting is given up. */
const COUNT_MS = 25

/** A filter as the index answers it. */
export interface CaptureQuery {
  /** Words and facets that have to be there, as an expression of the full-text index; null when none is asked for. */
  readonly match: string | null
  /** The same without the beginning of a word, where that begins so short that the rest is worth asking first. */
  readonly matchFirst: string | null
  readonly conditions: RowConditions
  /** Only ids between these can fulfil the conditions. */
  readonly low: number
  readonly high: number
}

export interface Bounds {
  /** Ids above this one. */
  readonly above: number
  /** Ids up to this one. */
  readonly through: number
}

/** Null: nothing can fit. `endpointId` is the one that `endpoint` names, where it names one. */
export function compileQuery(rows: ListRows, filter: CaptureFilter, endpointId: number | null): CaptureQuery | null {
  const facets: string[][] = []
  for (const id of [endpointId, filter.endpointId]) if (id != null) facets.push([facetWord('e', id)])
  if (filter.methods !== undefined && filter.methods.length > 0) facets.push(methodWords(rows, filter.methods))
  if (filter.status !== undefined) facets.push([facetWord('s', Number(filter.status))])
  if (filter.verdict !== undefined) facets.push([facetWord('v', verdictCode(filter.verdict))])
  if (filter.eventType !== undefined) facets.push(typeWords(rows, filter.eventType))
  if (filter.duplicates !== undefined) facets.push([facetWord('d', filter.duplicates ? 1 : 0)])
  if (filter.drift !== undefined) facets.push([facetWord('c', filter.drift ? 1 : 0)])
  if (filter.minBytes !== undefined || filter.maxBytes !== undefined) {
    facets.push(sizeWords(filter.minBytes ?? 0, filter.maxBytes ?? Number.MAX_SAFE_INTEGER))
  }
  const time = rows.idsOfTime(filter.from ?? null, filter.to ?? null)
  if (time === null || facets.some((words) => words.length === 0)) return null
  const { whole, beginning } = searchWords(filter.q)
  const rest = [...facets.map(anyOf), ...whole.map(quoted)]
  const all = beginning === null ? rest : [...rest, `${quoted(beginning)} *`]
  const isShort = beginning !== null && beginning.length <= SHORT_BEGINNING && rest.length > 0
  return {
    match: all.length === 0 ? null : all.join(' AND '),
    matchFirst: isShort ? rest.join(' AND ') : null,
    conditions: {
      from: filter.from ?? null,
      to: filter.to ?? null,
      minBytes: filter.minBytes ?? null,
      maxBytes: filter.maxBytes ?? null,
      pinned: filter.pinned ?? null,
      tag: filter.tag ?? null,
    },
    low: filter.from === undefined && filter.to === undefined ? 0 : time.low,
    high: filter.from === undefined && filter.to === undefined ? Number.MAX_SAFE_INTEGER : time.high,
  }
}

/** Ids that fit, in order, at most `limit`. */
export function findIds(
  rows: ListRows,
  query: CaptureQuery,
  bounds: Bounds,
  newestFirst: boolean,
  limit: number,
): number[] {
  const range = rangeOf(query, bounds, newestFirst, limit)
  if (range.low > range.high) return []
  const { match, conditions } = query
  if (match === null) return rows.ids(conditions, range)
  const few = fewCandidates(rows, query, range)
  if (few !== null) return few.filter((id) => rows.matches(shardOf(id), match, id)).slice(0, limit)
  const found: number[] = []
  for (const shard of shardsOf(rows, range)) {
    if (query.matchFirst !== null && !hasAny(rows, shard, query.matchFirst, range)) continue
    found.push(...rows.matching(shard, match, conditions, within(shard, { ...range, limit: limit - found.length })))
    if (found.length >= limit) break
  }
  return found
}

/** How many fit, counted up to `bound` and for `forMs`. */
export function countIds(
  rows: ListRows,
  query: CaptureQuery,
  bounds: Bounds,
  bound: number,
  forMs = COUNT_MS,
): { count: number; atLeast: boolean } {
  const range = rangeOf(query, bounds, true, bound + 1)
  const capped = (count: number) => ({ count: Math.min(count, bound), atLeast: count > bound })
  if (range.low > range.high) return capped(0)
  const { match, conditions } = query
  if (match === null) return capped(rows.count(conditions, range))
  const few = fewCandidates(rows, query, range)
  if (few !== null) return capped(few.filter((id) => rows.matches(shardOf(id), match, id)).length)
  const end = performance.now() + forMs
  let count = 0
  for (const shard of shardsOf(rows, range)) {
    if (performance.now() > end) return { count, atLeast: true }
    if (query.matchFirst !== null && !hasAny(rows, shard, query.matchFirst, range)) continue
    count += rows.countMatching(shard, match, conditions, within(shard, { ...range, limit: bound + 1 - count }))
    if (count > bound) break
  }
  return capped(count)
}

/** Ids with the tag or pin that is asked for, when they are few enough to look at each; null otherwise. */
function fewCandidates(rows: ListRows, { conditions }: CaptureQuery, range: IdRange): number[] | null {
  if (conditions.tag === null && conditions.pinned !== true) return null
  const candidates = rows.ids(conditions, { ...range, limit: FEW + 1 })
  return candidates.length > FEW ? null : candidates
}

function rangeOf(query: CaptureQuery, { above, through }: Bounds, newestFirst: boolean, limit: number): IdRange {
  return { low: Math.max(query.low, above + 1), high: Math.min(query.high, through), newestFirst, limit }
}

function shardsOf(rows: ListRows, { low, high, newestFirst }: IdRange): number[] {
  const newestFirstShards = rows.shards(shardOf(low), shardOf(high))
  return newestFirst ? newestFirstShards : newestFirstShards.toReversed()
}

function hasAny(rows: ListRows, shard: number, match: string, range: IdRange): boolean {
  return rows.matching(shard, match, anyRow, within(shard, { ...range, limit: 1 })).length > 0
}

const anyRow: RowConditions = { from: null, to: null, minBytes: null, maxBytes: null, pinned: null, tag: null }

function within(shard: number, range: IdRange): IdRange {
  const first = shard * SHARD_IDS
  return { ...range, low: Math.max(range.low, first), high: Math.min(range.high, first + SHARD_IDS - 1) }
}

function methodWords(rows: ListRows, methods: readonly string[]): string[] {
  const words = [...new Set(methods)].map((method) => rows.wordId(method))
  return words.flatMap((word) => (word === null ? [] : [facetWord('m', word)]))
}

/** '' asks for requests without an event type. */
function typeWords(rows: ListRows, eventType: string): string[] {
  const word = eventType === '' ? NO_TYPE : rows.wordId(eventType)
  return word === null ? [] : [facetWord('t', word)]
}

function sizeWords(minBytes: number, maxBytes: number): string[] {
  const last = Math.min(sizeClass(maxBytes), LAST_SIZE_CLASS)
  const words: string[] = []
  for (let size = sizeClass(minBytes); size <= last; size++) words.push(facetWord('b', size))
  return words
}

function anyOf(words: readonly string[]): string {
  return words.length === 1 ? words.map(quoted).join('') : `(${words.map(quoted).join(' OR ')})`
}

/** No word has a quotation mark in it: they consist of letters and digits. */
function quoted(word: string): string {
  return `"${word}"`
}

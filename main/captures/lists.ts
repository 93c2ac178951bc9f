import { z } from 'zod'
import type { CaptureFilter, CaptureRow, Selection } from '../../shared/contract/captures.ts'
import { notFound } from '../../shared/problems.ts'
import { firstHeader } from '../../shared/raw-headers.ts'
import { type SchemeId, schemeIds } from '../../shared/webhook-schemes.ts'
import type { EndpointBook } from '../receiver/ports.ts'
import { decodeCursor, encodeCursor } from '../store/cursor.ts'
import { type Bounds, type CaptureQuery, compileQuery, countIds, findIds } from './capture-query.ts'
import type { StoredCapture } from './capture-record.ts'
import { pathBelowSlug, quickEventOf } from './capture-text.ts'
import { verdictCodes } from './facets.ts'
import { rowFlags, SHOWN_PATH } from './index-file.ts'
import type { ListRows, ShownRow } from './list-rows.ts'

/** Requests are counted up to here, so that a list never waits for the count. */
const COUNTED = 10_000

/** Requests whose path and event id are remembered. */
const REMEMBERED = 5_000

interface PathAndEvent {
  readonly path: string
  readonly eventId: string | null
}

const cursorSchema = z.tuple([z.number().int().positive()])

export interface ListInput extends CaptureFilter {
  readonly cursor?: string | undefined
  readonly limit: number
  readonly afterId?: number | undefined
}

type FilterSelection = Extract<Selection, { readonly filter: CaptureFilter }>

export interface CaptureList {
  readonly items: CaptureRow[]
  readonly nextCursor: string | null
  readonly total: { readonly count: number; readonly atLeast: boolean }
  readonly throughId: number
}

export const emptyList: CaptureList = {
  items: [],
  nextCursor: null,
  total: { count: 0, atLeast: false },
  throughId: 0,
}

/** Lists and selections over the index; what the index leaves out is read with `stored` for the rows that are shown. */
export class Lists {
  readonly #rows: ListRows
  readonly #stored: (id: number) => StoredCapture | null
  readonly #endpoints: EndpointBook
  readonly #words = new Map<number, string>()
  /** A request never changes, and lists ask for the same newest ones again and again. */
  readonly #read = new Map<number, PathAndEvent>()

  constructor(rows: ListRows, stored: (id: number) => StoredCapture | null, endpoints: EndpointBook) {
    this.#rows = rows
    this.#stored = stored
    this.#endpoints = endpoints
  }

  /** Newest first. Throws NOT_FOUND for the slug of an endpoint that does not exist. */
  list(input: ListInput): CaptureList {
    const throughId = this.#rows.fact('through-id')
    const query = this.#compile(input)
    if (query === null) return { ...emptyList, throughId }
    const above = input.afterId ?? 0
    const before = input.cursor === undefined ? null : decodeCursor(input.cursor, cursorSchema)[0]
    const bounds = { above, through: before === null ? throughId : Math.min(throughId, before - 1) }
    const ids = findIds(this.#rows, query, bounds, true, input.limit + 1)
    const more = ids.length > input.limit
    const shown = more ? ids.slice(0, input.limit) : ids
    const last = shown.at(-1)
    const total =
      !more && before === null
        ? { count: ids.length, atLeast: false }
        : this.#total(input, query, { above, through: throughId })
    return {
      items: this.#rowsOf(shown),
      nextCursor: more && last !== undefined ? encodeCursor([last]) : null,
      total,
      throughId,
    }
  }

  /** Ids above `afterId` that are selected, oldest first. */
  selected(selection: FilterSelection, afterId: number, limit: number): number[] {
    const query = this.#compile(selection.filter)
    if (query === null) return []
    return findIds(this.#rows, query, { above: afterId, through: selection.throughId }, false, limit)
  }

  countSelected(selection: FilterSelection): number {
    const query = this.#compile(selection.filter)
    if (query === null) return 0
    return countIds(
      this.#rows,
      query,
      { above: 0, through: selection.throughId },
      Number.MAX_SAFE_INTEGER - 1,
      Number.POSITIVE_INFINITY,
    ).count
  }

  /** Null: not in the index, or not yet. */
  row(id: number): CaptureRow | null {
    return this.#rowsOf([id])[0] ?? null
  }

  /** Of one stored request, also where the index has not come to it. */
  rowOf(stored: StoredCapture): CaptureRow {
    return this.row(stored.id) ?? unindexedRow(stored, this.#slugOf(stored.endpointId))
  }

  #compile(filter: CaptureFilter): CaptureQuery | null {
    if (filter.endpoint === undefined) return compileQuery(this.#rows, filter, null)
    const endpoint = this.#endpoints.bySlug(filter.endpoint)
    if (endpoint === null) throw notFound('endpoint', filter.endpoint)
    return compileQuery(this.#rows, filter, endpoint.id)
  }

  /** Exact where it is kept anyway: all requests, and those of one endpoint. */
  #total(input: ListInput, query: CaptureQuery, bounds: Bounds) {
    const {
      cursor: _cursor,
      limit: _limit,
      afterId,
      endpoint: _endpoint,
      endpointId: _endpointId,
      q,
      ...others
    } = input
    const isPlain =
      afterId === undefined && (q ?? '').trim() === '' && Object.values(others).every((value) => value === undefined)
    if (!isPlain) return countIds(this.#rows, query, bounds, COUNTED)
    const bySlug = input.endpoint === undefined ? null : this.#endpoints.bySlug(input.endpoint)?.id
    const wanted = [bySlug, input.endpointId].filter((id) => id != null)
    const totals = this.#rows.totals().filter(({ endpointId }) => wanted.every((id) => id === endpointId))
    return { count: totals.reduce((sum, { count }) => sum + count, 0), atLeast: false }
  }

  #rowsOf(ids: readonly number[]): CaptureRow[] {
    const slugs = new Map(this.#endpoints.all().map(({ id, slug }) => [id, slug]))
    return ids.flatMap((id) => {
      const row = this.#rows.shown(id)
      const shown = row === null ? null : this.#shownRow(row, slugs.get(row.endpointId) ?? '')
      return shown === null ? [] : [shown]
    })
  }

  /** Null when the ledger does not have it any more. */
  #shownRow(row: ShownRow, slug: string): CaptureRow | null {
    const kept = row.path === null ? this.#pathAndEvent(row.id) : { path: row.path, eventId: row.eventId }
    if (kept === null) return null
    return {
      id: row.id,
      endpointId: row.endpointId,
      slug,
      at: row.at,
      method: this.#word(row.method) ?? '',
      path: kept.path,
      status: row.status,
      verdict: verdictCodes[row.verdict] ?? 'unsigned',
      scheme: schemeOf(this.#word(row.scheme)),
      eventType: this.#word(row.type),
      eventId: kept.eventId,
      contentType: this.#word(row.contentType),
      bodyBytes: row.bytes,
      duplicateOf: row.duplicateOf,
      late: (row.flags & rowFlags.late) !== 0,
      fault: this.#word(row.fault),
      refused: this.#word(row.refused),
      drift: (row.flags & rowFlags.drift) !== 0,
      imported: (row.flags & rowFlags.imported) !== 0,
      pinned: row.pinned === 1,
      tags: this.#rows.tagsOf(row.id),
      hasNote: (row.flags & rowFlags.note) !== 0,
    }
  }

  #pathAndEvent(id: number): PathAndEvent | null {
    const known = this.#read.get(id)
    if (known !== undefined) return known
    const stored = this.#stored(id)
    if (stored === null) return null
    const made = {
      path: pathBelowSlug(stored.target).slice(0, SHOWN_PATH),
      eventId: quickEventOf(stored).id,
    }
    if (this.#read.size >= REMEMBERED) this.#read.clear()
    this.#read.set(id, made)
    return made
  }

  #slugOf(endpointId: number): string {
    return this.#endpoints.all().find(({ id }) => id === endpointId)?.slug ?? ''
  }

  #word(id: number | null): string | null {
    if (id === null) return null
    const known = this.#words.get(id)
    if (known !== undefined) return known
    const text = this.#rows.word(id)
    if (this.#words.size >= 10_000) this.#words.clear()
    this.#words.set(id, text)
    return text
  }
}

/** What can be said at once of a request that the index has not come to. */
export function unindexedRow(stored: StoredCapture, slug: string): CaptureRow {
  const event = quickEventOf(stored)
  return {
    id: stored.id,
    endpointId: stored.endpointId,
    slug,
    at: stored.at,
    method: stored.method,
    path: pathBelowSlug(stored.target),
    status: stored.answer.status,
    verdict: stored.verdict.verdict,
    scheme: stored.verdict.scheme,
    eventType: event.type,
    eventId: event.id,
    contentType: firstHeader(stored.rawHeaders, 'content-type'),
    bodyBytes: stored.body.byteLength,
    duplicateOf: null,
    late: stored.answer.late,
    fault: stored.answer.fault,
    refused: stored.refused,
    drift: false,
    imported: stored.imported,
    pinned: false,
    tags: [],
    hasNote: false,
  }
}

function schemeOf(text: string | null): SchemeId | null {
  return schemeIds.find((id) => id === text) ?? null
}

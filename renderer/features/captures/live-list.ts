import type { CaptureRow } from '../../../shared/contract/captures.ts'

/** An answer of the list call. */
export interface Answer {
  readonly items: readonly CaptureRow[]
  readonly nextCursor: string | null
  readonly total: { readonly count: number; readonly atLeast: boolean }
  readonly throughId: number
}

/** Where one page of the list begins. */
export interface PageStart {
  readonly cursor: string | null
  /** Every row of the page has an id below this one; null for the first page, which has no upper bound. */
  readonly below: number | null
}

/** A list that grows at both ends: older pages below, and above what arrives while it is looked at. */
export interface LiveList {
  /** Newest first: ids fall. */
  readonly rows: readonly CaptureRow[]
  /** Arrived and held back, so that what the operator looks at stays in its place. Newest first, all above `rows`. */
  readonly waiting: readonly CaptureRow[]
  /** More arrived than one page holds: only loading the list anew shows them. */
  readonly hasOverflowed: boolean
  readonly pages: readonly PageStart[]
  /** Null at the end. */
  readonly nextCursor: string | null
  readonly total: { readonly count: number; readonly atLeast: boolean }
  /** Newest id that was looked at, whether it fits the filter or not. */
  readonly throughId: number
}

/** The list with nothing but its first page. */
export function firstPage(answer: Answer): LiveList {
  return {
    rows: answer.items,
    waiting: [],
    hasOverflowed: false,
    pages: [top],
    nextCursor: answer.nextCursor,
    total: answer.total,
    throughId: answer.throughId,
  }
}

/** With the page that `cursor` stood for at its end. An answer to another cursor than the present one changes nothing. */
export function withOlder(list: LiveList, cursor: string, answer: Answer): LiveList {
  if (list.nextCursor !== cursor) return list
  const lowest = list.rows.at(-1)?.id ?? null
  const older = lowest === null ? answer.items : answer.items.filter((row) => row.id < lowest)
  return {
    ...list,
    rows: [...list.rows, ...older],
    pages: [...list.pages, { cursor, below: lowest }],
    nextCursor: answer.nextCursor,
  }
}

/**
 * With what came after `throughId`: on top of the rows, or kept waiting when `hold` says so. Whatever is there already
 * is not taken twice. An answer with a further page leaves a hole below it, so its rows are not taken at all.
 */
export function withNewer(list: LiveList, answer: Answer, hold: boolean): LiveList {
  const throughId = Math.max(list.throughId, answer.throughId)
  if (list.hasOverflowed) return { ...list, throughId }
  if (answer.nextCursor !== null) return { ...list, throughId, hasOverflowed: true, waiting: [] }
  const newest = list.waiting[0]?.id ?? list.rows[0]?.id ?? 0
  const newer = answer.items.filter((row) => row.id > newest)
  if (newer.length === 0) return throughId === list.throughId ? list : { ...list, throughId }
  const waiting = [...newer, ...list.waiting]
  // What is held back must not grow without end while nobody looks.
  if (hold && waiting.length > MOST_WAITING) return { ...list, throughId, hasOverflowed: true, waiting: [] }
  // Neither must a list that is followed for hours: from the top it is as good when loaded anew.
  if (!hold && list.rows.length > MOST_FOLLOWED) return { ...list, throughId, hasOverflowed: true, waiting: [] }
  const held = { ...list, throughId, waiting }
  return hold ? held : withWaiting(held)
}

/** With those that waited on top. */
export function withWaiting(list: LiveList): LiveList {
  if (list.waiting.length === 0) return list
  // A number that was not counted to the end stays what it is: a lower bound.
  const count = list.total.count + (list.total.atLeast ? 0 : list.waiting.length)
  return { ...list, rows: [...list.waiting, ...list.rows], waiting: [], total: { ...list.total, count } }
}

/**
 * With a part read again, from `below` (an id; null for the top) as far down as the answer reaches: rows that are gone
 * are gone, marks and verdicts are those of now. Rows that did not change stay the same objects.
 */
export function withPartAgain(list: LiveList, below: number | null, answer: Answer): LiveList {
  // The top has no upper bound, but what is newer than the rows comes in by another door.
  const above = below ?? (list.rows[0]?.id ?? 0) + 1
  const lowest = answer.nextCursor === null ? 0 : (answer.items.at(-1)?.id ?? above)
  const known = new Map(list.rows.map((row) => [row.id, row]))
  const fresh = answer.items.filter((row) => row.id < above).map((row) => sameOr(known.get(row.id), row))
  return {
    ...list,
    rows: [...list.rows.filter((row) => row.id >= above), ...fresh, ...list.rows.filter((row) => row.id < lowest)],
    total: below === null ? answer.total : list.total,
    nextCursor: answer.nextCursor === null ? null : list.nextCursor,
  }
}

/** Without rows that were just deleted. */
export function without(list: LiveList, ids: ReadonlySet<number>): LiveList {
  const rows = list.rows.filter((row) => !ids.has(row.id))
  const waiting = list.waiting.filter((row) => !ids.has(row.id))
  const gone = list.rows.length - rows.length
  if (gone === 0 && waiting.length === list.waiting.length) return list
  return { ...list, rows, waiting, total: { ...list.total, count: Math.max(0, list.total.count - gone) } }
}

/** Where to begin reading again so that the row in place `index` of the list is covered: the page it belongs to. */
export function pageOf(list: LiveList, index: number): PageStart {
  const id = list.rows[Math.max(0, Math.min(index, list.rows.length - 1))]?.id
  const fitting = id === undefined ? undefined : list.pages.findLast((page) => page.below === null || id < page.below)
  return fitting ?? top
}

const top: PageStart = { cursor: null, below: null }

/** Rows kept waiting before the list has to be loaded anew. */
const MOST_WAITING = 2_000
/** Rows of a list that is followed at its top before it is loaded anew. */
const MOST_FOLLOWED = 5_000

/** The row as it was where nothing changed, so that what shows it need not be drawn again. */
function sameOr(before: CaptureRow | undefined, now: CaptureRow): CaptureRow {
  return before !== undefined && JSON.stringify(before) === JSON.stringify(now) ? before : now
}

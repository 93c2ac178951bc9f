import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type Answer,
  firstPage,
  type LiveList,
  pageOf,
  withNewer,
  withOlder,
  without,
  withPartAgain,
  withWaiting,
} from '../../../renderer/features/captures/live-list.ts'
import type { CaptureRow } from '../../../shared/contract/captures.ts'

const PAGE = 5

function row(id: number, note = false): CaptureRow {
  return {
    id,
    endpointId: 1,
    slug: 'shop',
    at: id,
    method: 'POST',
    path: '/',
    status: 200,
    verdict: 'valid',
    scheme: null,
    eventType: null,
    eventId: null,
    contentType: null,
    bodyBytes: 0,
    duplicateOf: null,
    late: false,
    fault: null,
    refused: null,
    drift: false,
    imported: false,
    pinned: false,
    tags: [],
    hasNote: note,
  }
}

/** A ledger of ids, answering like the list call: newest first, pages of {@link PAGE}, cursors that name an id. */
class Ledger {
  readonly kept = new Map<number, CaptureRow>()
  newest = 0

  /** The next one; some do not fit the filter and are only counted. */
  arrive(fits: boolean): void {
    this.newest += 1
    if (fits) this.kept.set(this.newest, row(this.newest))
  }

  page(cursor: string | null, afterId = 0): Answer {
    const below = cursor === null ? Number.POSITIVE_INFINITY : Number(cursor)
    const all = [...this.kept.values()].filter(({ id }) => id < below && id > afterId).sort((a, b) => b.id - a.id)
    const items = all.slice(0, PAGE)
    const last = items.at(-1)
    return {
      items,
      nextCursor: all.length > PAGE && last !== undefined ? String(last.id) : null,
      total: { count: all.length, atLeast: false },
      throughId: this.newest,
    }
  }
}

const steps = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('arrive' as const), fits: fc.array(fc.boolean(), { maxLength: 8 }) }),
    fc.record({ kind: fc.constant('tick' as const), hold: fc.boolean() }),
    fc.record({ kind: fc.constant('older' as const) }),
    fc.record({ kind: fc.constant('show' as const) }),
    fc.record({ kind: fc.constant('delete' as const), pick: fc.nat() }),
    fc.record({ kind: fc.constant('mark' as const), pick: fc.nat(), at: fc.nat() }),
  ),
  { maxLength: 60 },
)

function ids(rows: readonly CaptureRow[]): number[] {
  return rows.map(({ id }) => id)
}

/** Everything between the ends of the list is there, once, in order. */
function expectWhole(list: LiveList, ledger: Ledger): void {
  const shown = ids(list.rows)
  const [top] = shown
  const bottom = list.nextCursor === null ? 0 : (shown.at(-1) ?? 0)
  const expected = [...ledger.kept.keys()].filter((id) => id >= bottom && id <= (top ?? 0)).sort((a, b) => b - a)
  expect(shown).toEqual(expected)
  const waiting = ids(list.waiting)
  expect(waiting.every((id) => id > (top ?? 0))).toBe(true)
  expect(waiting).toEqual([...waiting].sort((a, b) => b - a))
}

describe('the list of captured requests while more of them arrive', () => {
  it('never has a hole, a double or a wrong order, whatever comes in which order', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const ledger = new Ledger()
        for (let count = 0; count < 12; count += 1) ledger.arrive(true)
        let list = firstPage(ledger.page(null))
        for (const step of all) {
          if (step.kind === 'arrive') for (const fits of step.fits) ledger.arrive(fits)
          else if (step.kind === 'tick') list = withNewer(list, ledger.page(null, list.throughId), step.hold)
          else if (step.kind === 'show') list = list.hasOverflowed ? firstPage(ledger.page(null)) : withWaiting(list)
          else if (step.kind === 'older') {
            const cursor = list.nextCursor
            if (cursor !== null) list = withOlder(list, cursor, ledger.page(cursor))
          } else if (step.kind === 'delete') {
            const gone = new Set(ids(list.rows).slice(step.pick % 7, (step.pick % 7) + 2))
            for (const id of gone) ledger.kept.delete(id)
            list = without(list, gone)
          } else {
            const marked = list.rows[step.pick % Math.max(1, list.rows.length)]
            if (marked !== undefined) ledger.kept.set(marked.id, row(marked.id, true))
            const start = pageOf(list, step.at % Math.max(1, list.rows.length))
            list = withPartAgain(list, start.below, ledger.page(start.cursor))
          }
          expectWhole(list, ledger)
        }
      }),
      { numRuns: 300 },
    )
  })

  it('holds back what arrives while the operator looks elsewhere, and shows it when asked', () => {
    const ledger = new Ledger()
    for (let count = 0; count < 3; count += 1) ledger.arrive(true)
    const first = firstPage(ledger.page(null))
    ledger.arrive(true)
    ledger.arrive(true)
    const held = withNewer(first, ledger.page(null, first.throughId), true)
    expect(held.rows).toBe(first.rows)
    expect(ids(held.waiting)).toEqual([5, 4])
    const shown = withWaiting(held)
    expect(ids(shown.rows)).toEqual([5, 4, 3, 2, 1])
    expect(shown.total.count).toBe(5)
  })

  it('takes nothing twice when an answer comes late or again', () => {
    const ledger = new Ledger()
    for (let count = 0; count < 8; count += 1) ledger.arrive(true)
    const first = firstPage(ledger.page(null))
    ledger.arrive(true)
    const late = ledger.page(null, first.throughId)
    ledger.arrive(true)
    const list = withNewer(first, ledger.page(null, first.throughId), false)
    expect(ids(withNewer(list, late, false).rows)).toEqual([10, 9, 8, 7, 6, 5, 4])
    const older = ledger.page('4')
    const whole = withOlder(list, '4', older)
    expect(ids(whole.rows)).toEqual([10, 9, 8, 7, 6, 5, 4, 3, 2, 1])
    expect(withOlder(whole, '4', older)).toBe(whole)
  })

  it('asks to be loaded anew when more arrived than one page tells', () => {
    const ledger = new Ledger()
    ledger.arrive(true)
    const first = firstPage(ledger.page(null))
    for (let count = 0; count <= PAGE; count += 1) ledger.arrive(true)
    const missed = withNewer(first, ledger.page(null, first.throughId), false)
    expect(missed.hasOverflowed).toBe(true)
    expect(ids(missed.rows)).toEqual([1])
  })

  it('finds marks and deletions of others by reading the part in view again, and keeps rows that did not change', () => {
    const ledger = new Ledger()
    for (let count = 0; count < 9; count += 1) ledger.arrive(true)
    const first = firstPage(ledger.page(null))
    const list = withOlder(first, '5', ledger.page('5'))
    ledger.kept.set(3, row(3, true))
    ledger.kept.delete(2)
    const start = pageOf(list, 6)
    expect(start).toEqual({ cursor: '5', below: 5 })
    const again = withPartAgain(list, start.below, ledger.page(start.cursor))
    expect(ids(again.rows)).toEqual([9, 8, 7, 6, 5, 4, 3, 1])
    expect(again.rows[6]?.hasNote).toBe(true)
    expect(again.rows[5]).toBe(list.rows[5])
  })
})

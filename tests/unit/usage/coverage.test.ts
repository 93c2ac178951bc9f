import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type CoveredSpan, cover, coverageOf, firstUnsettled } from '../../../main/usage/coverage.ts'

const DAY = 86_400_000

describe('coverage', () => {
  it('knows open, closed and settled days apart', () => {
    const spans = cover([], { from: 90, to: 101, readAt: 100 * DAY + 5, complete: true })
    expect(spans).toEqual([
      { from: 90, to: 97, level: 'settled' },
      { from: 97, to: 100, level: 'closed' },
      { from: 100, to: 101, level: 'open' },
    ])
    expect(firstUnsettled(spans, 92, 101)).toBe(97)
    expect(firstUnsettled(spans, 80, 101)).toBe(80)
    expect(cover([], { from: 90, to: 101, readAt: 100 * DAY, complete: false })[0]).toEqual({
      from: 90,
      to: 100,
      level: 'closed',
    })
  })

  it('says of every day what the last read that reached it found', () => {
    const read = fc.record({
      from: fc.integer({ min: 50, max: 99 }),
      length: fc.integer({ min: 1, max: 40 }),
      gap: fc.nat(9),
    })
    fc.assert(
      fc.property(fc.array(read, { maxLength: 6 }), (reads) => {
        let spans: readonly CoveredSpan[] = []
        const expected = new Map<number, string>()
        let today = 90
        for (const { from, length, gap } of reads) {
          today += gap
          const to = Math.min(from + length, today + 1)
          if (to <= from) continue
          spans = cover(spans, { from, to, readAt: today * DAY, complete: true })
          for (let day = from; day < to; day += 1) {
            expected.set(day, day >= today ? 'open' : day >= today - 3 ? 'closed' : 'settled')
          }
        }
        const found = new Map<number, string>()
        for (const { from, to, level } of spans) {
          for (let day = from; day < to; day += 1) {
            expect(found.has(day)).toBe(false)
            found.set(day, level)
          }
        }
        expect([...found].sort()).toEqual([...expected].sort())
      }),
    )
  })

  it('of several sources is complete only where each that has begun is complete', () => {
    const days = [10, 11, 12, 13, 14]
    const first: CoveredSpan[] = [
      { from: 10, to: 14, level: 'settled' },
      { from: 14, to: 15, level: 'open' },
    ]
    const none = days.map(() => false)
    expect(coverageOf(days, [first], none)).toEqual(['complete', 'complete', 'complete', 'complete', 'partial'])
    expect(coverageOf(days, [first, [{ from: 11, to: 12, level: 'closed' }]], none)).toEqual([
      'complete',
      'complete',
      'partial',
      'partial',
      'partial',
    ])
    expect(coverageOf(days, [], [false, true, false, false, false])).toEqual([
      'missing',
      'partial',
      'missing',
      'missing',
      'missing',
    ])
  })
})

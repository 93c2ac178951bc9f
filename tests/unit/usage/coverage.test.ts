import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type CoveredSpan, cover, coverageOf, daysRead, firstUnsettled } from '../../../main/usage/coverage.ts'

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

  it('keeps days open that only some reports have given', () => {
    const [span] = cover([], { from: 90, to: 95, readAt: 100 * DAY, complete: true, isPartial: true })
    expect(span).toEqual({ from: 90, to: 95, level: 'open' })
  })

  it('tells days every report has given from those only some have', () => {
    const chain = (report: string, from: number, to: number, answered: number[]) => ({
      report,
      speaksFor: { from: from * DAY, to: to * DAY },
      answered: new Set(answered),
    })
    expect(
      daysRead(
        [
          chain('usage', 10, 13, [10, 11, 12]),
          chain('usage', 13, 16, [13, 14]),
          chain('costs', 11, 16, [11, 12]),
          chain('costs', 15, 16, []),
        ],
        { from: 10, to: 16 },
      ),
    ).toEqual({ whole: [{ from: 10, to: 13 }], part: [{ from: 13, to: 15 }] })
  })

  it('of several sources is complete only where each that has to know the day is complete', () => {
    const days = [10, 11, 12, 13, 14]
    const first: CoveredSpan[] = [
      { from: 10, to: 14, level: 'settled' },
      { from: 14, to: 15, level: 'open' },
    ]
    const second: CoveredSpan[] = [{ from: 11, to: 12, level: 'closed' }]
    const none = days.map(() => false)
    const always = Number.NEGATIVE_INFINITY
    const of = (...sources: [CoveredSpan[], number | null][]) =>
      coverageOf(
        days,
        sources.map(([spans, expectedFrom]) => ({ spans, expectedFrom })),
        none,
      )
    const [complete, partial, missing] = ['complete', 'partial', 'missing']
    expect(of([first, always])).toEqual([complete, complete, complete, complete, partial])
    expect(of([first, always], [second, always])).toEqual([partial, complete, partial, partial, partial])
    expect(of([first, always], [second, 12])).toEqual([complete, complete, partial, partial, partial])
    expect(of([first, always], [second, null])).toEqual([complete, complete, complete, complete, partial])
    expect(of([first, always], [[], always])).toEqual([partial, partial, partial, partial, partial])
    expect(of([second, null])).toEqual([missing, complete, missing, missing, missing])
    expect(coverageOf(days, [], [false, true, false, false, false])).toEqual([
      missing,
      partial,
      missing,
      missing,
      missing,
    ])
  })
})

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  callFilter,
  countFurther,
  isNarrowed,
  type ListFilter,
  noFilter,
  readFilter,
  spanNames,
  verdicts,
  writeFilter,
} from '../../../renderer/features/captures/capture-filter.ts'
import { hasHidden, visibleLine, visibleText } from '../../../renderer/ui/visible-text.ts'
import { captureFilterSchema } from '../../../shared/contract/captures.ts'

const orNull = <T>(values: fc.Arbitrary<T>) => fc.option(values, { nil: null })
const size = fc.nat({ max: Number.MAX_SAFE_INTEGER })
const text = (maxLength: number) =>
  fc.string({ unit: 'grapheme', maxLength }).filter((word) => word.length <= maxLength)
const filters: fc.Arbitrary<ListFilter> = fc
  .record({
    endpointId: orNull(fc.integer({ min: 1 })),
    query: text(200),
    method: orNull(fc.constantFrom('GET', 'POST', 'PURGE')),
    status: orNull(fc.constantFrom('2', '40', '503')),
    verdict: orNull(fc.constantFrom(...verdicts)),
    eventType: orNull(text(300)),
    span: orNull(fc.constantFrom(...spanNames)),
    from: orNull(size),
    to: orNull(size),
    minBytes: orNull(size),
    maxBytes: orNull(size),
    pinned: fc.boolean(),
    tag: orNull(fc.constantFrom('checkout', 'zu prüfen', 'a&b=c')),
    duplicates: fc.boolean(),
    drift: fc.boolean(),
  })
  .map((filter) => (filter.span === null ? filter : { ...filter, from: null, to: null }))

describe('the filter of captured requests', () => {
  it('comes back from the address as it was put there', () => {
    fc.assert(
      fc.property(filters, (filter) => {
        expect(readFilter(new URLSearchParams(writeFilter(filter)))).toEqual(filter)
      }),
    )
  })

  it('is always a filter that the list call takes, whatever stands in the address', () => {
    const names = ['endpoint', 'q', 'method', 'status', 'verdict', 'type', 'span', 'from', 'to', 'min', 'max', 'tag']
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...names), fc.oneof(fc.string(), size.map(String))), (query) => {
        const filter = callFilter(readFilter(new URLSearchParams(query)), 10 ** 12)
        expect(captureFilterSchema.safeParse(filter).error?.issues ?? []).toEqual([])
      }),
    )
  })

  it('counts a range that ends now from the present time', () => {
    expect(callFilter({ ...noFilter, span: '1h' }, 10_000_000)).toEqual({ from: 6_400_000 })
  })

  it('lets a range that ends now stand for itself', () => {
    expect(readFilter(new URLSearchParams('span=1h&from=5&to=6'))).toEqual({ ...noFilter, span: '1h' })
  })

  it('is no filter when nothing is chosen', () => {
    expect(writeFilter(noFilter)).toBe('')
    expect(isNarrowed(noFilter)).toBe(false)
    expect(isNarrowed({ ...noFilter, eventType: '' })).toBe(true)
    expect(countFurther({ ...noFilter, from: 1, to: 2, minBytes: 3, pinned: true, query: 'x' })).toBe(3)
  })
})

describe('text of strangers', () => {
  it('shows what is hidden or turns the direction, and leaves the rest alone', () => {
    expect(visibleLine(`/a${'\u202e'}gpj.exe${'\u0000'}\r\nX: y`)).toBe('/a‹202E›gpj.exe‹00›‹0D›‹0A›X: y')
    expect(visibleText('a\r\nb\rc\td\u200b')).toBe('a\r\nb‹0D›c\td‹200B›')
    expect(visibleLine('/zürich/日本/👍🏽')).toBe('/zürich/日本/👍🏽')
    expect(visibleLine('\ud800x')).toBe('‹D800›x')
    expect([hasHidden('plain'), hasHidden('a\u200fb'), hasHidden('a\u200fb')]).toEqual([false, true, true])
  })

  it('leaves nothing of the kind on a line, whatever comes', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 0x10_ff_ff })), (codes) => {
        const line = visibleLine(String.fromCodePoint(...codes))
        expect(hasHidden(line) || /\p{Bidi_Control}/u.test(line) || /[\t\r\n]/.test(line)).toBe(false)
      }),
    )
  })
})

import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { NewCapture } from '../../main/captures/capture-record.ts'
import type { ListInput } from '../../main/captures/lists.ts'
import { type CaptureFilter, type CaptureRow, captures as contract } from '../../shared/contract/captures.ts'
import { type CaptureDesk, openDesk } from '../support/capture-desk.ts'
import { plainCapture } from '../support/fill-captures.ts'

const START = 1_700_000_000_000
const vocabulary = ['alpha', 'beta', 'gamma', 'delta', 'alphabet', 'gam', 'x1', '12345']
const methods = ['POST', 'PUT', 'DELETE', 'GET']
const statuses = [200, 201, 204, 400, 404, 500, null]
const verdicts = ['valid', 'invalid', 'unsigned', 'no-secret', 'pending'] as const
const types = ['order.made', 'order.paid', 'refund', null]

/** Made from a seed, so that a failure can be made again. */
function* requests(seed: number, count: number): Generator<NewCapture> {
  let state = seed
  const dice = (sides: number) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    return Math.floor((state / 2 ** 32) * sides)
  }
  const pick = <T>(list: readonly T[]): T => list[dice(list.length)] as T
  for (let n = 0; n < count; n++) {
    const type = pick(types)
    const words = Array.from({ length: dice(5) }, () => pick(vocabulary))
    const event = { ...(type === null ? {} : { type }), ...(dice(3) === 0 ? {} : { id: `e${dice(150)}` }) }
    const body = JSON.stringify({ ...event, words, pad: '.'.repeat(dice(4) === 0 ? 40_000 : dice(300)) })
    const status = pick(statuses)
    const base = plainCapture(body)
    yield {
      ...base,
      endpointId: 1 + dice(3),
      // The clock is set back now and then.
      at: START + n * 1_000 - (dice(20) === 0 ? 500_000 : 0),
      method: pick(methods),
      target: `/h/payments/${pick(vocabulary)}?n=${n}`,
      verdict: { ...base.verdict, verdict: pick(verdicts) },
      answer: { ...base.answer, status, late: dice(10) === 0 },
    }
  }
}

let desk: CaptureDesk
let all: CaptureRow[]
const texts = new Map<number, string>()

beforeAll(async () => {
  desk = openDesk()
  const made = [...requests(7, 1_500)]
  const ids = await desk.add(made)
  for (const [at, id] of ids.entries()) {
    const capture = made[at]
    if (capture !== undefined) texts.set(id, searchedText(capture))
  }
  await desk.captures.mark({ selection: { ids: ids.filter((id) => id % 17 === 0) }, pinned: true, addTags: ['red'] })
  await desk.captures.mark({ selection: { ids: ids.filter((id) => id % 51 === 0) }, addTags: ['blue', 'big one'] })
  await desk.captures.delete({ source: 'app' }, { ids: ids.filter((id) => id % 13 === 0) })
  all = everything()
}, 60_000)

afterAll(() => desk.close())

function searchedText({ method, target, rawHeaders, body }: NewCapture): string {
  return [method, target, ...rawHeaders, Buffer.from(body).toString()].join(' ').toLowerCase()
}

function everything(filter: Partial<ListInput> = {}): CaptureRow[] {
  const rows: CaptureRow[] = []
  let cursor: string | undefined
  do {
    const page = desk.captures.list({ limit: 200, ...filter, cursor })
    rows.push(...page.items)
    cursor = page.nextCursor ?? undefined
  } while (cursor !== undefined)
  return rows
}

function fits(row: CaptureRow, filter: CaptureFilter): boolean {
  const slugs = ['', 'payments', 'orders', 'other']
  return [
    filter.endpointId === undefined || row.endpointId === filter.endpointId,
    filter.endpoint === undefined || slugs[row.endpointId] === filter.endpoint,
    filter.methods === undefined || filter.methods.length === 0 || filter.methods.includes(row.method),
    filter.status === undefined || (row.status !== null && String(row.status).startsWith(filter.status)),
    filter.verdict === undefined || row.verdict === filter.verdict,
    filter.eventType === undefined || (row.eventType ?? '') === filter.eventType,
    filter.from === undefined || row.at >= filter.from,
    filter.to === undefined || row.at <= filter.to,
    filter.minBytes === undefined || row.bodyBytes >= filter.minBytes,
    filter.maxBytes === undefined || row.bodyBytes <= filter.maxBytes,
    filter.pinned === undefined || row.pinned === filter.pinned,
    filter.tag === undefined || row.tags.includes(filter.tag),
    filter.duplicates === undefined || (row.duplicateOf !== null) === filter.duplicates,
    filter.drift === undefined || row.drift === filter.drift,
    filter.q === undefined || hasWords(texts.get(row.id) ?? '', filter.q),
  ].every((isMet) => isMet)
}

function hasWords(text: string, query: string): boolean {
  const split = (from: string) =>
    from
      .toLowerCase()
      .split(/[^a-z0-9]+/)
      .filter((word) => word !== '')
  const asked = split(query)
  const there = split(text).map((word) => word.slice(0, 16))
  const last = asked.pop()
  return (
    asked.every((word) => there.includes(word)) && (last === undefined || there.some((word) => word.startsWith(last)))
  )
}

const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined, freq: 2 })
const filters: fc.Arbitrary<CaptureFilter> = fc.record({
  endpointId: maybe(fc.integer({ min: 1, max: 4 })),
  endpoint: maybe(fc.constantFrom('payments', 'orders', 'other')),
  methods: maybe(fc.subarray(['POST', 'PUT', 'DELETE', 'PATCH'])),
  status: maybe(fc.constantFrom('2', '20', '204', '4', '404', '5', '3')),
  verdict: maybe(fc.constantFrom(...verdicts)),
  eventType: maybe(fc.constantFrom('order.made', 'refund', 'nothing', '')),
  from: maybe(fc.integer({ min: START - 600_000, max: START + 1_500_000 })),
  to: maybe(fc.integer({ min: START - 600_000, max: START + 1_500_000 })),
  minBytes: maybe(fc.constantFrom(0, 1, 60, 128, 300, 40_000, 50_000)),
  maxBytes: maybe(fc.constantFrom(0, 63, 64, 127, 250, 40_050)),
  pinned: maybe(fc.boolean()),
  tag: maybe(fc.constantFrom('red', 'blue', 'big one', 'none')),
  duplicates: maybe(fc.boolean()),
  drift: maybe(fc.boolean()),
  q: maybe(
    fc
      .array(fc.constantFrom(...vocabulary, 'post', 'al', 'g', 'json', 'n', '7'), { maxLength: 3 })
      .map((words) => words.join(' ')),
  ),
})

/** Most filters leave most fields out, or next to nothing would ever fit. */
const sparse = fc.tuple(filters, fc.uniqueArray(fc.nat(14), { minLength: 1, maxLength: 4 })).map(([filter, kept]) => {
  const entries = Object.entries(filter).filter(([, value], at) => value !== undefined && kept.includes(at))
  return Object.fromEntries(entries) as CaptureFilter
})

describe('lists of captured requests', () => {
  test('everything that is there, newest first, without what was deleted', () => {
    expect(all.map(({ id }) => id)).toEqual([...texts.keys()].filter((id) => id % 13 !== 0).toReversed())
    expect(desk.captures.list({ limit: 10 }).total).toEqual({ count: all.length, atLeast: false })
    expect(desk.captures.tags()).toEqual(['big one', 'blue', 'red'])
    expect(all.filter(({ duplicateOf }) => duplicateOf !== null).length).toBeGreaterThan(100)
  })

  test('every page is of the form that the contract says', () => {
    const page = desk.captures.list({ limit: 200 })
    expect(contract.list['~orpc'].outputSchema).toBeDefined()
    expect(all.every(({ path }) => path.startsWith('/') && path.includes('?n='))).toBe(true)
    expect(page.throughId).toBe(1_500)
  })

  test('every mix of filters and words finds what looking at each request finds', () => {
    fc.assert(
      fc.property(sparse, (filter) => {
        const expected = all.filter((row) => fits(row, filter)).map(({ id }) => id)
        const page = desk.captures.list({ ...filter, limit: 200 })
        expect(page.items.map(({ id }) => id)).toEqual(expected.slice(0, 200))
        // On a busy machine counting may be given up, which it says.
        if (page.total.atLeast) expect(page.total.count).toBeLessThan(expected.length)
        else expect(page.total.count).toBe(expected.length)
        const selection = { filter, throughId: 1_500 }
        expect(desk.captures.countSelected(selection)).toBe(expected.length)
        expect(desk.captures.selected(selection, 0, 2_000)).toEqual(expected.toReversed())
      }),
      { numRuns: 400 },
    )
  })

  test('pages follow each other without a gap, whatever the filter', () => {
    fc.assert(
      fc.property(sparse, fc.integer({ min: 1, max: 70 }), (filter, limit) => {
        const expected = all.filter((row) => fits(row, filter)).map(({ id }) => id)
        expect(everything({ ...filter, limit }).map(({ id }) => id)).toEqual(expected)
      }),
      { numRuns: 40 },
    )
  })

  test('a live list asks only for what it lacks', () => {
    const page = desk.captures.list({ afterId: 1_400, limit: 50 })
    const newer = all.filter(({ id }) => id > 1_400)
    expect(page.items).toEqual(newer.slice(0, 50))
    expect(page.total).toEqual({ count: newer.length, atLeast: false })
    const rest = desk.captures.list({ afterId: 1_400, limit: 200, cursor: page.nextCursor ?? undefined })
    expect(rest.items).toEqual(newer.slice(50))
    expect(desk.captures.list({ afterId: 1_500, limit: 50 }).items).toEqual([])
  })

  test('nothing in a query is syntax', () => {
    for (const q of [
      '"',
      'a" OR "b',
      'NEAR(a b)',
      'text : x',
      '* ^ - + ( )',
      "'; DROP TABLE requests; --",
      '\ue000e1',
      '\0',
    ]) {
      expect(() => desk.captures.list({ q, limit: 5 })).not.toThrow()
    }
    expect(desk.captures.list({ q: ' -"()* ', limit: 200 }).total.count).toBe(all.length)
  })

  test('an endpoint nobody made is a problem, not an empty list', () => {
    expect(() => desk.captures.list({ endpoint: 'nobody', limit: 5 })).toThrow('There is no endpoint')
    expect(() => desk.captures.list({ cursor: 'nonsense', limit: 5 })).toThrow('not a position')
  })

  test('a selection by filter ends at the newest request of when it was asked', () => {
    expect(desk.captures.selected({ filter: {}, throughId: 100 }, 90, 50)).toEqual([
      92, 93, 94, 95, 96, 97, 98, 99, 100,
    ])
    expect(desk.captures.selected({ ids: [9, 3, 9, 5] }, 3, 10)).toEqual([5, 9])
    expect(desk.captures.countSelected({ ids: [9, 3, 9] })).toBe(2)
  })
})

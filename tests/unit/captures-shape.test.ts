import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Shape, storedShapeSchema } from '../../main/captures/index-thread/shape.ts'

function taught(...bodies: unknown[]): { shape: Shape; next: (body: unknown) => ReturnType<Shape['learn']> } {
  const shape = new Shape()
  let id = 0
  const next = (body: unknown) => {
    id += 1
    return shape.learn(body, id)
  }
  for (const body of bodies) next(body)
  return { shape, next }
}

const paid = { id: 'evt_1', data: { amount: 5, items: [{ sku: 'a' }] } }

describe('the learned shape of an event type', () => {
  test('the first three requests only teach', () => {
    const { next } = taught()
    expect(next({ a: 1 })).toEqual([])
    expect(next({ b: 1 })).toEqual([])
    expect(next({ a: 'x' })).toEqual([])
    expect(next({ c: 1 })).toEqual([{ path: 'c', change: 'new', detail: 'No request before had it.' }])
  })

  test('a new field, a missing one and another type are told once', () => {
    const { next } = taught(paid, paid, paid)
    expect(next({ id: 'evt_2', data: { amount: '5', items: [], note: 'x' } })).toEqual([
      { path: 'data.amount', change: 'type', detail: 'It was number, now it is string.' },
      { path: 'data.note', change: 'new', detail: 'No request before had it.' },
    ])
    expect(next({ id: 'evt_3', data: { amount: '5', items: [], note: 'x' } })).toEqual([])
    expect(next({ data: { amount: 5, items: [] } })).toEqual([
      { path: 'id', change: 'missing', detail: 'It was string in every request before.' },
    ])
    expect(next({ data: { amount: 5, items: [] } })).toEqual([])
  })

  test('what is below a new or missing object is not told as well', () => {
    const { next } = taught(paid, paid, paid)
    expect(next({ id: 'evt_2', more: { deep: { deeper: 1 } } }).map(({ path, change }) => [path, change])).toEqual([
      ['more', 'new'],
      ['data', 'missing'],
    ])
  })

  test('elements of lists are learned together and are never missing', () => {
    const { shape, next } = taught(paid, paid, paid)
    expect(next({ id: 'e', data: { amount: 1, items: [] } })).toEqual([])
    expect(next({ id: 'e', data: { amount: 1, items: [{ sku: 1 }, { sku: 'b', size: 2 }] } })).toEqual([
      { path: 'data.items[].sku', change: 'type', detail: 'It was string, now it is number.' },
      { path: 'data.items[].size', change: 'new', detail: 'No request before had it.' },
    ])
    expect(shape.fields().find(({ path }) => path === 'data.items[].sku')).toEqual({
      path: 'data.items[].sku',
      types: ['string', 'number'],
      seen: 4,
      firstId: 1,
      lastId: 5,
    })
  })

  test('an acknowledged shape is the normal one: what is not in it is new when it comes back', () => {
    const { shape, next } = taught({ a: 1, b: 1 }, { a: 1, b: 1 }, { a: 1, b: 1 })
    expect(next({ a: 'x' }).map(({ change }) => change)).toEqual(['type', 'missing'])
    shape.acknowledge()
    expect(shape.fields().map(({ path, types }) => [path, types])).toEqual([['a', ['string']]])
    expect(next({ a: 'y' })).toEqual([])
    expect(next({ a: 2, b: 1 }).map(({ path, change }) => [path, change])).toEqual([
      ['a', 'type'],
      ['b', 'new'],
    ])
  })

  test('keys that are no plain words are quoted, also those of the language itself', () => {
    const { shape } = taught(JSON.parse('{"a.b":1,"":2,"x y":{"[]":3},"__proto__":{"constructor":4}}'))
    expect(shape.fields().map(({ path }) => path)).toEqual([
      '["a.b"]',
      '[""]',
      '["x y"]',
      '["x y"]["[]"]',
      '__proto__',
      '__proto__.constructor',
    ])
  })

  test('deep, wide and long bodies are cut and say so', () => {
    const deep = JSON.parse(`${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`)
    const wide = Object.fromEntries(Array.from({ length: 5_000 }, (_, n) => [`k${n}`, n]))
    for (const body of [deep, wide, { ['x'.repeat(201)]: 1 }, Array.from({ length: 1_001 }, () => 1)]) {
      const { shape } = taught(body)
      expect(shape.cut).toBe(true)
      expect(shape.fields().length).toBeLessThanOrEqual(1_000)
    }
    expect(taught(deep).shape.fields()).toHaveLength(64)
    expect(taught(paid).shape.cut).toBe(false)
  })

  test('kept and read back it goes on as if nothing had happened', () => {
    fc.assert(
      fc.property(
        fc.array(fc.jsonValue({ maxDepth: 4 }), { minLength: 1, maxLength: 12 }),
        fc.nat(11),
        (bodies, at) => {
          const whole = new Shape()
          let kept = new Shape()
          for (const [place, body] of bodies.entries()) {
            if (place === at) kept = Shape.from(storedShapeSchema.parse(JSON.parse(JSON.stringify(kept.toStored()))))
            expect(kept.learn(body, place + 1)).toEqual(whole.learn(body, place + 1))
          }
          expect(kept.toStored()).toEqual(whole.toStored())
        },
      ),
      { numRuns: 200 },
    )
  })

  test('what is told agrees with a plain comparison of paths', () => {
    const field = fc.constantFrom('a', 'b', 'c', 'd')
    const value = fc.oneof(fc.constant(1), fc.constant('x'), fc.constant(null), fc.constant(true))
    const body = fc.dictionary(field, value)
    fc.assert(
      fc.property(fc.array(body, { minLength: 4, maxLength: 10 }), (bodies) => {
        const { next } = taught()
        for (const [at, one] of bodies.entries()) {
          const before = bodies.slice(0, at)
          const told = next(one).map(({ path, change }) => `${change} ${path}`)
          const expected = at < 3 ? [] : changesOf(before, one)
          expect(told.toSorted()).toEqual(expected.toSorted())
        }
      }),
      { numRuns: 300 },
    )
  })
})

function changesOf(before: readonly Record<string, unknown>[], now: Record<string, unknown>): string[] {
  const typeOf = (value: unknown) => (value === null ? 'null' : typeof value)
  const had = (path: string) => before.filter((body) => Object.hasOwn(body, path))
  return ['a', 'b', 'c', 'd'].flatMap((path) => {
    const types = new Set(had(path).map((body) => typeOf(body[path])))
    if (!Object.hasOwn(now, path)) return had(path).length === before.length ? [`missing ${path}`] : []
    if (types.size === 0) return [`new ${path}`]
    return types.has(typeOf(now[path])) ? [] : [`type ${path}`]
  })
}

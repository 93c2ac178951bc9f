import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { StoredCapture } from '../../main/captures/capture-record.ts'
import { diffCaptures } from '../../main/captures/diff/diff.ts'
import { type Diff, diffSchema } from '../../shared/contract/captures.ts'
import { receiverLimits } from '../../shared/limits.ts'
import { captureRow, storedCapture } from './captures-exports-samples.ts'

function diff(left: Partial<StoredCapture>, right: Partial<StoredCapture>): Diff {
  const side = (fields: Partial<StoredCapture>) => {
    const stored = storedCapture(fields)
    return { stored, row: captureRow(stored) }
  }
  return diffCaptures(side(left), side(right))
}

function bodies(left: string | Uint8Array, right: string | Uint8Array): Diff {
  return diff({ body: Buffer.from(left) }, { body: Buffer.from(right) })
}

describe('bodies of JSON', () => {
  it('are compared by path, values as they stand in the text', () => {
    const left = '{"id":1,"amount":1.0,"items":[{"sku":"a"},{"sku":"b"}],"gone":[1, 2],"same":{"x":null}}'
    const right = '{"same":{"x":null},"items":[{"sku":"a"},{"sku":"c"},3],"amount":1,"id":1,"odd name":1e400}'
    expect(bodies(left, right).json).toEqual([
      { path: '$.amount', kind: 'changed', left: '1.0', right: '1' },
      { path: '$.items[1].sku', kind: 'changed', left: '"b"', right: '"c"' },
      { path: '$.items[2]', kind: 'added', left: null, right: '3' },
      { path: '$.gone', kind: 'removed', left: '[1, 2]', right: null },
      { path: '$["odd name"]', kind: 'added', left: null, right: '1e400' },
    ])
  })

  it('with the same field twice, prototype names and another kind of value', () => {
    expect(bodies('{"a":1,"a":2,"__proto__":{"b":1}}', '{"a":1,"a":3,"__proto__":[]}').json).toEqual([
      { path: '$.a#2', kind: 'changed', left: '2', right: '3' },
      { path: '$.__proto__', kind: 'changed', left: '{"b":1}', right: '[]' },
    ])
    expect(bodies('[]', '"x"').json).toEqual([{ path: '$', kind: 'changed', left: '[]', right: '"x"' }])
    expect(bodies('{"\\u0061":1}', '{"a":1}').json).toEqual([])
  })

  it('find nothing between a text and itself laid out differently, whatever it is', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        const found = bodies(text, ` ${text}\n`)
        expect(found).toMatchObject({ json: [], bytes: { equal: false }, cut: false })
        expect(found.text?.every((line) => line.kind === 'same')).toBe(true)
      }),
    )
  })

  it('are bounded: many changes, long values, deep levels', () => {
    const numbers = (from: number) => JSON.stringify(Array.from({ length: 150_000 }, (_, at) => from + at))
    expect(bodies(numbers(0), numbers(1))).toMatchObject({ json: { length: 500 }, text: null, cut: true })
    const long = bodies(`["${'x'.repeat(5_000)}"]`, '[""]')
    expect(long.json?.[0]?.left).toHaveLength(2_001)
    expect(long.cut).toBe(true)
    const deep = (inner: string) => `${'['.repeat(10_000)}${inner}${']'.repeat(10_000)}`
    const change = bodies(deep('1'), deep('2')).json?.[0]
    expect(change).toMatchObject({ kind: 'changed', left: '1', right: '2' })
    expect(change?.path).toMatch(/^…(\[0\])+$/)
    const huge = new Uint8Array(receiverLimits.maxBody).fill(0x31)
    expect(diff({ body: huge }, { body: huge })).toMatchObject({ json: null, cut: true, bytes: { equal: true } })
  })

  it('are unpacked first, bytes are compared as they came', () => {
    const rawHeaders = ['Content-Encoding', 'gzip']
    const left = { rawHeaders, body: new Uint8Array(gzipSync('{"a":1}')) }
    expect(diff(left, { body: Buffer.from('{"a":2}') })).toMatchObject({
      json: [{ path: '$.a', left: '1', right: '2' }],
      bytes: { equal: false, leftBytes: left.body.length, rightBytes: 7, firstDifference: 0 },
    })
  })
})

describe('headers', () => {
  it('are compared without case, repeated ones by position', () => {
    const found = diff(
      { rawHeaders: ['Host', 'a', 'X-Id', '1', 'x-id', '2', 'Old', 'x'] },
      { rawHeaders: ['host', 'a', 'X-Id', '1', 'X-ID', '3', 'X-Id', '4', 'New', ''], rawTrailers: ['Sum', '9'] },
    )
    expect(found.headers).toEqual([
      { path: 'x-id (2)', kind: 'changed', left: '2', right: '3' },
      { path: 'Old', kind: 'removed', left: 'x', right: null },
      { path: 'X-Id (3)', kind: 'added', left: null, right: '4' },
      { path: 'New', kind: 'added', left: null, right: '' },
      { path: 'Sum (trailer)', kind: 'added', left: null, right: '9' },
    ])
    expect(found.request).toEqual([{ what: 'Spelling of header names', left: 'Host, x-id', right: 'host, X-ID' }])
  })

  it('in another order are said to be', () => {
    const found = diff({ rawHeaders: ['A', '1', 'B', '2', 'C', '3'] }, { rawHeaders: ['B', '2', 'A', '1'] })
    expect(found.headers).toEqual([{ path: 'C', kind: 'removed', left: '3', right: null }])
    expect(found.request).toEqual([{ what: 'Order of headers', left: 'A, B', right: 'B, A' }])
  })
})

it('names what else is different', () => {
  const found = diff(
    { method: 'POST', target: `/h/shop/${'a'.repeat(3_000)}` },
    { method: 'PUT', target: `/h/shop/${'a'.repeat(3_000)}b`, publicUrl: 'https://x.example/h/shop' },
  )
  expect(found.request.map((fact) => fact.what)).toEqual(['Method', 'Target', 'Public URL'])
  expect(found.request[0]).toEqual({ what: 'Method', left: 'POST', right: 'PUT' })
  expect(diff({}, {})).toMatchObject({ request: [], headers: [], json: [], cut: false })
})

describe('other bodies', () => {
  it('are compared line by line', () => {
    expect(bodies('a\nb\nc\n', 'a\nx\nc\n')).toMatchObject({
      json: null,
      text: [
        { kind: 'same', text: 'a' },
        { kind: 'removed', text: 'b' },
        { kind: 'added', text: 'x' },
        { kind: 'same', text: 'c' },
      ],
      bytes: { equal: false, leftBytes: 6, rightBytes: 6, firstDifference: 2 },
    })
    const xml = { rawHeaders: ['Content-Type', 'text/xml'] }
    const found = diff(
      { ...xml, body: Buffer.from('<a><b>1</b></a>') },
      { ...xml, body: Buffer.from('<a><b>2</b></a>') },
    )
    expect(found.text?.filter((line) => line.kind !== 'same')).toEqual([
      { kind: 'removed', text: '  <b>1</b>' },
      { kind: 'added', text: '  <b>2</b>' },
    ])
  })

  it('lines of both sides come back from what is shown', () => {
    const lines = fc.array(fc.constantFrom('a', 'b', '', 'c d'), { maxLength: 12 })
    fc.assert(
      fc.property(lines, lines, (left, right) => {
        const ended = (list: string[]) => list.map((line) => `x${line}\n`).join('')
        const shown = bodies(ended(left), ended(right)).text ?? []
        const side = (other: string) =>
          shown
            .filter((line) => line.kind !== other)
            .map((line) => `${line.text}\n`)
            .join('')
        expect(side('added')).toBe(ended(left))
        expect(side('removed')).toBe(ended(right))
      }),
    )
  })

  it('that are no text or were not kept have only their bytes', () => {
    expect(bodies(Buffer.from([0, 1, 2]), Buffer.from([0, 1, 2, 3]))).toMatchObject({
      json: null,
      text: null,
      bytes: { equal: false, firstDifference: 3 },
      cut: false,
    })
    expect(diff({ body: new Uint8Array(), refused: 'too-large' }, {})).toMatchObject({ json: null, text: null })
  })

  it('that have nothing in common are given up in bounded time', () => {
    const lines = (word: string) => Array.from({ length: 9_000 }, (_, at) => `${word} ${at * 7}`).join('\n')
    const started = performance.now()
    expect(bodies(lines('a'), lines('b'))).toMatchObject({ text: null, cut: true })
    expect(performance.now() - started).toBeLessThan(3_000)
  })
})

it('fits the contract', () => {
  const body = fc.oneof(
    fc.json().map((text) => Buffer.from(text)),
    fc.uint8Array().map((bytes) => Buffer.from(bytes)),
  )
  fc.assert(
    fc.property(body, body, (left, right) => {
      expect(diffSchema.safeParse(diff({ body: left }, { body: right })).error).toBeUndefined()
    }),
  )
})

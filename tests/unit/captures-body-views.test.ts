import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { viewBody } from '../../main/captures/body-views/body-view.ts'
import { MAX_UNPACKED } from '../../main/captures/body-views/content-coding.ts'
import { bodyViewSchema } from '../../shared/contract/captures.ts'
import { allText, page, textOf, view } from './captures-body-views-samples.ts'

describe('a form', () => {
  it('keeps order, repeated names, plus signs and percent signs', () => {
    const { view: shown, problem } = view('b=1+2&a=%C3%A9&b=&c&=d&&e=x=y&f=%2B', 'application/x-www-form-urlencoded')
    expect(problem).toBeNull()
    expect(shown).toEqual({
      kind: 'form',
      fields: [
        { name: 'b', value: '1 2' },
        { name: 'a', value: 'é' },
        { name: 'b', value: '' },
        { name: 'c', value: '' },
        { name: '', value: 'd' },
        { name: 'e', value: 'x=y' },
        { name: 'f', value: '+' },
      ],
    })
  })

  it('reads the same fields as the URL standard', () => {
    const encoded = fc
      .array(fc.constantFrom('a', 'b', '=', '&', '+', '%', '%41', '%e9', '%c3%a9'))
      .map((l) => `x${l.join('')}`)
    fc.assert(
      fc.property(encoded, (body) => {
        const { view: shown } = view(body, 'application/x-www-form-urlencoded')
        const fields = shown.kind === 'form' ? shown.fields.map(({ name, value }) => [name, value]) : null
        expect(fields).toEqual([...new URLSearchParams(body)])
      }),
    )
  })

  it('says what is malformed, and stops at many fields', () => {
    expect(view('a=%zz&b=%ff', 'application/x-www-form-urlencoded').problem).toContain('percent sign')
    const many = view('&a'.repeat(1_000_000), 'application/x-www-form-urlencoded')
    expect(many.view).toMatchObject({ kind: 'form', fields: { length: 2_000 } })
    expect(many.problem).toContain('Only the first 2000 fields')
  })
})

describe('a multipart body', () => {
  const part = (head: string, content: string) => `--B\r\n${head}\r\n\r\n${content}\r\n`
  const whole = `${part('Content-Disposition: form-data; name="note"', 'Grüße')}${part(
    'content-disposition: form-data; name="f"; filename="a \\"b\\".bin"\r\nContent-Type: application/octet-stream',
    '\u0000\u0001',
  )}--B--\r\n`

  it('shows name, file, type, size and the beginning of text', () => {
    expect(view(whole, 'multipart/form-data; boundary="B"')).toMatchObject({
      problem: null,
      view: {
        kind: 'multipart',
        parts: [
          { name: 'note', fileName: null, contentType: null, bytes: 7, text: 'Grüße' },
          { name: 'f', fileName: 'a "b".bin', contentType: 'application/octet-stream', bytes: 2, text: null },
        ],
      },
    })
  })

  it('shows what can be had of a broken one and says what is wrong', () => {
    const cases: [string, string, string, number][] = [
      [whole, 'multipart/form-data', 'names no boundary', 2],
      [whole, 'multipart/form-data; boundary=C', 'does not occur', 2],
      [whole.slice(0, whole.indexOf('--B--')), 'multipart/form-data; boundary=B', 'end mark is missing', 2],
      ['--B\r\nno head at all', 'multipart/form-data; boundary=B', 'no empty line', 1],
      [part('X: y', 'z').repeat(500), 'multipart/mixed; boundary=B', 'first 200 parts', 200],
      ['--B\nA: b\n\nx --B y\n--B--', 'multipart/mixed; boundary=B', '', 1],
    ]
    for (const [body, type, problem, count] of cases) {
      const shown = view(body, type)
      expect(shown.view).toMatchObject({ kind: 'multipart', parts: { length: count } })
      expect(shown.problem ?? '').toContain(problem)
    }
    expect(view('nothing of it', 'multipart/form-data; boundary=B')).toMatchObject({
      view: { kind: 'text', text: 'nothing of it' },
      problem: 'The content type says multipart, but no part can be found.',
    })
  })
})

describe('text and bytes', () => {
  it('reads the character set of the content type', () => {
    expect(textOf(view(Buffer.from('é', 'latin1'), 'text/plain; charset=ISO-8859-1'))).toBe('é')
    expect(textOf(view(Buffer.from('{"é":1}', 'utf16le'), 'application/json; charset=utf-16le'))).toBe('{\n  "é": 1\n}')
    expect(view(Buffer.from('\ufeff{}', 'utf16le'), 'application/json').view).toMatchObject({
      kind: 'json',
      text: '{}',
    })
    expect(view('é', 'text/plain; charset=klingon')).toMatchObject({ view: { text: 'é' } })
    expect(view('é', 'text/plain; charset=klingon').problem).toContain('"klingon" is not known')
  })

  it('says that bytes are not valid', () => {
    const shown = view(Buffer.from([0x61, 0xff, 0x62]), 'text/plain')
    expect(textOf(shown)).toBe('a\ufffdb')
    expect(shown.problem).toContain('not valid utf-8')
  })

  it('never tears a character between two pages', () => {
    const body = `x${'👩'.repeat(page)}`
    const first = view(body, 'text/plain')
    expect(textOf(first).isWellFormed()).toBe(true)
    expect(first.nextOffset).toBe(page - 1)
    expect(allText(body, 'text/plain', 'text')).toBe(body)
    expect(textOf(view('👩', 'text/plain', { offset: 1 }))).toBe('')
    expect(view('abc', 'text/plain', { offset: 99 })).toMatchObject({ view: { text: '' }, nextOffset: null })
  })

  it('shows what is no text as bytes, in pages', () => {
    const bytes = Buffer.from(Array.from({ length: page + 20 }, (_, at) => at % 256))
    const first = view(bytes, 'image/png')
    expect(first.nextOffset).toBe(page)
    const second = view(bytes, 'image/png', { as: 'hex', offset: page })
    expect(second).toMatchObject({ nextOffset: null, totalBytes: page + 20 })
    expect(second.view).toEqual({
      kind: 'hex',
      lines: [
        { offset: page, hex: '00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f', text: '................' },
        { offset: page + 16, hex: '10 11 12 13', text: '....' },
      ],
    })
    expect(view('Hi~', null, { as: 'hex' }).view).toEqual({
      kind: 'hex',
      lines: [{ offset: 0, hex: '48 69 7e', text: 'Hi~' }],
    })
  })

  it('tells an empty body, one that was not kept and one that is not whole apart', () => {
    expect(view('').view.kind).toBe('empty')
    expect(view('', null, { refused: 'too-large' }).view.kind).toBe('not-kept')
    expect(view('ab', 'text/plain', { refused: 'aborted' })).toMatchObject({ view: { text: 'ab' } })
    expect(view('ab', 'text/plain', { refused: 'aborted' }).problem).toContain('only the beginning')
  })
})

describe('a packed body', () => {
  const plain = '{"packed":true}'

  it('is unpacked for reading, also when packed twice; hex is what came', () => {
    const packed: [string, Uint8Array][] = [
      ['gzip', gzipSync(plain)],
      ['deflate', deflateSync(plain)],
      ['deflate', deflateRawSync(plain)],
      ['br', brotliCompressSync(plain)],
      ['gzip, br', brotliCompressSync(gzipSync(plain))],
    ]
    for (const [contentEncoding, body] of packed) {
      const shown = view(body, 'application/json', { contentEncoding })
      expect(shown).toMatchObject({ decodedFrom: contentEncoding, problem: null, totalBytes: plain.length })
      expect(textOf(shown)).toBe('{\n  "packed": true\n}')
      expect(view(body, null, { contentEncoding, as: 'hex' })).toMatchObject({
        decodedFrom: null,
        totalBytes: body.length,
      })
    }
  })

  it('that is a bomb, cut off, unknown or not packed at all is said', () => {
    const bomb = gzipSync(Buffer.alloc(MAX_UNPACKED + 1))
    expect(view(bomb, 'application/json', { contentEncoding: 'gzip' }).problem).toContain('more than 32 MB')
    const cut = gzipSync(Buffer.from('abcdefgh'.repeat(50_000))).subarray(0, 400)
    const beginning = view(cut, 'text/plain', { contentEncoding: 'gzip' })
    expect(textOf(beginning).startsWith('abcdefgh')).toBe(true)
    expect(beginning.problem).toContain('ends too early')
    expect(view(plain, null, { contentEncoding: 'gzip' })).toMatchObject({ decodedFrom: null, view: { kind: 'json' } })
    expect(view(plain, null, { contentEncoding: 'gzip' }).problem).toContain('cannot be unpacked')
    expect(view(plain, null, { contentEncoding: 'zip' }).problem).toContain('"zip" is not known')
  })
})

it('never throws and always fits the contract, whatever came', () => {
  const types = ['application/json', 'text/xml', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=B']
  const contentType = fc.oneof(fc.constantFrom(null, 'text/plain; charset=utf-16', 'image/png', ...types), fc.string())
  const contentEncoding = fc.constantFrom(null, 'gzip', 'deflate', 'br', 'identity', 'gzip,gzip,gzip,gzip,gzip')
  const body = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc.string({ unit: 'binary', maxLength: 300 }).map((text) => new Uint8Array(Buffer.from(text))),
    fc
      .array(fc.constantFrom('--B', '\r\n', '\n', ':', '{', '"', '<a>', '</a>', '<', '>', '%', '&', '=', 'x'))
      .map((l) => new Uint8Array(Buffer.from(l.join('')))),
    fc.uint8Array({ maxLength: 300 }).map((bytes) => new Uint8Array(gzipSync(bytes))),
  )
  const refused = fc.constantFrom(null, 'aborted', 'too-large')
  fc.assert(
    fc.property(
      fc.record({ contentType, contentEncoding, body, refused }),
      fc.constantFrom('pretty', 'text', 'hex'),
      fc.nat(400),
      (input, as, offset) => {
        expect(bodyViewSchema.safeParse(viewBody(input, as, offset)).error).toBeUndefined()
      },
    ),
    { numRuns: 1_000 },
  )
})

import { brotliCompressSync, gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { contentOf, pathBelowSlug } from '../../main/captures/capture-text.ts'
import { indexedText, searchWords, WORD_LENGTH } from '../../main/captures/search-words.ts'
import { plainCapture } from '../support/fill-captures.ts'

function contentFor(body: string | Uint8Array, ...rawHeaders: string[]) {
  return contentOf({ ...plainCapture(body, { rawHeaders }), id: 1, answeredMs: null })
}

/** As the index splits it: everything but letters and digits of ASCII separates, case does not count. */
function wordsOf(text: string): string[] {
  return indexedText(text)
    .toLowerCase()
    .split(/[^a-z0-9\u0080-\u{10ffff}]+/u)
    .filter((word) => word !== '')
}

describe('words of a captured request', () => {
  test('a query is only ever words, the last one the beginning of one', () => {
    expect(searchWords('  "Payment" AND (intent) NOT x* ^col:y ')).toEqual({
      whole: ['payment', 'and', 'intent', 'not', 'x', 'col'],
      beginning: 'y',
    })
    expect(searchWords(' -"*() ')).toEqual({ whole: [], beginning: null })
    expect(searchWords(undefined)).toEqual({ whole: [], beginning: null })
  })

  test('accents, width and scripts do not stand in the way', () => {
    expect(wordsOf('José ＡＢＣ Straße Ωmega 東京')).toEqual(['jose', 'abc', 'straße', 'ωmega', '東', '京'])
    expect(searchWords('JOSE')).toEqual({ whole: [], beginning: 'jose' })
    expect(searchWords('東京').beginning).toBe('京')
  })

  test('every word of any text is found by itself and by its beginning', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), fc.nat(), fc.nat(), (text, pick, cut) => {
        const words = wordsOf(text)
        const word = words[pick % Math.max(1, words.length)]
        if (word === undefined) return
        expect(words).toContain(searchWords(word).beginning)
        const beginning = [...word].slice(0, 1 + (cut % [...word].length)).join('')
        const asked = searchWords(beginning).beginning
        expect(words.some((one) => asked !== null && one.startsWith(asked))).toBe(true)
      }),
      { numRuns: 500 },
    )
  })

  test('words count with their beginning, and no text poses as a facet', () => {
    const long = 'a1'.repeat(40)
    expect(wordsOf(`x ${long} y`)).toEqual(['x', long.slice(0, WORD_LENGTH), 'y'])
    expect(searchWords(long).beginning).toBe(long.slice(0, WORD_LENGTH))
    expect(wordsOf('\ue000e1 \ue000v2')).toEqual(['e1', 'v2'])
  })

  test('a body is read as what it is: JSON with its escapes, forms, packed bodies, other charsets', () => {
    expect(wordsOf(contentFor('{"a":"one\\ntwo","b":"Jos\\u00e9 \\"x\\""}').text)).toEqual(
      expect.arrayContaining(['one', 'two', 'jose', 'x']),
    )
    const form = contentFor('city=New+York&name=J%C3%B6rg', 'Content-Type', 'application/x-www-form-urlencoded')
    expect(wordsOf(form.text)).toEqual(expect.arrayContaining(['new', 'york', 'jorg']))
    expect(contentFor(gzipSync('{"packed":1}'), 'Content-Encoding', 'gzip').json).toEqual({ packed: 1 })
    expect(contentFor(brotliCompressSync('{"packed":2}'), 'content-encoding', 'br').json).toEqual({ packed: 2 })
    const latin = contentFor(Buffer.from('gr\xfc\xdfe', 'latin1'), 'Content-Type', 'text/plain; charset=iso-8859-1')
    expect(wordsOf(latin.text)).toContain('gruße')
    expect(wordsOf(contentFor(Buffer.from([0, 1, 2, 97, 98, 99]), 'X-Kind', 'binary').text)).not.toContain('abc')
  })

  test('only the first 64 KB of a body are searched', () => {
    const { text } = contentFor(`${'word '.repeat(14_000)}tail`, 'Content-Type', 'text/plain')
    expect(text).toContain('word')
    expect(text).not.toContain('tail')
    expect(text.length).toBeLessThan(66_000)
  })

  test('what unpacks to more than is read is found by its head alone', () => {
    const bomb = gzipSync(`{"inside":"${'0'.repeat(5_000_000)}"}`)
    const { text, json } = contentFor(bomb, 'Content-Encoding', 'gzip', 'X-Kind', 'packed')
    expect(json).toBeUndefined()
    expect(wordsOf(text)).toContain('packed')
    expect(wordsOf(text)).not.toContain('inside')
  })

  test('nothing a request holds makes it throw', () => {
    const header = fc.tuple(
      fc.constantFrom('Content-Type', 'Content-Encoding', 'X-Odd', ''),
      fc.oneof(
        fc.string(),
        fc.constantFrom('gzip', 'br', 'gzip, gzip', 'text/plain; charset=nonsense', 'application/json; charset=utf-16'),
      ),
    )
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 400 }),
      fc.string({ unit: 'binary' }).map((text) => Buffer.from(`{"a":${text}`)),
      fc.constant(Buffer.from(`${'['.repeat(10_000)}${']'.repeat(10_000)}`)),
      fc.constant(Buffer.from('{"n":1e400,"\\ud800":"\\ud800"}')),
    )
    fc.assert(
      fc.property(bytes, fc.array(header, { maxLength: 5 }), (body, headers) => {
        const { text } = contentFor(body, ...headers.flat())
        expect(typeof indexedText(text)).toBe('string')
      }),
      { numRuns: 150 },
    )
  })

  test('the path is what stands below the slug', () => {
    expect(pathBelowSlug('/h/stripe/a/b?c=/h/x')).toBe('/a/b?c=/h/x')
    expect(pathBelowSlug('/h/stripe')).toBe('')
    expect(pathBelowSlug('/h/stripe?x=1')).toBe('?x=1')
  })
})

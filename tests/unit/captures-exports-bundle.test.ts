import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readBundle } from '../../main/captures/exports/bundle.ts'
import { bundleKeyOf } from '../../main/captures/exports/bundle-item.ts'
import { exportCaptures } from '../../main/captures/exports/exports.ts'
import type { ExportSource } from '../../main/captures/exports/request-parts.ts'
import { receiverLimits } from '../../shared/limits.ts'
import { Problem } from '../../shared/problems.ts'
import { exportSource } from './captures-exports-samples.ts'

const NOW = Date.UTC(2026, 10, 21)
const bundleAt = (text: string) => readBundle(text, NOW)

function bundleOf(...sources: ExportSource[]): string {
  return exportCaptures(sources, 'bundle', { version: '1.2.3', now: 0 }).content
}

/** What an import gets of a source: everything but what belongs to this Keyhold. */
function imported({ row, stored, marks }: ExportSource) {
  const { id: _, endpointId: __, answeredMs: ___, ...capture } = stored
  const bundled = { ...capture, slug: row.slug, marks, body: Buffer.from(stored.body), imported: true }
  return { ...bundled, bundleKey: bundleKeyOf(bundled) }
}

function refusal(text: string): string {
  try {
    bundleAt(text)
  } catch (error) {
    if (error instanceof Problem && error.code === 'INVALID_INPUT') return error.message
    throw error
  }
  return 'taken'
}

const wireText = fc
  .array(fc.integer({ min: 0x20, max: 0xff }), { maxLength: 20 })
  .map((units) => String.fromCharCode(...units))
const anyText = fc.string({ unit: 'binary', maxLength: 20 })
const source = fc
  .record({
    at: fc.nat(),
    method: fc.constantFrom('GET', 'POST', 'M-SEARCH'),
    target: wireText.map((text) => `/h/shop/${text}`),
    rawHeaders: fc.array(fc.tuple(fc.constantFrom('A', 'a', '__proto__'), wireText)).map((pairs) => pairs.flat()),
    rawTrailers: fc.constantFrom([], ['Sum', '9']),
    body: fc.uint8Array({ maxLength: 200 }),
    refused: fc.constantFrom(null, 'aborted' as const),
    publicUrl: fc.constantFrom(null, 'https://x.example/h/shop'),
    receivedMs: fc.double({ min: 0, max: 1e6, noNaN: true }).map(Math.abs),
  })
  .chain((fields) => fc.tuple(fc.constant(fields), anyText))
  .map(([fields, note]) => exportSource(fields, note))

describe('a bundle', () => {
  it('gives back exactly what was exported', () => {
    fc.assert(
      fc.property(fc.array(source, { minLength: 1, maxLength: 5 }), (sources) => {
        expect(bundleAt(bundleOf(...sources)).items).toEqual(sources.map(imported))
      }),
    )
  })

  it('is the same again when it is exported where it was imported', () => {
    const text = bundleOf(exportSource({}, 'seen'), exportSource({ body: new Uint8Array([0, 255]) }))
    const again = bundleAt(text).items.map(({ slug, marks, bundleKey: _, ...capture }, at) => {
      const there = exportSource({ ...capture, id: 900 + at })
      return { ...there, row: { ...there.row, slug }, marks }
    })
    expect(bundleOf(...again)).toBe(text)
  })

  it('names a request by what the sender sent, not by what was made of it', () => {
    const key = (given: ExportSource) => bundleAt(bundleOf(given)).items[0]?.bundleKey
    const plain = exportSource({})
    const { stored } = plain
    const judged = { ...stored.verdict, verdict: 'invalid' as const }
    expect(key(exportSource({ verdict: judged, answer: { ...stored.answer, status: 500 } }, 'a note'))).toBe(key(plain))
    expect(key(exportSource({ at: stored.at + 1 }))).not.toBe(key(plain))
    expect(key(exportSource({ body: Buffer.from('{"id":"evt_2"}') }))).not.toBe(key(plain))
    expect(key(exportSource({ rawHeaders: [...stored.rawHeaders].reverse() }))).not.toBe(key(plain))
  })

  it('takes the largest body that one export has room for', () => {
    const body = Buffer.alloc(receiverLimits.exportBytes * 0.74, 'largest')
    const [item] = bundleAt(bundleOf(exportSource({ body }))).items
    expect(body.equals(item?.body ?? new Uint8Array())).toBe(true)
  })
})

describe('a bundle is refused as a whole', () => {
  const whole = bundleOf(exportSource({}, 'a note'), exportSource({ id: 13, target: '/h/shop/2' }))
  const [header = '', first = '', second = ''] = whole.split('\n')

  it('where any one bit of it is another one', () => {
    expect(refusal(whole)).toBe('taken')
    for (let at = 0; at < whole.length; at += 1) {
      const unit = whole.charCodeAt(at)
      for (const bit of [1 << (at % 7), 1]) {
        const changed = whole.slice(0, at) + String.fromCharCode(unit ^ bit) + whole.slice(at + 1)
        if (refusal(changed) === 'taken') throw new Error(`bit ${bit} of character ${at} was changed unnoticed`)
      }
    }
  })

  it('where a character is missing, wherever it is cut', () => {
    for (let at = 0; at < whole.length; at += 1) {
      if (refusal(whole.slice(0, at)) === 'taken') throw new Error(`cut at ${at} unnoticed`)
      if (refusal(whole.slice(0, at) + whole.slice(at + 1)) === 'taken') throw new Error(`${at} left out unnoticed`)
    }
  })

  it('where lines are missing, moved, doubled or added, naming the line', () => {
    const cases: [string[], string][] = [
      [[header, first], 'Line 1 of the bundle is refused: it says 2 requests, and 1 are there.'],
      [[header], 'Line 1 of the bundle is refused: it says 2 requests, and 0 are there.'],
      [
        [header, second, first],
        'Line 2 of the bundle is refused: it is request 2 of the bundle, and request 1 belongs here.',
      ],
      [
        [header, first, first],
        'Line 3 of the bundle is refused: it is request 1 of the bundle, and request 2 belongs here.',
      ],
      [[header, first, second, second], 'Line 1 of the bundle is refused: it says 2 requests, and 3 are there.'],
      [
        [header, first, '', second],
        'Line 3 of the bundle is refused: it is not a captured request in the form of this version.',
      ],
      [[first, second], 'Line 1 of the bundle is refused: it is not the beginning of a bundle of captured requests.'],
    ]
    for (const [lines, message] of cases) expect(refusal(`${lines.join('\n')}\n`)).toBe(message)
    expect(refusal('')).toContain('bundle of captured requests: the file is empty.')
    expect(refusal(whole.slice(0, -1))).toBe('Line 3 of the bundle is refused: it ends in the middle.')
  })

  it('where it is edited with care: checksums made again, fields added or doubled', () => {
    const resealed = (line: string) => {
      const sha256 = createHash('sha256').update(`${line}\n`).digest('hex')
      return `${JSON.stringify({ format: 'keyhold-captures', version: 1, count: 1, sha256 })}\n${line}\n`
    }
    expect(refusal(resealed(first))).toBe('taken')
    const edits: [string, string, string][] = [
      ['"POST"', '"PUT"', 'its head does not fit its checksum'],
      ['"body":"e', '"body":"f', 'its body does not fit its checksum'],
      ['"at":', '"at":0,"at":', 'it is not written as Keyhold writes it'],
      ['"n":1', '"n": 1', 'it is not written as Keyhold writes it'],
      ['{"n":1', '{"__proto__":{"imported":false},"n":1', ''],
      ['"pinned":true', '"pinned":true,"__proto__":{"x":1}', ''],
      ['"n":1', '"n":1,"secret":"x"', 'it is not a captured request in the form of this version'],
      ['"body":"e', '"body":"*e', 'it is not written as Keyhold writes it'],
      ['"slug":"shop"', '"slug":"../x"', 'it is not a captured request in the form of this version'],
      ['"delayMs":0', '"delayMs":0.5', 'it is not a captured request in the form of this version'],
      ['"127.0.0.1"', '"<b>127.0.0.1"', 'it is not a captured request in the form of this version'],
      ['"kept"', '"kept\\n"', 'it is not written as Keyhold writes it'],
      ['"kept"', '"ke\\u0000pt"', 'it is not a captured request in the form of this version'],
      ['"Host"', '"Host\\r\\nX: y"', 'it is not a captured request in the form of this version'],
    ]
    for (const [from, to, reason] of edits) {
      const edited = first.replace(from, to)
      expect(edited).not.toBe(first)
      const said = refusal(resealed(edited))
      expect([from, said.startsWith('Line 2 of the bundle is refused: '), said]).toEqual([
        from,
        true,
        expect.stringContaining(reason),
      ])
    }
    expect(Object.keys(Object.prototype)).toEqual([])
  })

  it('where a request was captured more than a day from now', () => {
    const day = 24 * 60 * 60 * 1_000
    expect(refusal(bundleOf(exportSource({ at: NOW + day })))).toBe('taken')
    const far = bundleOf(exportSource({}), exportSource({ at: NOW + day + 1 }))
    expect(refusal(far)).toContain('Line 3 of the bundle is refused: it was captured more than a day from now')
  })

  it('where it is of another version, another thing, or too large', () => {
    expect(refusal(whole.replace('"version":1', '"version":2'))).toContain(
      'has version 2, and this Keyhold reads version 1',
    )
    for (const text of ['', '\n', 'no bundle', '[]', 'null\n', '{"format":"keyhold-captures"}\n', `\ufeff${whole}`]) {
      expect(refusal(text)).toContain('it is not the beginning of a bundle')
    }
    expect(refusal(`${header.replace('"count":2', '"count":99999')}\n${first}\n`)).toContain(
      'more than the 10000 requests',
    )
    expect(refusal(' '.repeat(receiverLimits.bundle + 1))).toContain('larger than one can be')
  })

  it('whatever the text is', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          anyText,
          fc.json(),
          fc.json().map((json) => `${header}\n${json}\n`),
        ),
        (text) => {
          expect(refusal(text)).toMatch(/^Line \d+ of the bundle is refused: /)
        },
      ),
    )
  })
})

import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { NewCapture } from '../../main/captures/capture-record.ts'
import { type Ledger, openLedger, openLedgerReader } from '../../main/captures/ledger.ts'

let directory = ''
let ledger: Ledger

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'keyhold-ledger-'))
  ledger = openLedger(directory, { maxPages: null })
})
afterEach(() => {
  ledger.close()
  rmSync(directory, { recursive: true, force: true })
})

function capture(change: Partial<NewCapture> = {}): NewCapture {
  const body = change.body ?? Buffer.from('{"type":"a"}')
  return {
    endpointId: 1,
    at: 1_700_000_000_000,
    method: 'POST',
    target: '/h/one/a?b=c',
    httpVersion: '1.1',
    remoteAddress: '127.0.0.1',
    remotePort: 50_000,
    rawHeaders: ['Host', 'a.test', 'User-Agent', 'Example/1.0'],
    rawTrailers: [],
    sentBytes: body.length,
    refused: null,
    publicUrl: 'https://a.test/h/one/a?b=c',
    verdict: {
      verdict: 'unsigned',
      scheme: null,
      strictOk: null,
      reason: 'header-missing',
      message: 'Not signed.',
      matchedSecret: null,
      timestamp: null,
    },
    answer: {
      status: 200,
      headers: [['Content-Type', 'text/plain']],
      body: 'ok',
      rule: null,
      fault: null,
      delayMs: 0,
      deadline: null,
      late: false,
    },
    receivedMs: 0.25,
    imported: false,
    ...change,
    body,
  }
}

const many = (count: number, change: Partial<NewCapture> = {}) => Array.from({ length: count }, () => capture(change))
const noMarks = { pinned: false, note: '', tags: [] }

/** Another process would see what this connection sees. */
function elsewhere<T>(work: (reader: ReturnType<typeof openLedgerReader>) => T): T {
  const reader = openLedgerReader(directory)
  try {
    return work(reader)
  } finally {
    reader.close()
  }
}

describe('requests', () => {
  it('come back as they were, whatever is in them, repeated or not', () => {
    const line = fc.string({ unit: 'grapheme', maxLength: 40 })
    const pairs = fc.array(fc.tuple(line, line)).map((list) => list.flat())
    const any = fc.record({
      endpointId: fc.integer({ min: 1, max: 5 }),
      at: fc.integer({ min: 0, max: 4_000_000_000_000 }),
      method: line,
      target: line,
      httpVersion: fc.constantFrom('1.1', '1.0', ' '),
      remoteAddress: line,
      remotePort: fc.integer({ min: 0, max: 65_535 }),
      rawHeaders: fc.oneof(
        pairs,
        fc.constant(['Host', 'a.test', 'User-Agent', 'Example/1.0', 'user-agent', '', 'X\n', '']),
      ),
      rawTrailers: pairs,
      body: fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
      sentBytes: fc.nat(),
      refused: fc.constantFrom(null, 'too-large', 'aborted'),
      publicUrl: fc.option(line),
      receivedMs: fc.integer({ min: 0, max: 100_000 }).map((hundredths) => hundredths / 100),
      imported: fc.boolean(),
    })
    fc.assert(
      fc.property(fc.array(any, { minLength: 1, maxLength: 12 }), (changes) => {
        // Three times, so that texts become words in between.
        const captures = [...changes, ...changes, ...changes].map((change) => capture(change))
        const first = ledger.append(captures)
        const read = elsewhere((reader) => reader.readAfter(first - 1, captures.length))
        expect(read).toEqual(captures.map((sent, at) => ({ ...sent, id: first + at, answeredMs: null })))
      }),
      { numRuns: 60 },
    )
  })

  it('have ids in the order of their arrival when the clock is set back', () => {
    ledger.append([capture({ at: 2_000 }), capture({ at: 1_000 })])
    ledger.append([capture({ at: 500 })])
    expect(elsewhere((reader) => reader.readAfter(0, 10).map(({ id, at }) => [id, at]))).toEqual([
      [1, 2_000],
      [2, 1_000],
      [3, 500],
    ])
  })

  it('are stored all or none of a batch, and words of a batch that failed are not used', () => {
    const odd = { ...capture({ target: '/h/one/quite-new' }), endpointId: Number.NaN }
    const fresh = capture({ target: '/h/one/quite-new' })
    expect(() => ledger.append([fresh, fresh, odd])).toThrow()
    expect(ledger.newestId()).toBe(0)
    ledger.append([fresh, fresh, fresh])
    expect(elsewhere((reader) => reader.readAfter(0, 9).map(({ target }) => target))).toEqual(
      Array(3).fill('/h/one/quite-new'),
    )
  })

  it('of one endpoint are found between those of others, a bounded stretch at a time', () => {
    for (let round = 0; round < 5; round += 1)
      ledger.append([...many(6_000, { endpointId: 2 }), capture({ endpointId: 1 })])
    elsewhere((reader) => {
      expect(reader.readAfterOfEndpoint(1, 0, 10)).toMatchObject({
        captures: [{ id: 6_001 }, { id: 12_002 }, { id: 18_003 }],
        throughId: 20_000,
      })
      expect(reader.readAfterOfEndpoint(1, 0, 2)).toMatchObject({
        captures: [{ id: 6_001 }, { id: 12_002 }],
        throughId: 12_002,
      })
      expect(reader.readAfterOfEndpoint(1, 20_000, 10)).toMatchObject({
        captures: [{ id: 24_004 }, { id: 30_005 }],
        throughId: 30_005,
      })
      expect(reader.readAfterOfEndpoint(1, 30_005, 10)).toEqual({ captures: [], throughId: 30_005 })
    })
  })

  it('take little space', () => {
    const file = join(directory, 'captures.db')
    const empty = statSync(file).size
    for (let n = 0; n < 4_000; n += 20) ledger.append(many(20, { body: Buffer.alloc(1_024, `${n} `) }))
    ledger.close()
    expect((statSync(file).size - empty) / 4_000).toBeLessThan(1_200)
  })
})

describe('changes', () => {
  it('mark, one thing at a time', () => {
    ledger.append(many(3))
    expect(ledger.apply({ kind: 'mark', ids: [2, 3, 99], pinned: true, addTags: ['a', 'b'] })).toEqual([2, 3])
    ledger.apply({ kind: 'mark', ids: [2], note: 'look at this', addTags: ['c', 'a'], removeTags: ['b'] })
    ledger.apply({ kind: 'mark', ids: [3], pinned: false, removeTags: ['a', 'b'] })
    elsewhere((reader) => {
      expect([...reader.marks([1, 2, 3])]).toEqual([[2, { pinned: true, note: 'look at this', tags: ['a', 'c'] }]])
      expect(reader.notesAfter(0, 10)?.map(({ kind, fromId, toId }) => [kind, fromId, toId])).toEqual([
        ['mark', 2, 3],
        ['mark', 2, 2],
        ['mark', 3, 3],
      ])
      expect(reader.notesAfter(2, 10)?.map(({ seq }) => seq)).toEqual([3])
      expect(reader.newestNote()).toBe(3)
    })
  })

  it('judge late and write down what became of an answer', () => {
    ledger.append(many(3))
    const verdict = { ...capture().verdict, verdict: 'valid' as const, timestamp: 5 }
    expect(
      ledger.apply({
        kind: 'verdicts',
        verdicts: [
          { id: 1, verdict },
          { id: 9, verdict },
        ],
      }),
    ).toEqual([1])
    ledger.settle([
      { id: 2, answeredMs: 12.5 },
      { id: 3, answeredMs: null },
    ])
    elsewhere((reader) => {
      expect(reader.read(1)).toMatchObject({ verdict: { verdict: 'valid', timestamp: 5 } })
      expect(reader.read(2)).toMatchObject({ answeredMs: 12.5, answer: { status: 200 } })
      expect(reader.read(3)).toMatchObject({ answeredMs: null, answer: { status: null } })
    })
  })

  it('delete, spare pinned ones, and never give an id again', () => {
    ledger.append(many(5))
    ledger.apply({ kind: 'mark', ids: [4], pinned: true })
    expect(ledger.apply({ kind: 'delete', ids: [2, 3, 4, 5, 77], sparePinned: true })).toEqual([2, 3, 5])
    expect(ledger.apply({ kind: 'delete', ids: [4], sparePinned: false })).toEqual([4])
    expect(elsewhere((reader) => [reader.idsAfter(0, 10), reader.newestId(), reader.oldestId()])).toEqual([[1], 5, 1])
    expect(elsewhere((reader) => reader.marks([4]).size)).toBe(0)
    ledger.close()
    ledger = openLedger(directory, { maxPages: null })
    expect(ledger.append([capture()])).toBe(6)
  })

  it('delete an endpoint piece by piece, and go on with it after a crash', () => {
    const both = [capture({ endpointId: 1 }), capture({ endpointId: 2 })]
    for (let n = 0; n < 12; n += 1) ledger.append(Array.from({ length: 100 }, () => both).flat())
    ledger.doom(1)
    const first = ledger.deleteSome(1)
    expect(first.done).toBe(false)
    ledger.close()
    ledger = openLedger(directory, { maxPages: null })
    expect(ledger.doomed()).toEqual([1])
    const rest: number[] = []
    for (let done = false; !done; ) {
      const piece = ledger.deleteSome(1)
      rest.push(...piece.ids)
      done = piece.done
    }
    expect(first.ids.length + rest.length).toBe(1_200)
    expect(ledger.doomed()).toEqual([])
    expect(elsewhere((reader) => reader.readAfterOfEndpoint(2, 0, 5_000).captures.length)).toBe(1_200)
    expect(elsewhere((reader) => reader.readAfterOfEndpoint(1, 0, 5_000).captures.length)).toBe(0)
  })

  it('give space back to the disk', () => {
    const body = Buffer.alloc(1024 * 1024)
    for (let n = 0; n < 60; n += 1) ledger.append([capture({ body })])
    ledger.apply({ kind: 'delete', ids: Array.from({ length: 58 }, (_, n) => n + 1), sparePinned: true })
    let pieces = 0
    while (ledger.tidy()) pieces += 1
    expect(pieces).toBeGreaterThan(5)
    expect(elsewhere((reader) => reader.read(60)?.body.length)).toBe(body.length)
    ledger.close()
    expect(statSync(join(directory, 'captures.db')).size).toBeLessThan(24 * 1024 * 1024)
  })

  it('take in a bundle once', () => {
    const imports = ['k1', 'k2', 'k1'].map((bundleKey) => ({
      ...capture({ imported: true }),
      bundleKey,
      marks: { ...noMarks, tags: ['from a bundle'] },
    }))
    expect(ledger.apply({ kind: 'import', captures: imports })).toEqual([1, 2])
    expect(ledger.apply({ kind: 'import', captures: imports })).toEqual([])
    expect(ledger.knownBundleKeys(['k1', 'k3'])).toEqual(new Set(['k1']))
    expect(elsewhere((reader) => [reader.read(2)?.imported, reader.marks([2]).get(2)?.tags])).toEqual([
      true,
      ['from a bundle'],
    ])
    ledger.apply({ kind: 'delete', ids: [1], sparePinned: false })
    expect(ledger.apply({ kind: 'import', captures: imports })).toEqual([3])
  })

  it('drop old notes and say so to who is behind them', () => {
    ledger.append(many(500))
    const odd = Array.from({ length: 250 }, (_, n) => n * 2 + 1)
    for (let round = 0; round < 805; round += 1) ledger.apply({ kind: 'mark', ids: odd, note: String(round) })
    elsewhere((reader) => {
      expect(reader.newestNote()).toBe(805 * 250)
      expect(reader.notesAfter(1_000, 10)).toBeNull()
      expect(reader.notesAfter(805 * 250 - 3, 10)).toHaveLength(3)
    })
  })
})

describe('a file that is damaged', () => {
  it('is set aside, never deleted, and ids go on', () => {
    ledger.append(many(500))
    const before = ledger.identity
    ledger.close()
    const file = join(directory, 'captures.db')
    truncateSync(file, 100_000)
    ledger = openLedger(directory, { maxPages: null })
    expect(ledger.notices).toMatchObject([{ severity: 'error', message: expect.stringContaining('starts empty') }])
    expect(ledger.identity).not.toBe(before)
    const aside = join(directory, 'quarantine', readdirSync(join(directory, 'quarantine'))[0] ?? '')
    expect(statSync(join(aside, 'captures.db')).size).toBe(100_000)
    expect(ledger.append([capture()])).toBeGreaterThan(500)
  })

  it('may be no database at all', () => {
    ledger.close()
    for (const name of readdirSync(directory)) rmSync(join(directory, name), { recursive: true })
    writeFileSync(join(directory, 'captures.db'), 'this is not a database, but long enough to look like a file of one')
    ledger = openLedger(directory, { maxPages: null })
    expect(ledger.notices).toHaveLength(1)
    expect(existsSync(join(directory, 'quarantine'))).toBe(true)
    expect(ledger.append([capture()])).toBeGreaterThan(1_000_000_000)
  })

  it('of the first start, without its tables yet, is one in which nothing was captured', () => {
    const early = join(directory, 'early')
    mkdirSync(early)
    new Database(join(early, 'captures.db')).exec('PRAGMA journal_mode = WAL').close()
    expect(() => openLedgerReader(early)).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }))
  })

  it('of a newer version is left alone', () => {
    ledger.append(many(3))
    ledger.close()
    const db = new Database(join(directory, 'captures.db'))
    db.pragma('user_version = 99')
    db.close()
    expect(() => openLedger(directory, { maxPages: null })).toThrow('another version of Keyhold')
    expect(() => openLedgerReader(directory)).toThrow('another version of Keyhold')
    expect(readdirSync(directory)).not.toContain('quarantine')
    const back = new Database(join(directory, 'captures.db'))
    back.pragma('user_version = 1')
    back.close()
    ledger = openLedger(directory, { maxPages: null })
    expect(ledger.newestId()).toBe(3)
  })
})

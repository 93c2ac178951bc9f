import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, existsSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import Database from 'better-sqlite3'
import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import type { NewCapture } from '../../main/captures/capture-record.ts'
import { captureRowSchema, learnedSchemaSchema } from '../../shared/contract/captures.ts'
import { type CaptureDesk, openDesk } from '../support/capture-desk.ts'
import { paymentCapture, plainCapture } from '../support/fill-captures.ts'

let desk: CaptureDesk | null = null

afterEach(async () => {
  await desk?.close()
  desk = null
})

function open(): CaptureDesk {
  desk = openDesk()
  return desk
}

const app = { source: 'app' } as const

/** Everything that the lists say, to compare an index with another one. */
function told({ captures, endpoints }: CaptureDesk): unknown {
  const types = captures.eventTypes()
  return {
    rows: captures.list({ limit: 200 }).items,
    total: captures.list({ limit: 1 }).total,
    words: ['vienna', 'order', 'evt', 'pay'].map((q) => captures.list({ q, limit: 200 }).items.map(({ id }) => id)),
    tags: captures.tags(),
    totals: endpoints.all().map(({ id }) => captures.of(id)),
    types,
    schemas: types.map(({ endpointId, eventType }) => captures.learnedSchema({ endpointId, eventType })),
    duplicates: captures.list({ duplicates: true, limit: 200 }).items.map(({ id }) => captures.get(id).duplicates),
  }
}

function variety(): NewCapture[] {
  const captures = Array.from({ length: 120 }, (_, n) => paymentCapture(n))
  captures.push(...captures.slice(0, 5), plainCapture('{"type":"order.made","id":"o1","total":1}'))
  for (let n = 0; n < 4; n++) captures.push(plainCapture(`{"type":"order.made","id":"o${n}","total":"${n}"}`))
  return captures
}

describe('the index of captured requests', () => {
  test('made again from the ledger it says the same', async () => {
    const first = open()
    const ids = await first.add(variety())
    await first.captures.mark({ selection: { ids: ids.slice(3, 9) }, pinned: true, addTags: ['a', 'b'], note: 'x' })
    const before = told(first)
    desk = await first.reopen((folder) => removeIndex(folder))
    expect(told(desk)).toEqual(before)
    // Opened as it is, too.
    desk = await desk.reopen()
    expect(told(desk)).toEqual(before)
  })

  test('a damaged index, one of another version and one that is no database are made again', async () => {
    let current = open()
    await current.add(variety())
    const before = told(current)
    const ruins = [
      (file: string) => writeFileSync(file, 'this is no database'),
      (file: string) => overwriteMiddle(file),
      (file: string) => {
        const db = new Database(file)
        db.pragma('user_version = 99')
        db.close()
      },
    ]
    for (const ruin of ruins) {
      current = await current.reopen((folder) => ruin(join(folder, 'capture-index.db')))
      desk = current
      expect(told(current)).toEqual(before)
    }
  })

  test('an index of another version leaves what was acknowledged to the new one', async () => {
    const current = open()
    const order = (n: number, total: unknown) => plainCapture(JSON.stringify({ type: 'order', id: `o${n}`, total }))
    await current.add([order(1, 1), order(2, 2), order(3, 3), order(4, 'four')])
    expect(current.captures.eventTypes()[0]).toMatchObject({ count: 4, drifts: 1 })
    await current.captures.acknowledgeDrift({ endpointId: 1, eventType: 'order' })
    await current.add([order(5, 'five'), order(6, 6)])
    const before = told(current)
    expect(current.captures.eventTypes()[0]).toMatchObject({ count: 6, drifts: 1 })
    const again = await current.reopen((folder) => {
      const db = new Database(join(folder, 'capture-index.db'))
      db.pragma('user_version = 99')
      db.close()
    })
    desk = again
    expect(told(again)).toEqual(before)
  })

  test('an index that breaks while it is read is a problem first and made again then', async () => {
    const current = open()
    await current.add(Array.from({ length: 2_000 }, (_, n) => paymentCapture(n)))
    const before = current.captures.list({ q: 'vienna', limit: 200 })
    emptyLogOf(current.directory)
    overwriteMiddle(join(current.directory, 'capture-index.db'))
    let outcome: unknown
    for (let page: string | undefined = undefined; ; ) {
      try {
        const list = current.captures.list({ limit: 200, ...(page === undefined ? {} : { cursor: page }) })
        page = list.nextCursor ?? undefined
        if (page === undefined) break
      } catch (error) {
        outcome = error
        break
      }
    }
    expect(outcome).toMatchObject({ code: 'STORE_FAILED' })
    await current.settled()
    expect(current.captures.list({ q: 'vienna', limit: 200 })).toEqual(before)
  })

  test('a ledger that was set aside is followed by a new index', async () => {
    let current = open()
    await current.add(variety())
    current = await current.reopen((folder) => writeFileSync(join(folder, 'captures.db'), 'this is no database'))
    desk = current
    expect(current.captures.list({ limit: 10 }).items).toEqual([])
    const [id] = await current.add([plainCapture('{"type":"after"}')])
    expect(current.captures.list({ limit: 10 }).items.map((row) => row.id)).toEqual([id])
    expect(current.captures.eventTypes().map(({ eventType }) => eventType)).toEqual(['after'])
  })

  test('a ledger that cannot be read is a problem, not an empty list', async () => {
    const current = open()
    await current.captures.close()
    current.ledger.close()
    for (const part of ['', '-wal', '-shm']) rmSync(join(current.directory, `captures.db${part}`), { force: true })
    writeFileSync(join(current.directory, 'captures.db'), 'this is no database')
    const { Captures } = await import('../../main/captures/captures.ts')
    const { sourceThreads } = await import('../../main/threads.ts')
    const { Changes } = await import('../../main/changes.ts')
    const captures = new Captures({
      directory: current.directory,
      writer: { apply: async () => [], onStored: () => () => {}, onLedger: () => () => {} },
      endpoints: current.endpoints,
      audit: { record: () => {} },
      changes: new Changes(),
      clock: current.clock,
      version: '0.0.0',
      onNotice: () => {},
    })
    expect(captures.list({ limit: 1 }).items).toEqual([])
    captures.start(sourceThreads.captureIndex)
    expect(() => captures.list({ limit: 1 })).toThrow('cannot be read')
    expect(() => captures.tags()).toThrow('cannot be read')
    expect(() => captures.get(1)).toThrow('cannot be read')
    await captures.close()
  })

  test('hostile requests never stop it, and each is in the list', async () => {
    const current = open()
    const bomb = gzipSync(Buffer.alloc(40 * 1024 * 1024))
    const odd: NewCapture[] = [
      plainCapture('{"n":1e400,"id":"\\ud800","type":"\\u0000"}'),
      plainCapture(`${'['.repeat(10_000)}${']'.repeat(10_000)}`),
      plainCapture(`${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`),
      plainCapture(`{"type":"${'t'.repeat(5_000)}","id":"${'i'.repeat(5_000)}"}`),
      plainCapture('{"__proto__":{"type":"x"},"constructor":null,"type":"proto"}'),
      plainCapture(Buffer.from([0xff, 0xfe, 0x00, 0xd8, 0xff])),
      plainCapture(bomb, { rawHeaders: ['Content-Encoding', 'gzip'] }),
      plainCapture('x', { rawHeaders: ['Content-Type', 'text/plain; charset=made-up', 'Content-Encoding', 'rot13'] }),
      plainCapture('x', {
        rawHeaders: Array.from({ length: 200 }, (_, n) => (n % 2 === 0 ? 'Same' : 'v'.repeat(500))),
      }),
      plainCapture('', { target: `/h/payments/${'%ff'.repeat(2_000)}?${'a'.repeat(20_000)}` }),
      plainCapture(`{"${'k'.repeat(100_000)}":1}`),
      plainCapture(JSON.stringify(Object.fromEntries(Array.from({ length: 5_000 }, (_, n) => [`f${n}`, n])))),
    ]
    const ids = await current.add(odd)
    const anything = fc.record({
      body: fc.oneof(
        fc.uint8Array({ maxLength: 300 }),
        fc.json().map((text) => Buffer.from(text)),
      ),
      rawHeaders: fc
        .array(fc.tuple(fc.string({ maxLength: 20 }), fc.string({ maxLength: 40 })))
        .map((list) => list.flat()),
      target: fc.string({ unit: 'binary-ascii', maxLength: 60 }),
      method: fc.string({ unit: 'binary-ascii', maxLength: 8 }),
    })
    ids.push(...(await current.add(fc.sample(anything, 400).map(({ body, ...rest }) => plainCapture(body, rest)))))
    const rows = [...pages(current)]
    expect(rows.map(({ id }) => id)).toEqual(ids.toReversed())
    for (const row of rows) expect(captureRowSchema.safeParse(row).success).toBe(true)
    const cut = current.captures.eventTypes().map((type) => current.captures.learnedSchema(type))
    for (const schema of cut) expect(learnedSchemaSchema.safeParse(schema).success).toBe(true)
    expect(cut.some((schema) => schema.cut)).toBe(true)
    expect(current.captures.list({ q: 'made up', limit: 5 }).total.count).toBe(1)
  })

  test('what happens to requests reaches the lists: marks, late verdicts, outcomes, deletions', async () => {
    const current = open()
    const ids = await current.add(Array.from({ length: 30 }, (_, n) => paymentCapture(n)))
    const [a = 0, b = 0, c = 0] = ids
    const { verdict } = paymentCapture(4)
    current.ledger.apply({ kind: 'verdicts', verdicts: [{ id: a, verdict }] })
    current.ledger.settle([{ id: b, answeredMs: null }])
    await current.captures.delete(app, { ids: [c] })
    const shown = new Map(current.captures.list({ limit: 200 }).items.map((row) => [row.id, row]))
    expect(shown.get(a)?.verdict).toBe('invalid')
    expect(shown.get(b)?.status).toBeNull()
    expect(shown.has(c)).toBe(false)
    expect(current.captures.list({ verdict: 'invalid', q: 'northwind', limit: 200 }).items.at(-1)?.id).toBe(a)
    expect(current.captures.list({ status: '2', limit: 200 }).items.some(({ id }) => id === b)).toBe(false)
    expect(current.captures.list({ q: 'northwind', limit: 200 }).total.count).toBe(29)
  })

  test('killed at any moment it goes on where it was', async () => {
    const current = open()
    const other = openDesk()
    try {
      await current.captures.close()
      const captures = [...variety(), ...Array.from({ length: 3_000 }, (_, n) => paymentCapture(n)), ...variety()]
      other.ledger.append(captures)
      current.ledger.append(captures)
      for (let round = 0; round < 4; round++) await killedWhileIndexing(current.directory, 20 + round * 60)
      const again = await current.reopen()
      desk = again
      await other.settled()
      expect(told(again)).toEqual(told(other))
    } finally {
      await other.close()
    }
  })

  test('requests deleted before anybody saw them do not hold it up', async () => {
    const current = open()
    await current.captures.close()
    const first = current.ledger.append(Array.from({ length: 50 }, (_, n) => paymentCapture(n)))
    current.ledger.apply({ kind: 'delete', ids: Array.from({ length: 50 }, (_, n) => first + n), sparePinned: false })
    const again = openDesk(current.directory)
    desk = again
    await again.settled()
    expect(again.captures.list({ limit: 5 }).items).toEqual([])
    const [id] = await again.add([paymentCapture(1)])
    expect(again.captures.list({ limit: 5 }).items.map((row) => row.id)).toEqual([id])
  })

  test('requests in several full-text tables are found together, and a table that is empty goes', async () => {
    const current = open()
    const { captures, ledger } = current
    ledger.append(Array.from({ length: 40 }, (_, n) => paymentCapture(n)))
    const filler = Array.from({ length: 6_546 }, () => plainCapture(''))
    for (let round = 0; round < 10; round++) ledger.append(filler)
    ledger.append(Array.from({ length: 100 }, (_, n) => paymentCapture(n + 40)))
    await current.settled()
    const found = captures.list({ q: 'northwind', limit: 200 })
    expect(found.total).toEqual({ count: 140, atLeast: false })
    expect(found.items.map(({ id }) => id).slice(98, 102)).toEqual([65_502, 65_501, 40, 39])
    expect(captures.list({ q: 'n', limit: 10, verdict: 'unsigned' }).total.count).toBe(0)
    expect(captures.list({ verdict: 'unsigned', limit: 1 }).total).toEqual({ count: 10_000, atLeast: true })
    expect(captures.list({ maxBytes: 25_000_000, minBytes: 1, limit: 1 }).total.count).toBe(140)

    await captures.delete(app, { filter: {}, throughId: 65_550 })
    await until(() => !tablesOf(current.directory).includes('words_0'))
    expect(captures.list({ q: 'northwind', limit: 200 }).total.count).toBe(50)
    expect(captures.of(1).count).toBe(captures.list({ endpointId: 1, limit: 1 }).total.count)
  })
})

/** Some time after it has begun; what it has committed by then depends on the machine. */
async function killedWhileIndexing(directory: string, afterMs: number): Promise<void> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'captures-index-child.ts'), directory], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(child, 'exit')
  await once(child.stdout, 'data')
  await new Promise((resolve) => setTimeout(resolve, afterMs))
  child.kill('SIGKILL')
  await ended
}

function* pages({ captures }: CaptureDesk) {
  let cursor: string | undefined
  do {
    const page = captures.list({ limit: 200, cursor })
    yield* page.items
    cursor = page.nextCursor ?? undefined
  } while (cursor !== undefined)
}

function removeIndex(folder: string): void {
  for (const part of ['', '-wal', '-shm']) rmSync(join(folder, `capture-index.db${part}`), { force: true })
  expect(existsSync(join(folder, 'capture-index.db'))).toBe(false)
}

function overwriteMiddle(file: string): void {
  const size = readFileSync(file).length
  const handle = openSync(file, 'r+')
  const noise = Buffer.alloc(4_096, 0xa5)
  for (let at = 4_096; at < size; at += 4_096) writeSync(handle, noise, 0, 4_096, at)
  closeSync(handle)
}

/** Everything is in the index itself then, and whoever reads it forgets what it read before. */
function emptyLogOf(folder: string): void {
  const db = new Database(join(folder, 'capture-index.db'), { timeout: 10_000 })
  try {
    expect(db.pragma('wal_checkpoint(TRUNCATE)')).toMatchObject([{ busy: 0 }])
  } finally {
    db.close()
  }
}

function tablesOf(folder: string): string[] {
  const db = new Database(join(folder, 'capture-index.db'), { readonly: true })
  try {
    return db
      .prepare<[], { name: string }>('SELECT name FROM sqlite_schema')
      .all()
      .map(({ name }) => name)
  } finally {
    db.close()
  }
}

async function until(isMet: () => boolean): Promise<void> {
  const end = performance.now() + 20_000
  while (!isMet()) {
    if (performance.now() > end) throw new Error('It did not come to pass.')
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { unindexedRow } from '../../main/captures/lists.ts'
import { type CaptureDesk, openDesk } from '../support/capture-desk.ts'
import { plainCapture } from '../support/fill-captures.ts'

let desk: CaptureDesk

beforeEach(() => {
  desk = openDesk()
})

afterEach(() => desk.close())

const DAY = 86_400_000
const event = '{"type":"order.made","id":"o-1"}'

function packed(body: string) {
  return plainCapture(gzipSync(body), { rawHeaders: ['Content-Encoding', 'gzip'] })
}

function bundled(capture: ReturnType<typeof plainCapture>) {
  const marks = { pinned: false, note: '', tags: [] }
  return { ...capture, imported: true, bundleKey: 'bundle-1', marks }
}

describe('packed bodies', () => {
  test('are unpacked for the index, never for a list', async () => {
    const [id = 0] = await desk.add([packed(event)])
    const index = new Database(join(desk.directory, 'capture-index.db'), { readonly: true })
    const row = index.prepare('SELECT path, event_id AS eventId FROM requests WHERE id = ?').get(id)
    index.close()
    expect(row).toEqual({ path: '', eventId: 'o-1' })
    expect(desk.captures.list({ limit: 1 }).items).toMatchObject([{ eventId: 'o-1', eventType: 'order.made' }])
    // Not indexed yet: what a row says must not cost the unpacking either.
    const stored = { id: 9, answeredMs: null }
    expect(unindexedRow({ ...packed(event), ...stored }, 'payments').eventId).toBeNull()
    expect(unindexedRow({ ...plainCapture(event), ...stored }, 'payments').eventId).toBe('o-1')
  })
})

test('a duplicate is found without reading the first one again', async () => {
  const [first = 0] = await desk.add([plainCapture(event)])
  const ledger = new Database(join(desk.directory, 'captures.db'))
  ledger.prepare('UPDATE requests SET head = ? WHERE id = ?').run('[', first)
  ledger.close()
  await desk.add([plainCapture(event)])
  expect(desk.captures.list({ limit: 1 }).items).toMatchObject([{ duplicateOf: first }])
})

describe('retention by age', () => {
  test('goes on behind a request whose time is ahead', async () => {
    const now = 1_700_000_000_000
    desk.clock.time = now
    const [ahead] = await desk.add([
      plainCapture('x', { at: now + 1_000 * DAY }),
      plainCapture('x', { at: now - 9 * DAY }),
    ])
    desk.endpoints.change(1, { retention: { maxCount: null, maxAgeDays: 4, maxBytes: null } })
    await desk.captures.applyRetention()
    expect(desk.captures.list({ limit: 5 }).items.map(({ id }) => id)).toEqual([ahead])
  })

  test('counts from the import for what was imported', async () => {
    desk.clock.time = Date.now()
    desk.ledger.apply({ kind: 'import', captures: [bundled(plainCapture('x', { at: 1_000 * DAY }))] })
    await desk.add([plainCapture('x', { at: desk.clock.time - 9 * DAY })])
    desk.endpoints.change(1, { retention: { maxCount: null, maxAgeDays: 4, maxBytes: null } })
    await desk.captures.applyRetention()
    expect(desk.captures.list({ limit: 5 }).items).toMatchObject([{ at: 1_000 * DAY, imported: true }])
    desk.clock.time += 5 * DAY
    await desk.captures.applyRetention()
    expect(desk.captures.list({ limit: 5 }).items).toEqual([])
  })
})

test('many large requests are judged with turns for others in between', async () => {
  desk.endpoints.isReady = false
  desk.endpoints.change(1, { scheme: 'github' })
  desk.endpoints.secrets.set(1, [{ id: 1, label: 'main', secret: 'a-shared-' + 'secret' }])
  const body = Buffer.alloc(6_000_000, 'x')
  const large = plainCapture(body, { rawHeaders: ['X-Hub-Signature-256', `sha256=${'0'.repeat(64)}`] })
  await desk.add(Array.from({ length: 16 }, () => ({ ...large, verdict: { ...large.verdict, verdict: 'pending' } })))
  desk.endpoints.isReady = true
  let turns = 0
  let turnsBeforeWritten = 0
  const apply = desk.ledger.apply.bind(desk.ledger)
  desk.ledger.apply = (change) => {
    turnsBeforeWritten = turns
    return apply(change)
  }
  let isDone = false
  const resolving = desk.captures.resolvePending().then(() => {
    isDone = true
  })
  for (; !isDone; turns += 1) await nextTurn()
  await resolving
  expect(turnsBeforeWritten).toBeGreaterThanOrEqual(3)
})

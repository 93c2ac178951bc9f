import { createHash } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { NewCapture } from '../../main/captures/capture-record.ts'
import { captureSchema, diffSchema, type LiveTick } from '../../shared/contract/captures.ts'
import { sign } from '../../shared/webhook-signatures.ts'
import { type CaptureDesk, openDesk } from '../support/capture-desk.ts'
import { paymentCapture, plainCapture } from '../support/fill-captures.ts'

let desk: CaptureDesk

beforeEach(() => {
  desk = openDesk()
})

afterEach(() => desk.close())

const app = { source: 'app' } as const
const secret = 'shared-between-' + 'both-sides'
const DAY = 86_400_000

function payments(count: number, changes: Partial<NewCapture> = {}): NewCapture[] {
  return Array.from({ length: count }, (_, n) => paymentCapture(n, changes))
}

/** Signed as Stripe does it, with the time of its arrival, and captured while the vault was locked. */
function pendingCapture(body: string, changes: Partial<NewCapture> = {}): NewCapture {
  const headers = sign(
    'stripe',
    {
      method: 'POST',
      url: 'http://127.0.0.1:4590/h/payments',
      body: Buffer.from(body),
      id: 'delivery-1',
      timestamp: 1_700_000_000_000,
      contentType: 'application/json',
    },
    [secret],
  )
  const base = plainCapture(body, { rawHeaders: headers.flat() })
  return { ...base, verdict: { ...base.verdict, verdict: 'pending', scheme: 'stripe' }, ...changes }
}

function ids(filter: Parameters<CaptureDesk['captures']['list']>[0]): number[] {
  return desk.captures.list(filter).items.map(({ id }) => id)
}

describe('one captured request', () => {
  test('has everything it came with, in the form of the contract', async () => {
    const body = Buffer.from([1, 2, 3, 0, 255])
    const [id = 0] = await desk.add([
      plainCapture(body, {
        target: '/h/payments/a/b?c=d',
        rawHeaders: ['X-Twice', 'one', 'x-twice', 'two', 'Content-Type', 'application/octet-stream'],
        rawTrailers: ['X-End', 'yes'],
        sentBytes: 9,
        publicUrl: 'https://example.test/h/payments/a/b?c=d',
      }),
    ])
    await desk.captures.mark({ selection: { ids: [id] }, note: 'odd one', addTags: ['odd'] })
    const capture = desk.captures.get(id)
    expect(captureSchema.parse(capture)).toEqual(capture)
    expect(capture).toMatchObject({
      path: '/a/b?c=d',
      slug: 'payments',
      headers: [
        ['X-Twice', 'one'],
        ['x-twice', 'two'],
        ['Content-Type', 'application/octet-stream'],
      ],
      trailers: [['X-End', 'yes']],
      bodyBytes: 5,
      sentBytes: 9,
      note: 'odd one',
      tags: ['odd'],
      hasNote: true,
      publicUrl: 'https://example.test/h/payments/a/b?c=d',
      bodySha256: createHash('sha256').update(body).digest('hex'),
    })
    expect(desk.captures.body({ id, as: 'hex', offset: 0 }).totalBytes).toBe(5)
    expect(() => desk.captures.get(999)).toThrow('There is no captured request')
  })

  test('before anything is started or captured everything is empty', async () => {
    expect(desk.captures.list({ limit: 10 })).toMatchObject({ items: [], total: { count: 0 } })
    expect(desk.captures.tags()).toEqual([])
    expect(desk.captures.eventTypes()).toEqual([])
    expect(desk.captures.of(1)).toEqual({ count: 0, bytes: 0, lastAt: null })
    expect(desk.captures.selected({ filter: {}, throughId: 5 }, 0, 10)).toEqual([])
    expect(desk.captures.countSelected({ filter: {}, throughId: 5 })).toBe(0)
    expect(desk.captures.byConnection(1, 2)).toBeNull()
    expect(desk.captures.after(1, 0, 10)).toEqual({ captures: [], throughId: 0 })
  })

  test('knows the others with its event id at its endpoint', async () => {
    const event = '{"type":"order.made","id":"o-1"}'
    const all = await desk.add([
      plainCapture(event),
      plainCapture(event, { endpointId: 2 }),
      plainCapture(event),
      plainCapture('{"type":"order.made","id":"o-2"}'),
      plainCapture(event),
    ])
    const [a = 0, b = 0, c = 0, d = 0, e = 0] = all
    expect(desk.captures.get(e).duplicates).toEqual([a, c, e])
    expect(desk.captures.get(a).duplicates).toEqual([a, c, e])
    expect(desk.captures.get(c).duplicateOf).toBe(a)
    expect(desk.captures.get(b)).toMatchObject({ duplicateOf: null, duplicates: [] })
    expect(desk.captures.get(d)).toMatchObject({ duplicateOf: null, duplicates: [] })
    expect(ids({ duplicates: true, limit: 10 })).toEqual([e, c])
    await desk.captures.delete(app, { ids: [a] })
    expect(desk.captures.get(e).duplicates).toEqual([c, e])
    const [f = 0] = await desk.add([plainCapture(event)])
    expect(desk.captures.get(f).duplicateOf).toBeNull()
  })

  test('is compared with another one', async () => {
    const [a = 0, b = 0] = await desk.add([plainCapture('{"a":1}'), plainCapture('{"a":2}')])
    const diff = desk.captures.diff(a, b)
    expect(diffSchema.parse(diff)).toEqual(diff)
    expect(diff.json).toEqual([{ path: expect.any(String), kind: 'changed', left: '1', right: '2' }])
  })

  test('that came from this machine is found by its port and time', async () => {
    const [a = 0, b = 0] = await desk.add([
      paymentCapture(1, { remotePort: 50_001, at: 1_700_000_000_000 }),
      paymentCapture(2, { remotePort: 50_001, at: 1_700_000_009_000 }),
      paymentCapture(3, { remotePort: 50_002, remoteAddress: '192.0.2.7', at: 1_700_000_000_000 }),
    ])
    expect(desk.captures.byConnection(50_001, 1_700_000_000_500)).toBe(a)
    expect(desk.captures.byConnection(50_001, 1_700_000_008_000)).toBe(b)
    expect(desk.captures.byConnection(50_001, 1_700_000_050_000)).toBeNull()
    expect(desk.captures.byConnection(50_002, 1_700_000_000_000)).toBeNull()
  })
})

describe('marks and deletions', () => {
  test('a selection by filter spares pinned ones, one by id does not', async () => {
    const all = await desk.add(payments(40))
    const pinned = all.slice(0, 3)
    expect(await desk.captures.mark({ selection: { ids: pinned }, pinned: true })).toEqual({ changed: 3 })
    const selection = { filter: {}, throughId: all[29] ?? 0 }
    expect(await desk.captures.delete(app, selection)).toEqual({ deleted: 27 })
    expect(ids({ limit: 50 })).toEqual([...pinned, ...all.slice(30)].toReversed())
    expect(await desk.captures.delete(app, { ids: pinned })).toEqual({ deleted: 3 })
    expect(ids({ limit: 50 })).toEqual(all.slice(30).toReversed())
    expect(desk.audited.map(({ action }) => action)).toEqual(['captures.deleted', 'captures.deleted'])
    expect(() => desk.captures.get(all[0] ?? 0)).toThrow('There is no captured request')
    expect(await desk.captures.delete(app, { ids: pinned })).toEqual({ deleted: 0 })
    expect(desk.audited).toHaveLength(2)
  })

  test('what is marked is in the lists when the call returns, also through a filter that it leaves', async () => {
    const all = await desk.add(payments(30))
    const selection = { filter: { pinned: false }, throughId: all.at(-1) ?? 0 }
    expect(await desk.captures.mark({ selection, pinned: true, addTags: ['all', 'of them'] })).toEqual({ changed: 30 })
    expect(ids({ pinned: false, limit: 50 })).toEqual([])
    expect(ids({ tag: 'of them', limit: 50 })).toHaveLength(30)
    await desk.captures.mark({
      selection: { filter: { tag: 'all' }, throughId: 999 },
      removeTags: ['all'],
      pinned: false,
    })
    expect(desk.captures.tags()).toEqual(['of them'])
    expect(ids({ pinned: true, limit: 50 })).toEqual([])
  })
})

describe('retention', () => {
  test('keeps the newest by number and leaves pinned ones out of account', async () => {
    const all = await desk.add(payments(30, { endpointId: 1 }))
    await desk.add(payments(5, { endpointId: 2 }))
    await desk.captures.mark({ selection: { ids: all.slice(0, 2) }, pinned: true })
    desk.endpoints.change(1, { retention: { maxCount: 10, maxAgeDays: null, maxBytes: null } })
    await desk.captures.applyRetention()
    expect(ids({ endpointId: 1, limit: 50 })).toEqual([...all.slice(0, 2), ...all.slice(20)].toReversed())
    expect(ids({ endpointId: 2, limit: 50 })).toHaveLength(5)
    expect(desk.captures.of(1).count).toBe(12)
  })

  test('by age', async () => {
    const now = 1_700_000_000_000
    desk.clock.time = now
    const all = await desk.add(Array.from({ length: 10 }, (_, n) => plainCapture('x', { at: now - (10 - n) * DAY })))
    desk.endpoints.change(1, { retention: { maxCount: null, maxAgeDays: 4, maxBytes: null } })
    await desk.captures.applyRetention()
    expect(ids({ limit: 50 })).toEqual(all.slice(6).toReversed())
  })

  test('by bytes, over many deletions', async () => {
    const all = await desk.add(Array.from({ length: 5_000 }, () => plainCapture('.'.repeat(1_000))))
    desk.endpoints.change(1, { retention: { maxCount: null, maxAgeDays: null, maxBytes: 1_000_000 } })
    await desk.captures.applyRetention()
    expect(desk.captures.of(1)).toMatchObject({ count: 1_000, bytes: 1_000_000 })
    expect(ids({ limit: 1 })).toEqual([all.at(-1)])
  })
})

describe('verdicts', () => {
  test('what came while the vault was locked is judged as of its arrival when it opens', async () => {
    desk.endpoints.isReady = false
    desk.endpoints.secrets.set(1, [{ id: 1, label: 'main', secret }])
    const [good = 0, bad = 0] = await desk.add([
      pendingCapture('{"a":1}'),
      pendingCapture('{"a":1}', { body: Buffer.from('{"a":2}') }),
    ])
    await desk.captures.resolvePending()
    expect(desk.captures.get(good)).toMatchObject({ verdict: 'pending', now: null })
    desk.endpoints.isReady = true
    await desk.captures.resolvePending()
    await desk.settled()
    expect(desk.captures.get(good)).toMatchObject({
      verdict: 'valid',
      atArrival: { matchedSecret: 'main' },
      now: { verdict: 'invalid', reason: 'stale' },
    })
    expect(desk.captures.get(bad)).toMatchObject({ verdict: 'invalid', atArrival: { reason: 'mismatch' } })
    expect(ids({ verdict: 'pending', limit: 10 })).toEqual([])
  })

  test('the verdict of now follows the secrets of now, that of arrival stays', async () => {
    desk.clock.time = 1_700_000_060_000
    const base = pendingCapture('{"a":1}')
    const [id = 0] = await desk.add([{ ...base, verdict: { ...base.verdict, verdict: 'no-secret' } }])
    expect(desk.captures.get(id).now?.verdict).toBe('no-secret')
    desk.endpoints.secrets.set(1, [{ id: 1, label: 'main', secret }])
    expect(desk.captures.get(id)).toMatchObject({ verdict: 'no-secret', now: { verdict: 'valid' } })
  })

  test('the doctor names the mistake, and needs the vault', async () => {
    const [id = 0] = await desk.add([pendingCapture('{"a":1}')])
    desk.endpoints.secrets.set(2, [{ id: 1, label: 'main', secret }])
    const found = desk.captures.diagnose(id)
    expect(found[0]).toMatchObject({ certain: true })
    expect(JSON.stringify(found)).not.toContain(secret)
    desk.endpoints.secrets.set(1, [{ id: 2, label: 'mine', secret }])
    expect(desk.captures.diagnose(id)).toEqual([])
    desk.endpoints.isReady = false
    expect(() => desk.captures.diagnose(id)).toThrow('locked')
  })
})

describe('event types', () => {
  test('are counted, learned and watched for drift until it is acknowledged', async () => {
    const order = (id: number, more: object = {}) =>
      plainCapture(JSON.stringify({ type: 'order', id: `o${id}`, n: 1, ...more }))
    const all = await desk.add([order(1), order(2), order(3), order(4, { n: 'x', extra: true }), plainCapture('text')])
    const drifted = all[3] ?? 0
    expect(desk.captures.eventTypes(1).map(({ eventType, count, drifts }) => [eventType, count, drifts])).toEqual([
      ['order', 4, 1],
      ['', 1, 0],
    ])
    expect(ids({ drift: true, limit: 10 })).toEqual([drifted])
    expect(desk.captures.get(drifted).drifts.map(({ path, change }) => [path, change])).toEqual([
      ['n', 'type'],
      ['extra', 'new'],
    ])
    const learned = desk.captures.learnedSchema({ endpointId: 1, eventType: 'order' })
    expect(learned).toMatchObject({ slug: 'payments', count: 4, drifts: 1, cut: false })
    expect(learned.fields.find(({ path }) => path === 'n')).toMatchObject({ types: ['string', 'number'], seen: 4 })
    expect(learned.changes[0]).toMatchObject({ captureId: drifted, path: 'extra' })

    await desk.captures.acknowledgeDrift({ endpointId: 1, eventType: 'order' })
    expect(desk.captures.learnedSchema({ endpointId: 1, eventType: 'order' })).toMatchObject({ drifts: 0, changes: [] })
    const later = await desk.add([order(5, { n: 'y', extra: true }), order(6, { n: 1 })])
    expect(ids({ drift: true, limit: 10 })).toEqual([later[1], drifted])
    await expect(desk.captures.acknowledgeDrift({ endpointId: 1, eventType: 'nobody' })).rejects.toThrow(
      'no event type',
    )
    expect(() => desk.captures.learnedSchema({ endpointId: 1, eventType: 'nobody' })).toThrow('no event type')
  })
})

describe('handing over', () => {
  test('a bundle goes in elsewhere with its marks, once', async () => {
    const all = await desk.add(payments(12, { endpointId: 2 }))
    await desk.captures.mark({ selection: { ids: all.slice(0, 1) }, pinned: true, note: 'look', addTags: ['t'] })
    const exported = await desk.captures.export(app, { selection: { filter: {}, throughId: 99 }, format: 'bundle' })
    expect(exported).toMatchObject({ count: 12, leftOut: 0 })
    const other = openDesk()
    try {
      other.endpoints.list.splice(1, 1)
      const taken = await other.captures.import(app, exported.content)
      expect(taken).toEqual({ imported: 12, present: 0, endpointsMade: ['orders'] })
      expect(await other.captures.import(app, exported.content)).toEqual({
        imported: 0,
        present: 12,
        endpointsMade: [],
      })
      const rows = other.captures.list({ limit: 50 }).items
      expect(rows).toHaveLength(12)
      expect(rows.every(({ imported, slug }) => imported && slug === 'orders')).toBe(true)
      expect(rows.at(-1)).toMatchObject({ pinned: true, tags: ['t'], hasNote: true })
      await expect(other.captures.import(app, exported.content.slice(0, -20))).rejects.toThrow('bundle')
      expect(other.audited.map(({ action }) => action)).toContain('captures.imported')
    } finally {
      await other.close()
    }
    expect(desk.audited.map(({ action }) => action)).toContain('captures.exported')
  })
})

describe('a bundle that comes back', () => {
  test('adds nothing to what was captured here, except what is gone', async () => {
    const all = await desk.add([...payments(12), ...payments(3, { at: 1_700_000_000_000 })])
    const { content } = await desk.captures.export(app, { selection: { filter: {}, throughId: 99 }, format: 'bundle' })
    expect(await desk.captures.import(app, content)).toMatchObject({ imported: 0, present: 15 })
    await desk.captures.delete(app, { ids: all.slice(-2) })
    expect(await desk.captures.import(app, content)).toMatchObject({ imported: 2, present: 13 })
    expect(desk.captures.list({ limit: 50 }).total.count).toBe(15)
  })
})

describe('the live view', () => {
  test('ticks at once, then at most four times a second, and says that rows changed', async () => {
    const stop = new AbortController()
    const ticks: { at: number; tick: LiveTick }[] = []
    const following = (async () => {
      for await (const tick of desk.captures.live(stop.signal)) ticks.push({ at: performance.now(), tick })
    })()
    let all: number[] = []
    for (let round = 0; round < 20; round++) all = await desk.add(payments(5))
    await desk.captures.mark({ selection: { ids: all }, pinned: true })
    await until(() => ticks.some(({ tick }) => tick.rowsChanged) && ticks.at(-1)?.tick.newestId === 100)
    stop.abort()
    await following
    expect(ticks[0]?.tick).toMatchObject({ newestId: 0, rowsChanged: false })
    expect(ticks.at(-1)?.tick.behind).toBe(0)
    for (const [place, { at }] of ticks.entries()) {
      const before = ticks[place - 1]
      if (before !== undefined) expect(at - before.at).toBeGreaterThan(240)
    }
    expect(ticks.some(({ tick }) => tick.perSecond > 0)).toBe(true)
  })

  test('ends with the workspace', async () => {
    const ticks = desk.captures.live(undefined)
    await ticks.next()
    const ended = ticks.next()
    await desk.captures.close()
    expect(await ended).toEqual({ done: true, value: undefined })
  })
})

async function until(isMet: () => boolean): Promise<void> {
  const end = performance.now() + 20_000
  while (!isMet()) {
    if (performance.now() > end) throw new Error('It did not come to pass.')
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

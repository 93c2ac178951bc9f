import { rmSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { sign } from '../../shared/webhook-signatures.ts'
import { type CaptureDesk, openDesk } from '../support/capture-desk.ts'
import { paymentCapture, plainCapture } from '../support/fill-captures.ts'

let desk: CaptureDesk | null = null

afterEach(async () => {
  await desk?.close()
  desk = null
})

function open(thread?: URL): CaptureDesk {
  desk = openDesk(undefined, undefined, thread)
  return desk
}

const app = { source: 'app' } as const
const payments = (count: number) => Array.from({ length: count }, (_, n) => paymentCapture(n))
const soon = (check: () => void) => vi.waitFor(check, { interval: 20, timeout: 10_000 })
const shown = ({ captures }: CaptureDesk) => captures.list({ limit: 50 }).items.map(({ id }) => id)

function spoil(directory: string, id: number): void {
  const db = new Database(join(directory, 'captures.db'))
  db.prepare('UPDATE requests SET head = ? WHERE id = ?').run('[', id)
  db.close()
}

describe('a request whose row cannot be read', () => {
  test('is passed over by the index, and said', async () => {
    await open().add(payments(4))
    desk = await (desk ?? open()).reopen((directory) => {
      spoil(directory, 2)
      for (const part of ['', '-wal', '-shm']) rmSync(join(directory, `capture-index.db${part}`), { force: true })
    })
    expect(shown(desk)).toEqual([4, 3, 1])
    await desk.add(payments(1))
    expect(shown(desk)).toEqual([5, 4, 3, 1])
    const { notices } = desk
    await soon(() => expect(notices).toHaveLength(1))
    expect(notices[0]).toMatchObject({ severity: 'error', message: expect.stringContaining('1 captured request') })
    expect(notices[0]?.detail).toContain('they stand: 2.')
    expect(() => desk?.captures.get(2)).toThrow('cannot be read')
  })

  test('does not take a list away that knew it before', async () => {
    await open().add(payments(4))
    desk = await (desk ?? open()).reopen((directory) => spoil(directory, 3))
    expect(shown(desk)).toEqual([4, 2, 1])
    const { notices } = desk
    await soon(() => expect(notices).toHaveLength(1))
  })
})

test('a ledger that is begun anew while everything runs is the one that is read from then on', async () => {
  const current = open()
  await current.add(payments(600))
  current.ruinLedger((file) => truncateSync(file, 100_000))
  const ids = await current.add([plainCapture('{"type":"after"}')])
  await soon(() => expect(shown(current)).toEqual(ids))
  expect(current.captures.get(ids[0] ?? 0).eventType).toBe('after')
  expect(() => current.captures.get(1)).toThrow('no captured request')
  expect(current.captures.of(1).count).toBe(1)
})

describe('a selection by filter', () => {
  test('waits for the index to have come to its end', async () => {
    const current = open()
    const throughId = current.store(payments(2_000))
    expect(await current.captures.delete(app, { filter: {}, throughId })).toEqual({ deleted: 2_000 })
  })

  test('is refused while there is no index, and closing does not wait for ever', async () => {
    const current = open(new URL('data:text/javascript,setInterval(() => {}, 1000)'))
    const throughId = current.store(payments(3))
    const selection = { filter: {}, throughId }
    const { captures } = current
    const outcomes = await Promise.allSettled([
      captures.delete(app, selection),
      captures.mark({ selection, pinned: true }),
      captures.export(app, { selection, format: 'json' }),
      captures.reached(selection),
    ])
    expect(outcomes.map(({ status }) => status)).toEqual(Array.from({ length: 4 }, () => 'rejected'))
    for (const ask of [
      () => captures.selected(selection, 0, 10),
      () => captures.countSelected(selection),
      () => captures.tags(),
      () => captures.eventTypes(),
      () => captures.learnedSchema({ endpointId: 1, eventType: 'x' }),
    ]) {
      expect(ask).toThrow('is being made')
    }
    await captures.close()
  })
})

test('what keeps the lists from going on is in the live view', async () => {
  const current = open(new URL('data:text/javascript,throw new Error("the index is out")'))
  current.store(payments(1))
  for await (const { problem } of current.captures.live(AbortSignal.timeout(10_000))) {
    if (problem === null) continue
    expect(problem).toMatchObject({ code: 'STORE_FAILED', cause: 'the index is out' })
    await expect(current.captures.acknowledgeDrift({ endpointId: 1, eventType: 'x' })).rejects.toThrow('be made')
    return
  }
  throw new Error('Nothing was said.')
})

test('a secret of another endpoint that cannot be read does not stop the diagnosis', async () => {
  const current = open()
  const body = '{"a":1}'
  const message = {
    method: 'POST',
    url: 'http://127.0.0.1:4590/h/payments',
    body: Buffer.from(body),
    id: 'x',
    timestamp: 1_700_000_000_000,
    contentType: null,
  }
  const secret = 'of-the-third-' + 'endpoint'
  const [id = 0] = await current.add([plainCapture(body, { rawHeaders: sign('github', message, [secret]).flat() })])
  current.endpoints.change(1, { scheme: 'github' })
  current.endpoints.secrets.set(1, [{ id: 1, label: '', secret: 'another' }])
  current.endpoints.secrets.set(3, [{ id: 3, label: '', secret }])
  current.endpoints.unreadable.add(2)
  expect(current.captures.diagnose(id)[0]).toMatchObject({ cause: 'secret-of-other-endpoint', certain: true })
  current.endpoints.unreadable.add(1)
  expect(() => current.captures.diagnose(id)).toThrow('cannot be read')
})

import { mkdtempSync, rmSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Captures } from '../../main/captures/captures.ts'
import { Changes } from '../../main/changes.ts'
import { sourceThreads } from '../../main/threads.ts'
import { sign } from '../../shared/webhook-signatures.ts'
import { DeskEndpoints } from '../support/capture-desk.ts'
import { endpointNamed, type RunningReceiver, startReceiver } from '../support/receiver-thread.ts'

const secret = 'a-secret-' + 'of-both-sides'
const app = { source: 'app' } as const

let directory: string
let receiver: RunningReceiver
let captures: Captures
let endpoints: DeskEndpoints

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'keyhold-captures-'))
  endpoints = new DeskEndpoints()
  receiver = await startReceiver({
    directory,
    endpoints: [endpointNamed('payments', 1, { secrets: [{ label: 'main', secret }] }), endpointNamed('orders', 2)],
  })
  captures = new Captures({
    directory,
    writer: receiver.thread,
    endpoints,
    audit: { record: () => {} },
    changes: new Changes(),
    clock: { now: () => Date.now() },
    version: '0.0.0',
    onNotice: () => {},
  })
  captures.start(sourceThreads.captureIndex)
})

afterEach(async () => {
  await captures.close()
  await receiver.close()
  rmSync(directory, { recursive: true, force: true })
})

function send(path: string, body: string, headers: [string, string][] = []): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request(
      { port: receiver.port, path, method: 'POST', headers: headers.flat(), agent: false },
      (response) => {
        response.resume().on('end', () => resolve(response.statusCode ?? 0))
      },
    )
    sent.on('error', reject).end(body)
  })
}

/** Until lists know this many. */
async function known(count: number): Promise<void> {
  for await (const { behind } of captures.live(undefined)) {
    if (behind === 0 && captures.list({ limit: 1 }).total.count === count) return
  }
}

function everyRow(filter: { afterId: number }) {
  const rows = []
  let cursor: string | undefined
  do {
    const page = captures.list({ ...filter, limit: 200, cursor })
    rows.push(...page.items)
    cursor = page.nextCursor ?? undefined
  } while (cursor !== undefined)
  return rows
}

function signedHeaders(body: string): [string, string][] {
  const message = {
    method: 'POST',
    url: `http://127.0.0.1:${receiver.port}/h/payments`,
    body: Buffer.from(body),
    id: 'delivery-1',
    timestamp: Date.now(),
    contentType: 'application/json',
  }
  return [['Host', 'localhost'], ['X-GitHub-Event', 'push'], ...sign('github', message, [secret])]
}

describe('captured requests behind the real receiver', () => {
  test('what is sent over a socket is found, judged, marked and deleted', async () => {
    const body = '{"ref":"refs/heads/main","pusher":{"name":"zoe"}}'
    expect(await send('/h/payments/push?x=1', body, signedHeaders(body))).toBe(200)
    expect(await send('/h/payments', '{"ref":"other"}', signedHeaders(body))).toBe(200)
    expect(await send('/h/orders', '{"type":"order.made","id":"o1"}')).toBe(200)
    expect(await send('/h/nobody', 'x')).toBe(404)
    await known(3)

    const found = captures.list({ q: 'zoe', limit: 10 })
    expect(found.items).toMatchObject([
      { slug: 'payments', path: '/push?x=1', status: 200, verdict: 'valid', scheme: 'github', eventType: 'push' },
    ])
    expect(captures.list({ verdict: 'invalid', limit: 10 }).items.map(({ id }) => id)).toEqual([2])
    expect(captures.list({ endpoint: 'orders', limit: 10 }).items).toMatchObject([
      { verdict: 'unsigned', eventType: 'order.made', eventId: 'o1' },
    ])
    expect(captures.of(1)).toMatchObject({ count: 2, bytes: body.length + 15 })

    await captures.mark({ selection: { ids: [1] }, pinned: true, addTags: ['seen'] })
    expect(captures.list({ tag: 'seen', limit: 10 }).items.map(({ id }) => id)).toEqual([1])
    expect(await captures.delete(app, { filter: {}, throughId: 3 })).toEqual({ deleted: 2 })
    expect(captures.list({ limit: 10 }).items.map(({ id }) => id)).toEqual([1])
  })

  test('what came while the vault was locked is judged when it opens', async () => {
    receiver.configure({ endpoints: [endpointNamed('payments', 1, { secrets: null })] })
    endpoints.isReady = false
    const body = '{"ref":"x"}'
    expect(await send('/h/payments', body, signedHeaders(body))).toBe(200)
    await known(1)
    expect(captures.list({ verdict: 'pending', limit: 10 }).total.count).toBe(1)
    endpoints.isReady = true
    endpoints.secrets.set(1, [{ id: 1, label: 'main', secret }])
    await captures.resolvePending()
    expect(captures.list({ verdict: 'valid', limit: 10 }).total.count).toBe(1)
    expect(captures.get(1).atArrival).toMatchObject({ verdict: 'valid', matchedSecret: 'main' })
  })

  test('lists keep up while requests come in, and lose none', async () => {
    const senders = Array.from({ length: 8 }, async (_, sender) => {
      for (let n = 0; n < 50; n++) await send('/h/orders', JSON.stringify({ type: 'tick', id: `${sender}-${n}` }))
    })
    const seen = new Set<number>()
    let newest = 0
    for await (const _tick of captures.live(undefined)) {
      const fresh = everyRow({ afterId: newest })
      for (const { id } of fresh) {
        expect(seen.has(id)).toBe(false)
        seen.add(id)
      }
      newest = Math.max(newest, ...fresh.map(({ id }) => id))
      if (seen.size === 400) break
    }
    await Promise.all(senders)
    expect(captures.list({ eventType: 'tick', limit: 1 }).total.count).toBe(400)
    expect(captures.list({ duplicates: true, limit: 1 }).total.count).toBe(0)
  })
})

import { hostname } from 'node:os'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ok, startWebhookTarget, type WebhookTarget } from '../simulators/webhook-target.ts'
import {
  caller,
  type DeliveryBench,
  ListedCaptures,
  ManualTime,
  openDeliveryBench,
  removeFolders,
  targetDefaults,
} from './deliveries-support.ts'

type Bench = DeliveryBench & { readonly captures: ListedCaptures }

let target: WebhookTarget
let time: ManualTime
let bench: Bench
beforeEach(async () => {
  target = await startWebhookTarget()
  time = new ManualTime()
  bench = openDeliveryBench({ captures: new ListedCaptures(), time })
})
afterEach(async () => {
  await bench.close()
  await target.close()
  removeFolders()
})

const soon = (check: () => void) => vi.waitFor(check, { interval: 5, timeout: 10_000 })
const create = (overrides: Partial<Parameters<Bench['deliveries']['createTarget']>[1]> = {}) =>
  bench.deliveries.createTarget(caller, { ...targetDefaults, url: `${target.url}/hook`, ...overrides })
const attempts = () => bench.deliveries.attempts({ limit: 200 }).items.reverse()
const view = () => bench.deliveries.targets()[0]
const bodies = () => target.requests.map((request) => JSON.parse(String(request.body)).id)

/** Goes on after a restart, or from a copy of the folder. */
async function reopen(dataDir = bench.dataDir): Promise<void> {
  await bench.close()
  bench = openDeliveryBench({ captures: bench.captures, endpoints: bench.endpoints, dataDir, time })
}

describe('forwarding', () => {
  it('sends every byte as it was captured, to each target', async () => {
    const other = await startWebhookTarget()
    create({ url: `${target.url}/hook/?own=1`, keepPath: true })
    create({ url: other.url })
    const body = Buffer.from([0, 255, 10, 13, 128])
    const [id] = bench.captures.add({
      method: 'PATCH',
      target: "/h/shop/a/.b/%7E./c'/?x=%zz&x=../",
      rawHeaders: ['X-b', '2', 'HOST', 'hooks.example', 'x-B', '1', 'Content-Length', '5', 'x-empty', '', 'X-L', 'é'],
      body,
    })
    await Promise.all([target.received(1), other.received(1)])
    expect(target.requests[0]?.head).toBe(
      `PATCH /hook/a/.b/%7E./c'/?own=1&x=%zz&x=../ HTTP/1.1\r\nX-b: 2\r\nHOST: 127.0.0.1:${target.port}\r\nx-B: 1\r\nContent-Length: 5\r\nx-empty: \r\nX-L: é\r\nConnection: keep-alive\r\n\r\n`,
    )
    expect(other.requests[0]?.target).toBe('/')
    expect([target, other].every(({ requests }) => requests[0]?.body.equals(body))).toBe(true)
    await soon(() => expect(attempts()).toHaveLength(2))
    const detail = bench.deliveries.attempt(attempts()[0]?.id ?? 0)
    expect(detail).toMatchObject({
      kind: 'forward',
      captureId: id,
      attempt: 1,
      status: 200,
      problem: null,
      requestBytes: 5,
      responseBody: 'ok',
      responseBytes: 2,
    })
    expect(detail.requestHeaders).toContainEqual(['x-empty', ''])
    expect(view()).toMatchObject({ delivered: 1, waiting: 0, deadLetters: 0, lastProblem: null })
    await other.close()
  })

  it('begins with what comes after it was made, and leaves out other endpoints and bundles', async () => {
    bench.captures.add({}, {})
    create()
    bench.captures.add(
      { endpointId: 2 },
      { imported: true },
      ...Array.from({ length: 20 }, () => ({ endpointId: 2 })),
      {},
    )
    await target.received(1)
    await soon(() => expect(view()).toMatchObject({ delivered: 1, waiting: 0 }))
    expect(bodies()).toEqual([25])
  })

  it('keeps the order, and never more on their way than allowed', async () => {
    target.act({ kind: 'hang' })
    create({ concurrency: 3 })
    bench.captures.add(...Array.from({ length: 30 }, () => ({})))
    await target.received(3)
    expect(target.open).toBe(3)
    expect(view()?.waiting).toBe(30)
    target.act(ok)
    await bench.close()
    bench = openDeliveryBench({ captures: bench.captures, dataDir: bench.dataDir, time })
    await soon(() => expect(view()?.delivered).toBe(30))
    expect(target.peak).toBeLessThanOrEqual(6)
    // What was cut off by the end of the program was sent again, and nothing else.
    expect([...new Set(bodies())].sort((a, b) => a - b)).toEqual(Array.from({ length: 30 }, (_, index) => index + 1))
    expect(bodies()).toHaveLength(33)
  })

  it('forwards one after the other where only one may be under way', async () => {
    create({ concurrency: 1 })
    bench.captures.add(...Array.from({ length: 40 }, () => ({})))
    await target.received(40)
    expect(bodies()).toEqual(Array.from({ length: 40 }, (_, index) => index + 1))
    expect(target.peak).toBe(1)
  })

  it('goes on while the vault is locked, and trusts the authority of the target', async () => {
    bench.endpoints.locked = true
    const secure = await startWebhookTarget({ tls: true })
    create({ url: secure.url, ca: secure.ca })
    bench.captures.add({})
    await secure.received(1)
    expect(() => create({ url: secure.url, ca: 'nonsense' })).toThrow(/PEM/)
    await secure.close()
  })

  it('goes on where it stopped when a target is switched on again', async () => {
    const { id } = create()
    bench.deliveries.updateTarget(caller, { id, enabled: false })
    bench.captures.add({}, {}, {})
    expect(view()).toMatchObject({ enabled: false, waiting: 3 })
    await reopen()
    expect(target.requests).toHaveLength(0)
    bench.deliveries.updateTarget(caller, { id, enabled: true })
    await soon(() => expect(view()).toMatchObject({ delivered: 3, waiting: 0 }))
    expect(bench.audit.list({ limit: 10 }).items.map(({ action }) => action)).toEqual([
      'target.updated',
      'target.updated',
      'target.created',
    ])
  })

  it('forgets a target with its dead letters, and one that went with its endpoint', async () => {
    target.act({ kind: 'answer', status: 500 })
    const { id } = create({ retries: 'none' })
    create({ endpointId: 2 })
    bench.captures.add({})
    await soon(() => expect(bench.deliveries.deadLetters({ limit: 10 }).total).toBe(1))
    await bench.deliveries.deleteTarget(caller, id)
    expect(bench.deliveries.deadLetters({ limit: 10 }).total).toBe(0)
    expect(attempts()).toHaveLength(1)
    bench.store.db.prepare('DELETE FROM endpoints WHERE id = 2').run()
    await reopen()
    expect(bench.deliveries.targets()).toEqual([])
    await expect(bench.deliveries.deleteTarget(caller, id)).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })
})

describe('what must not be a target', () => {
  it('refuses the receiver itself under all its names', () => {
    bench.endpoints.local = 'http://127.0.0.1:4590'
    for (const host of [
      '127.0.0.1',
      'localhost',
      '[::1]',
      '0.0.0.0',
      '127.1',
      'a.localhost',
      '[::ffff:127.0.0.1]',
      hostname(),
    ]) {
      expect(() => create({ url: `http://${host}:4590/h/shop` }), host).toThrow(/receiver itself/)
    }
    expect(() => create({ url: `http://user:word@127.0.0.1:${target.port}/` })).toThrow(/user name/)
    expect(() => create({ endpointId: 9 })).toThrow(/no endpoint/)
    const { id } = create({ url: 'http://127.0.0.1:4591/h/shop' })
    expect(() => bench.deliveries.updateTarget(caller, { id, url: 'http://localhost:4590/' })).toThrow(
      /receiver itself/,
    )
    expect(bench.deliveries.targets()).toHaveLength(1)
  })

  it('takes at most ten of an endpoint', () => {
    for (let count = 0; count < 10; count += 1) create()
    expect(() => create()).toThrow(/at most 10/)
  })

  it('sends nothing to one that leads back through the tunnel in force, and loses nothing', async () => {
    const { id } = create()
    bench.endpoints.tunnel = target.url
    bench.captures.add({})
    await soon(() => expect(view()).toMatchObject({ enabled: true, waiting: 0, deadLetters: 1 }))
    expect(view()?.lastProblem?.message).toContain('leads back')
    expect(attempts()).toMatchObject([{ status: null, problem: { code: 'INVALID_INPUT' } }])
    expect(target.requests).toHaveLength(0)
    const elsewhere = await startWebhookTarget()
    bench.deliveries.updateTarget(caller, { id, url: elsewhere.url })
    const letters = bench.deliveries.deadLetters({ limit: 10 }).items.map((letter) => letter.id)
    bench.deliveries.retryDeadLetters(letters)
    await elsewhere.received(1)
    await elsewhere.close()
  })

  it('is not decided by what a sender says of the address it called', async () => {
    create()
    bench.captures.add({ publicUrl: `${target.url}/h/shop`, rawHeaders: ['Host', `127.0.0.1:${target.port}`] })
    await target.received(1)
    await soon(() => expect(view()).toMatchObject({ enabled: true, delivered: 1, lastProblem: null }))
  })
})

describe('a path that is taken over', () => {
  it('does not lead out of the path of the target, and holds nothing up', async () => {
    create({ keepPath: true })
    const leaving = [
      '/../admin',
      '/%2e%2E/admin',
      '/a/..;x=1/b',
      '//admin',
      '/a\\..\\b',
      '/a/..%2fb',
      '/%252e./',
      '/.\t./x',
      '/..',
    ]
    bench.captures.add(...leaving.map((path) => ({ target: `/h/shop${path}` })), { target: '/h/shop/fine..?to=/../' })
    await soon(() => expect(attempts()).toHaveLength(leaving.length + 1))
    expect(target.requests.map((request) => request.target)).toEqual(['/hook/fine..?to=/../'])
    expect(view()).toMatchObject({ enabled: true, waiting: 0, delivered: 1, deadLetters: leaving.length })
    for (const { problem } of bench.deliveries
      .deadLetters({ limit: 20 })
      .items.map(
        (letter) => bench.deliveries.attempts({ captureId: letter.captureId, limit: 1 }).items[0] ?? { problem: null },
      )) {
      expect(problem).toMatchObject({ code: 'INVALID_INPUT', message: expect.stringContaining('leads out') })
    }
    const replay = {
      id: 1,
      url: `${target.url}/hook`,
      timestamp: 'original',
      resign: null,
      timeoutMs: 5_000,
      ca: null,
    } as const
    await expect(bench.deliveries.replayEdited(caller, { ...replay, keepPath: true })).rejects.toThrow(/leads out/)
    expect((await bench.deliveries.replayEdited(caller, { ...replay, keepPath: false })).status).toBe(200)
  })
})

import { createHmac } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { StoredCapture } from '../../main/captures/capture-record.ts'
import { type SchemeId, schemeIds } from '../../shared/webhook-schemes.ts'
import { generateSecret, sign, verify } from '../../shared/webhook-signatures.ts'
import { startWebhookTarget, type WebhookTarget } from '../simulators/webhook-target.ts'
import { caller, type DeliveryBench, ListedCaptures, openDeliveryBench, removeFolders } from './deliveries-support.ts'

type Bench = DeliveryBench & { readonly captures: ListedCaptures }

/** When the request was captured: 2020-09-13, too old for every scheme that looks at the time. */
const THEN = 1_600_000_000_000

let target: WebhookTarget
let bench: Bench
beforeEach(async () => {
  target = await startWebhookTarget()
  bench = openDeliveryBench({ captures: new ListedCaptures() })
})
afterEach(async () => {
  await bench.close()
  await target.close()
  removeFolders()
})

function keep(scheme: SchemeId): string {
  const { secret } = generateSecret(scheme)
  bench.endpoints.secrets = [{ id: 1, label: 'now', secret }]
  return secret
}

/** A request as its sender signed it with another secret, between other headers. */
function captured(scheme: SchemeId, overrides: Partial<StoredCapture> = {}): StoredCapture {
  const body = Buffer.from(`{"id":"evt_1", "webhookTimestamp": ${THEN},"n":1.0}`)
  const headers = sign(
    scheme,
    {
      method: 'POST',
      url: 'https://hooks.example/h/shop',
      body,
      id: 'msg_1',
      timestamp: THEN,
      contentType: 'application/json',
    },
    [generateSecret(scheme).secret],
  )
  const spelled = headers.flatMap(([name, value]) => [name.toUpperCase(), value])
  const rawHeaders = [
    'Host',
    'hooks.example',
    'X-First',
    '1',
    ...spelled,
    'X-Last',
    '2',
    'content-type',
    'application/json',
  ]
  const [id] = bench.captures.add({ body, rawHeaders, at: THEN, ...overrides })
  return bench.captures.stored(id ?? 0)
}

const replayOne = (id: number, resign: boolean | SchemeId = true) =>
  bench.deliveries.replayOne(caller, { id, url: `${target.url}/in`, resign, timeoutMs: 5_000 })

function judged(scheme: SchemeId, secret: string, now = Date.now()) {
  const request = target.requests.at(-1)
  if (request === undefined) throw new Error('Nothing came.')
  const { method, rawHeaders, body } = request
  return verify(scheme, { method, url: `${target.url}${request.target}`, rawHeaders, body }, [secret], now)
}

describe('signing anew', () => {
  it.each(schemeIds)('makes a fresh signature that fits: %s', async (scheme) => {
    const secret = keep(scheme)
    bench.endpoints.set({ scheme })
    const capture = captured(scheme)
    const attempt = await replayOne(capture.id)
    expect(attempt).toMatchObject({ kind: 'replay', captureId: capture.id, status: 200, problem: null })
    const verdict = judged(scheme, secret)
    expect(verdict).toMatchObject({ ok: true, strictOk: true })
    if (verdict.timestamp !== null) expect(Math.abs(Date.now() - verdict.timestamp)).toBeLessThan(5_000)
    const names = target.requests[0]?.rawHeaders.filter((_, index) => index % 2 === 0) ?? []
    const before = capture.rawHeaders.filter((_, index) => index % 2 === 0)
    // In the place and spelling of the old ones, and none of them twice.
    expect(names.filter((name) => before.includes(name))).toEqual(before)
    expect(new Set(names.map((name) => name.toLowerCase())).size).toBe(names.length)
    expect(names.slice(0, 2)).toEqual(before.slice(0, 2))
  })

  it('keeps the id, and the time when asked to', async () => {
    const secret = keep('standard-webhooks')
    const { id } = captured('standard-webhooks')
    await bench.deliveries.replayEdited(caller, {
      id,
      url: target.url,
      keepPath: false,
      timestamp: 'original',
      resign: { scheme: 'standard-webhooks', secretId: 1 },
      timeoutMs: 5_000,
      ca: null,
    })
    expect(judged('standard-webhooks', secret, THEN)).toMatchObject({ ok: true, timestamp: THEN })
    const { rawHeaders = [] } = target.requests[0] ?? {}
    expect(rawHeaders[rawHeaders.indexOf('WEBHOOK-ID') + 1]).toBe('msg_1')
    await replayOne(id)
    expect(target.requests[1]?.rawHeaders).toContain('msg_1')
  })

  it('changes nothing of a body but the time in it', async () => {
    const secret = keep('linear')
    const { id, body } = captured('linear')
    await replayOne(id)
    expect(judged('linear', secret).ok).toBe(true)
    const sent = String(target.requests[0]?.body)
    expect(sent.replace(/"webhookTimestamp": \d+/, `"webhookTimestamp": ${THEN}`)).toBe(String(body))
    expect(sent).not.toBe(String(body))
  })

  it('leaves no signature of another scheme behind', async () => {
    keep('github')
    const { id } = captured('stripe')
    await replayOne(id, 'github')
    const names = target.requests[0]?.rawHeaders.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase())
    expect(names).toContain('x-hub-signature-256')
    expect(names).not.toContain('stripe-signature')
  })

  it('takes the scheme the headers show where the endpoint has none', async () => {
    const secret = keep('slack')
    await replayOne(captured('slack').id)
    expect(judged('slack', secret).ok).toBe(true)
  })

  it('says clearly what is missing', async () => {
    const [plain] = bench.captures.add({})
    const problem = (sending: Promise<unknown>) => sending.catch((error: unknown) => error)
    expect(await problem(replayOne(plain ?? 0))).toMatchObject({ code: 'INVALID_INPUT' })
    const { id } = captured('stripe')
    expect(await problem(replayOne(id))).toMatchObject({
      code: 'INVALID_INPUT',
      message: expect.stringContaining('no secret'),
    })
    keep('stripe')
    bench.endpoints.locked = true
    expect(await problem(replayOne(id))).toMatchObject({ code: 'VAULT_LOCKED' })
    expect(await problem(replayOne(99, false))).toMatchObject({ code: 'NOT_FOUND' })
    bench.endpoints.locked = false
    bench.endpoints.secrets = [{ id: 1, label: 'odd', secret: 'no base64 at all!' }]
    expect(await problem(replayOne(captured('svix').id))).toMatchObject({ code: 'INVALID_INPUT' })
    expect(target.requests).toHaveLength(0)
    expect(bench.deliveries.attempts({ limit: 10 }).total).toBe(0)
  })

  it('refuses a fresh time that the old signature does not cover', async () => {
    captured('stripe')
    const input = {
      selection: { ids: [1] as number[] },
      url: target.url,
      keepPath: false,
      timestamp: 'fresh',
      resign: null,
      pace: { kind: 'rate', perSecond: null },
      concurrency: 1,
      timeoutMs: 1_000,
      ca: null,
    } as const
    await expect(bench.deliveries.replay(caller, input)).rejects.toThrow(/signs the time/)
    captured('github')
    expect((await bench.deliveries.replay(caller, { ...input, selection: { ids: [2] } })).total).toBe(1)
  })

  it('does not write a secret down that stands in a header', async () => {
    const secret = keep('gitlab-token')
    bench.endpoints.set({ scheme: 'gitlab-token' })
    const attempt = await replayOne(captured('gitlab-token').id)
    expect(judged('gitlab-token', secret).ok).toBe(true)
    expect(JSON.stringify(attempt)).not.toContain(secret)
    expect(attempt.requestHeaders).toContainEqual(['X-GITLAB-TOKEN', '(not kept)'])
  })
})

describe('an edited replay', () => {
  it('sends what was changed, and everything else as it was', async () => {
    const [id = 0] = bench.captures.add({})
    const edited = {
      id,
      url: `${target.url}/in`,
      timestamp: 'original',
      resign: null,
      timeoutMs: 5_000,
      ca: null,
    } as const
    const headers = [
      { name: 'host', value: 'hooks.example' },
      { name: 'X-New', value: 'ü' },
    ]
    await bench.deliveries.replayEdited(caller, { ...edited, keepPath: true, method: 'PUT', headers, body: 'Grüße' })
    await bench.deliveries.replayEdited(caller, {
      ...edited,
      keepPath: false,
      headers: [{ name: 'Host', value: 'shop.example' }],
    })
    expect(target.requests[0]?.head).toBe(
      `PUT /in/orders?b=2&a=1 HTTP/1.1\r\nhost: 127.0.0.1:${target.port}\r\nX-New: ü\r\nContent-Length: 7\r\nConnection: keep-alive\r\n\r\n`,
    )
    expect(String(target.requests[0]?.body)).toBe('Grüße')
    expect(target.requests[1]?.rawHeaders.slice(0, 2)).toEqual(['Host', 'shop.example'])
    expect(String(target.requests[1]?.body)).toBe('{"id":1}')
  })

  it('signs the changed body', async () => {
    keep('github')
    const { id } = captured('github')
    await bench.deliveries.replayEdited(caller, {
      id,
      url: target.url,
      keepPath: false,
      timestamp: 'fresh',
      resign: { scheme: 'github', secret: 'given' },
      timeoutMs: 5_000,
      ca: null,
      body: '{"other":true}',
    })
    const mac = createHmac('sha256', 'given').update('{"other":true}').digest('hex')
    expect(target.requests[0]?.rawHeaders).toContain(`sha256=${mac}`)
  })

  it('needs a body where the captured one was not kept', async () => {
    const [id = 0] = bench.captures.add({ refused: 'too-large', body: Buffer.alloc(0) })
    await expect(replayOne(id, false)).rejects.toMatchObject({ code: 'INVALID_INPUT' })
    const input = {
      id,
      url: target.url,
      keepPath: false,
      timestamp: 'original',
      resign: null,
      timeoutMs: 5_000,
      ca: null,
    } as const
    expect(await bench.deliveries.replayEdited(caller, { ...input, body: 'small' })).toMatchObject({ status: 200 })
  })
})

describe('one attempt', () => {
  const send = (overrides: Partial<Parameters<Bench['deliveries']['send']>[0]> = {}) =>
    bench.deliveries.send({
      method: 'POST',
      url: `${target.url}/in?token=hidden`,
      rawHeaders: ['X-A', '1'],
      body: Buffer.from('{}'),
      timeoutMs: 2_000,
      ca: null,
      ...overrides,
    })

  it('is written down with what was really sent and what came back', async () => {
    target.act({
      kind: 'answer',
      status: 422,
      headers: ['Content-Encoding', 'gzip'],
      body: gzipSync('{"error":"no"}'),
    })
    const attempt = await send({ rawHeaders: ['X-A', '1', 'Authorization', 'Bearer abc'] })
    expect(attempt).toMatchObject({
      kind: 'send',
      captureId: null,
      status: 422,
      responseBody: '{"error":"no"}',
      problem: { code: 'TARGET_FAILED', message: 'The target answered with 422.' },
    })
    expect(attempt.requestHeaders).toEqual([
      ['Host', `127.0.0.1:${target.port}`],
      ['X-A', '1'],
      ['Authorization', '(not kept)'],
      ['User-Agent', 'Keyhold/test'],
      ['Content-Length', '2'],
      ['Connection', 'keep-alive'],
    ])
    expect(target.requests[0]?.rawHeaders).toContain('Bearer abc')
    expect(bench.deliveries.attempt(attempt.id)).toEqual(attempt)
  })

  it('says in plain words why no answer came, without the path', async () => {
    const secure = await startWebhookTarget({ tls: true })
    const gone = await startWebhookTarget()
    await gone.close()
    target.act({ kind: 'garbage' })
    const problems = [
      await send(),
      await send({ url: gone.url }),
      await send({ url: secure.url }),
      await send({ url: 'http://no-such-host.invalid/x' }),
    ].map(({ problem, status }) => ({ ...problem, status }))
    expect(problems.map(({ message }) => message)).toEqual([
      `127.0.0.1:${target.port} did not answer with HTTP.`,
      `Nothing listens at 127.0.0.1:${gone.port}.`,
      `The encrypted connection to 127.0.0.1:${secure.port} failed.`,
      'The name of no-such-host.invalid is not known.',
    ])
    expect(problems[2]?.cause).toContain('signed by itself')
    for (const problem of problems) {
      expect(problem).toMatchObject({ code: 'TARGET_FAILED', status: null })
      expect(problem.remedies?.length).toBeGreaterThan(0)
      expect(JSON.stringify(problem)).not.toContain('token=')
    }
    expect(await send({ rawHeaders: ['X-A', 'a\nb'] })).toMatchObject({ problem: { code: 'INVALID_INPUT' } })
    await secure.close()
  })

  it('ends with the caller who asked for it', async () => {
    target.act({ kind: 'hang' })
    const [id = 0] = bench.captures.add({})
    const calling = new AbortController()
    const input = { id, url: target.url, resign: false, timeoutMs: 60_000 }
    const replaying = bench.deliveries.replayOne(caller, input, calling.signal)
    await target.received(1)
    calling.abort()
    expect((await replaying).problem?.code).toBe('CANCELLED')
  })

  it('names the captured request it became at the receiver of this Keyhold', async () => {
    bench.endpoints.local = target.url
    const kept: number[] = []
    target.act((request) => {
      kept.push(...bench.captures.add({ endpointId: 2, remotePort: request.port, at: Date.now(), body: request.body }))
      return { kind: 'answer', status: 200, after: new Promise((resolve) => setTimeout(resolve, 5)) }
    })
    // It is on disk with the answer, and listed a little later: until then an older one of the connection is found.
    const listed = bench.captures.byConnection.bind(bench.captures)
    let asked = 0
    bench.captures.byConnection = (port, at) => {
      asked += 1
      return asked > 4 ? listed(port, at) : (kept.at(-2) ?? null)
    }
    const [id = 0] = bench.captures.add({})
    for (let round = 0; round < 3; round += 1) {
      asked = 0
      expect((await send()).becameCaptureId).toBe(kept.at(-1))
      asked = 0
      expect((await replayOne(id, false)).becameCaptureId).toBe(kept.at(-1))
    }
    expect(target.connections).toBe(1)
    bench.endpoints.local = 'http://127.0.0.1:1'
    expect((await send()).becameCaptureId).toBeNull()
  })

  it('finds out later for the requests of a job', async () => {
    bench.endpoints.local = target.url
    const became = new Map<number, number>()
    target.act((request) => {
      const [made = 0] = bench.captures.add({
        endpointId: 2,
        remotePort: request.port,
        at: Date.now(),
        body: request.body,
      })
      became.set(JSON.parse(String(request.body)).id, made)
      return { kind: 'answer', status: 200, after: new Promise((resolve) => setTimeout(resolve, 5)) }
    })
    bench.captures.add(...Array.from({ length: 20 }, () => ({})))
    const { id } = await bench.deliveries.replay(caller, {
      selection: { filter: {}, throughId: 20 },
      url: target.url,
      keepPath: false,
      timestamp: 'original',
      resign: null,
      pace: { kind: 'rate', perSecond: null },
      concurrency: 2,
      timeoutMs: 1_000,
      ca: null,
    })
    const found = () =>
      bench.deliveries
        .attempts({ jobId: id, limit: 30 })
        .items.map((attempt) => [attempt.captureId, attempt.becameCaptureId] as const)
    await expect.poll(() => found().filter(([, became]) => became !== null).length, { timeout: 5_000 }).toBe(20)
    for (const [captureId, becameId] of found()) expect(becameId).toBe(became.get(captureId ?? 0))
  })
})

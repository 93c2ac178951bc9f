import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { retryRunSchema } from '../../shared/contract/sender.ts'
import { schemeIds } from '../../shared/webhook-schemes.ts'
import { generateSecret, verify } from '../../shared/webhook-signatures.ts'
import { type Handler, type HandlerOptions, startHandler } from '../simulators/webhook-handlers.ts'
import { app, type Bench, eventFor, finished, openBench, STORED_SECRET_ID, script } from './sender-support.ts'

const { secret } = generateSecret('standard-webhooks')
const storedToken = `glt-${'x'.repeat(20)}`
let bench: Bench
const handlers: Handler[] = []

beforeEach(() => {
  bench = openBench(storedToken)
})
afterEach(async () => {
  await bench.close()
  await Promise.all(handlers.splice(0).map((handler) => handler.close()))
})

async function handler(options: Partial<HandlerOptions> = {}): Promise<Handler> {
  const started = await startHandler({ scheme: 'standard-webhooks', secret, ...options })
  handlers.push(started)
  return started
}

describe('sending one event', () => {
  it('arrives signed, for every scheme', async () => {
    for (const scheme of schemeIds) {
      const own = generateSecret(scheme).secret
      const { url, seen } = await handler({ scheme, secret: own })
      const body = '{"type":"order.created","webhookTimestamp":1}'
      const attempt = await bench.sender.send(app, eventFor(url, scheme, own, { body }))
      expect([scheme, attempt.status, seen[0]?.isValid]).toEqual([scheme, 200, true])
    }
  })

  it('previews the headers it would send, and sends nothing', async () => {
    const { url, seen } = await handler()
    const event = eventFor(url, 'standard-webhooks', secret, {
      headers: [
        { name: 'Webhook-Id', value: 'msg_mine' },
        { name: 'X-Own', value: '1' },
      ],
    })
    const { headers, bodyBytes } = bench.sender.preview(event)
    expect(headers.map(([name]) => name.toLowerCase())).toEqual([
      'content-type',
      'x-own',
      'webhook-id',
      'webhook-timestamp',
      'webhook-signature',
    ])
    expect(headers).toContainEqual(['webhook-id', 'msg_mine'])
    expect(bodyBytes).toBe(Buffer.byteLength(event.body))
    const request = { method: 'POST', url, rawHeaders: headers.flat(), body: Buffer.from(event.body) }
    expect(verify('standard-webhooks', request, [secret], Date.now()).ok).toBe(true)
    expect(seen).toHaveLength(0)
  })

  it('sends without a signature when none is wanted', async () => {
    const { url, seen } = await handler({ trusting: true })
    await bench.sender.send(
      app,
      eventFor(url, 'stripe', secret, { signing: null, contentType: 'text/plain', body: 'ü' }),
    )
    expect(seen[0]).toMatchObject({ bytes: 2, isValid: false })
    expect(seen[0]?.headers).toMatchObject({ 'content-type': 'text/plain', 'user-agent': 'Keyhold/test' })
  })

  it('signs with a stored secret only while the vault is open, and says in the audit log that it did', async () => {
    const { url, seen } = await handler({ scheme: 'github', secret: storedToken })
    const event = eventFor(url, 'github', secret, {
      signing: { scheme: 'github', options: null, secretId: STORED_SECRET_ID },
    })
    await bench.sender.send(script, event)
    expect(seen[0]?.isValid).toBe(true)
    expect(bench.audit.list({ limit: 1 }).items[0]).toMatchObject({
      action: 'event.sent',
      source: 'api',
      subjectKind: 'endpoint',
      subjectName: 'Sample endpoint',
      detail: `To ${url}, signed for GitHub.`,
    })
    bench.lockVault()
    await expect(bench.sender.send(app, event)).rejects.toMatchObject({ code: 'VAULT_LOCKED' })
    expect(seen).toHaveLength(1)
  })

  it('does not give a stored secret away: not in a preview, not to a script', async () => {
    const { url, seen } = await handler({ scheme: 'gitlab-token', secret: storedToken })
    const event = eventFor(url, 'gitlab-token', secret, {
      signing: { scheme: 'gitlab-token', options: null, secretId: STORED_SECRET_ID },
    })
    // Not even in the app, unless the endpoint has that scheme: a signing secret is not there to be sent.
    const refusal = expect.objectContaining({ code: 'FORBIDDEN', message: 'This stored secret is not sent in plain.' })
    expect(() => bench.sender.preview(event)).toThrow(refusal)
    await expect(bench.sender.send(app, event)).rejects.toEqual(refusal)
    expect(() => bench.sender.startRetries(app, run(event))).toThrow(refusal)
    await expect(bench.sender.probe(app, { event })).rejects.toEqual(refusal)
    bench.setScheme('gitlab-token')
    expect(JSON.stringify(bench.sender.preview(event))).not.toContain(storedToken)
    await expect(bench.sender.send(script, event)).rejects.toMatchObject({ code: 'FORBIDDEN' })
    expect(() => bench.sender.startRetries(script, run(event))).toThrow(expect.objectContaining({ code: 'FORBIDDEN' }))
    await expect(bench.sender.probe(script, { event })).rejects.toMatchObject({ code: 'FORBIDDEN' })
    expect(seen).toHaveLength(0)
    await bench.sender.send(app, event)
    expect(seen[0]?.isValid).toBe(true)
  })

  it('says what is wrong with the secret before anything is sent', async () => {
    const { url, seen } = await handler()
    const wrong = eventFor(url, 'standard-webhooks', 'whsec_')
    const none = eventFor(url, 'stripe', '', { signing: { scheme: 'stripe', options: null } })
    for (const event of [wrong, none]) {
      expect(() => bench.sender.preview(event)).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }))
      await expect(bench.sender.send(app, event)).rejects.toMatchObject({ code: 'INVALID_INPUT' })
      expect(() => bench.sender.startRetries(app, run(event))).toThrow(
        expect.objectContaining({ code: 'INVALID_INPUT' }),
      )
      await expect(bench.sender.probe(app, { event })).rejects.toMatchObject({ code: 'INVALID_INPUT' })
    }
    expect(seen).toHaveLength(0)
    expect(bench.audit.list({ limit: 1 }).items).toEqual([])
  })
})

function run(event: ReturnType<typeof eventFor>, fields: Partial<Parameters<Bench['sender']['startRetries']>[1]> = {}) {
  return { event, schedule: 'standard-webhooks', events: 1, jitterSeed: 1, duplicateShare: 0, ...fields } as const
}

describe('the retry-time machine', () => {
  it('delivers after failures; every attempt has the same id, a fresh signature, and is accepted once', async () => {
    const target = await handler({ instead: ({ ofId }) => (ofId < 3 ? { status: 500 } : null) })
    const started = bench.sender.startRetries(
      app,
      run(eventFor(target.url, 'standard-webhooks', secret), { events: 2 }),
    )
    expect(started).toMatchObject({ state: 'running', events: 2, url: target.url })
    const { last } = await finished(bench.sender, started.id)
    expect(retryRunSchema.parse(last)).toEqual(last)
    expect(last.state).toBe('finished')
    expect(last.report).toMatchObject({ delivered: 2, deadLetters: 0, acceptedTwice: 0 })
    expect(last.report?.virtualMs).toBeGreaterThan(1_800_000)
    expect(last.report?.wallMs).toBeLessThan(10_000)
    expect(last.attempts.map(({ status }) => status)).toEqual([500, 500, 500, 500, 500, 500, 200, 200])
    expect(target.seen.every(({ isValid }) => isValid)).toBe(true)
    expect(new Set(target.seen.map(({ id }) => id))).toEqual(new Set(last.attempts.map(({ eventId }) => eventId)))
    expect([...target.processed.values()]).toEqual([1, 1])
  })

  it('repeats accepted events, which a handler that remembers processes once and another one twice', async () => {
    for (const [memory, times] of [
      ['says', 1],
      ['forgets', 2],
    ] as const) {
      const target = await handler({ memory })
      const { id } = bench.sender.startRetries(
        app,
        run(eventFor(target.url, 'standard-webhooks', secret), { events: 5, duplicateShare: 1 }),
      )
      const { last } = await finished(bench.sender, id)
      expect(last.report).toMatchObject({ delivered: 5, acceptedTwice: 5 })
      expect([...target.processed.values()]).toEqual(Array(5).fill(times))
    }
  })

  it('gives up on a handler that stays down, and says so', async () => {
    const target = await handler({ instead: () => ({ status: 500 }) })
    const { id } = bench.sender.startRetries(
      app,
      run(eventFor(target.url, 'standard-webhooks', secret), { schedule: 'zoom' }),
    )
    const { last } = await finished(bench.sender, id)
    expect(last.report?.sentence).toBe('0 of 1 event delivered, 1 given up; the last attempt came after 1 h 25 min.')
  })

  it('waits out a handler that is too slow, no longer than asked, and tells Slack retries from first attempts', async () => {
    const target = await handler({
      scheme: 'slack',
      secret: 'slack-secret',
      instead: ({ place }) => (place < 2 ? 'hang' : null),
    })
    const event = eventFor(target.url, 'slack', 'slack-secret', {
      timeoutMs: 150,
      body: '{"type":"event_callback","event_id":"Ev1"}',
    })
    const { id } = bench.sender.startRetries(app, run(event, { schedule: 'slack' }))
    const { last } = await finished(bench.sender, id)
    expect(last.attempts.map(({ outcome, nextInMs }) => [outcome, nextInMs])).toEqual([
      ['timed-out', 0],
      ['timed-out', 60_000],
      ['accepted', null],
    ])
    expect(last.report?.wallMs).toBeGreaterThanOrEqual(290)
    expect(last.report?.wallMs).toBeLessThan(10_000)
    expect(target.seen.map(({ headers }) => headers['x-slack-retry-num'])).toEqual([undefined, '1', '2'])
    expect(target.seen[1]?.headers['x-slack-retry-reason']).toBe('http_timeout')
  })

  it('moves the next attempt by Retry-After, in seconds and as a date', async () => {
    const until = new Date(Date.UTC(2030, 0, 1, 0, 10)).toUTCString()
    const target = await handler({
      instead: ({ place }) =>
        place === 0
          ? { status: 429, headers: { 'Retry-After': '90' } }
          : place === 1
            ? { status: 503, headers: { 'Retry-After': until, Date: new Date(Date.UTC(2030, 0, 1)).toUTCString() } }
            : null,
    })
    const { id } = bench.sender.startRetries(app, run(eventFor(target.url, 'standard-webhooks', secret)))
    const { last } = await finished(bench.sender, id)
    expect(last.attempts.map(({ atMs, nextBecause }) => [atMs, nextBecause])).toEqual([
      [0, 'Retry-After'],
      [90_000, 'Retry-After'],
      [690_000, null],
    ])
  })

  it('sees 410 as the end of the endpoint, and nobody listening as a failure', async () => {
    const target = await handler({ instead: () => ({ status: 410 }) })
    const gone = bench.sender.startRetries(app, run(eventFor(target.url, 'standard-webhooks', secret), { events: 3 }))
    const { last } = await finished(bench.sender, gone.id)
    expect(last.attempts.map(({ outcome }) => outcome)).toEqual(['failed', 'disabled', 'disabled'])
    expect(target.seen).toHaveLength(1)
    await target.close()
    handlers.splice(handlers.indexOf(target), 1)
    const nobody = bench.sender.startRetries(
      app,
      run(eventFor(target.url, 'standard-webhooks', secret), { schedule: 'github' }),
    )
    const closed = await finished(bench.sender, nobody.id)
    expect(closed.last.attempts).toMatchObject([{ outcome: 'refused-connection', status: null }])
  })

  it('is cancelled at once, also while the handler keeps it waiting', async () => {
    const target = await handler({ instead: ({ place }) => (place === 0 ? { status: 500 } : 'hang') })
    const started = bench.sender.startRetries(
      app,
      run(eventFor(target.url, 'standard-webhooks', secret, { timeoutMs: 60_000 })),
    )
    for await (const { attempts } of bench.sender.retryProgress(started.id)) if (attempts.length === 1) break
    const at = performance.now()
    const cancelled = bench.sender.cancelRetries(started.id)
    expect(cancelled).toMatchObject({ state: 'cancelled', report: { delivered: 0, deadLetters: 0 } })
    expect(cancelled.report?.sentence).toMatch(/^Ended early: 0 of 1 event delivered/)
    const { last } = await finished(bench.sender, started.id)
    expect(last.attempts).toHaveLength(1)
    await bench.sender.close()
    expect(performance.now() - at).toBeLessThan(2_000)
    expect(bench.sender.retryRun(started.id)).toEqual(cancelled)
  })

  it('reports at most four times a second, the end always', async () => {
    const target = await handler({ instead: () => ({ status: 500 }) })
    const { id } = bench.sender.startRetries(
      app,
      run(eventFor(target.url, 'standard-webhooks', secret), { events: 60 }),
    )
    const at = performance.now()
    const { last, states } = await finished(bench.sender, id)
    expect(last.attempts).toHaveLength(600)
    expect(states.length).toBeLessThanOrEqual(3 + (performance.now() - at) / 250)
    expect(await finished(bench.sender, id)).toEqual({ last, states: [last] })
    const abort = new AbortController()
    abort.abort()
    for await (const state of bench.sender.retryProgress(id, abort.signal)) expect(state).toBeUndefined()
  })

  it('keeps the newest fifty runs, and refuses a fifth at the same time', async () => {
    const target = await handler({ instead: ({ id }) => (id === 'never' ? null : 'hang') })
    const event = eventFor(target.url, 'standard-webhooks', secret, { timeoutMs: 60_000 })
    const started = [1, 2, 3, 4].map(() => bench.sender.startRetries(app, run(event)))
    expect(() => bench.sender.startRetries(app, run(event))).toThrow(expect.objectContaining({ code: 'CONFLICT' }))
    for (const { id } of started) bench.sender.cancelRetries(id)
    const first = started[0]?.id ?? 0
    for (let more = 0; more < 49; more += 1) bench.sender.cancelRetries(bench.sender.startRetries(app, run(event)).id)
    expect(() => bench.sender.retryRun(first)).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }))
    expect(bench.sender.retryRun(first + 4).state).toBe('cancelled')
  })

  it('stops when the vault is locked on the way', async () => {
    const target = await handler({ scheme: 'github', secret: storedToken, instead: () => ({ status: 500 }) })
    const event = eventFor(target.url, 'github', '', {
      signing: { scheme: 'github', options: null, secretId: STORED_SECRET_ID },
    })
    const { id } = bench.sender.startRetries(app, run(event))
    bench.lockVault()
    const { last } = await finished(bench.sender, id)
    expect(last.state).toBe('failed')
    expect(last.report?.sentence).toMatch(/^The vault is locked\. Ended early/)
    expect(target.seen.length).toBeLessThanOrEqual(1)
  })
})

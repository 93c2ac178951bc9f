import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createRawClient } from '../../main/http/node-raw-client.ts'
import { type RawAnswer, type RawClient, RawFailure, type RawRequest } from '../../main/http/raw-client.ts'
import { startWebhookTarget, type WebhookTarget } from '../simulators/webhook-target.ts'

let target: WebhookTarget
let client: RawClient
beforeEach(async () => {
  target = await startWebhookTarget()
  client = createRawClient({ userAgent: 'Keyhold/test' })
})
afterEach(async () => {
  client.close()
  await target.close()
})

function send(overrides: Partial<RawRequest> = {}): Promise<RawAnswer> {
  return client.send({
    method: 'POST',
    url: `${target.url}/hook`,
    rawHeaders: [],
    body: Buffer.from('{}'),
    timeoutMs: 5_000,
    maxAnswerBytes: 20_000,
    ca: null,
    ...overrides,
  })
}

async function failure(sending: Promise<RawAnswer>): Promise<RawFailure> {
  const outcome = await sending.catch((error: unknown) => error)
  if (outcome instanceof RawFailure) return outcome
  throw new Error(`No failure: ${JSON.stringify(outcome)}`)
}

describe('what leaves', () => {
  it('sends headers in their order, case and number, and the body as bytes', async () => {
    const body = Buffer.from([0, 255, 13, 10, 128, 0])
    await send({
      rawHeaders: [
        'X-Two',
        'b',
        'host',
        'a.example',
        'x-TWO',
        'a',
        'Content-length',
        '999',
        'X-Latin',
        'é\u00ff',
        'X-Empty',
        '',
      ],
      body,
      exact: true,
    })
    expect(target.requests[0]?.head).toBe(
      'POST /hook HTTP/1.1\r\nX-Two: b\r\nhost: a.example\r\nx-TWO: a\r\nContent-length: 6\r\nX-Latin: é\u00ff\r\nX-Empty: \r\nConnection: keep-alive\r\n\r\n',
    )
    expect(target.requests[0]?.body.equals(body)).toBe(true)
  })

  it('adds what is missing and leaves out what belongs to the connection', async () => {
    await send({
      rawHeaders: [
        'Connection',
        'close, X-Hop',
        'X-Hop',
        '1',
        'Transfer-Encoding',
        'chunked',
        'Expect',
        '100-continue',
        'TE',
        'x',
        'Upgrade',
        'h2c',
        'Proxy-Authorization',
        'x',
        'X-Kept',
        '1',
      ],
      body: Buffer.alloc(0),
    })
    expect(target.requests[0]?.rawHeaders).toEqual([
      'Host',
      `127.0.0.1:${target.port}`,
      'X-Kept',
      '1',
      'User-Agent',
      'Keyhold/test',
      'Content-Length',
      '0',
      'Connection',
      'keep-alive',
    ])
    await send({ method: 'GET', body: Buffer.alloc(0), exact: true })
    expect(target.requests[1]?.head).toBe(
      `GET /hook HTTP/1.1\r\nHost: 127.0.0.1:${target.port}\r\nConnection: keep-alive\r\n\r\n`,
    )
  })

  it('keeps the path letter by letter', async () => {
    const path = `/a/../b//c'"<>|?x='"&y=%zz&x=`
    await send({ url: `${target.url}${path}#part` })
    await send({ url: `${target.url}?only=query` })
    expect(target.requests.map((request) => request.target)).toEqual([path, '/?only=query'])
  })

  it('sends any list of headers as it was given, whatever its values', async () => {
    const name = fc.stringMatching(/^X-[!#$%&'*+.^_`|~0-9A-Za-z-]{1,20}$/)
    // Blanks around a value are no part of it (RFC 9110), so a server cannot give them back.
    const value = fc.stringMatching(/^[\x21-\x7e\x80-\xff]([\t\x20-\x7e\x80-\xff]{0,30}[\x21-\x7e\x80-\xff])?$/)
    const bytes = fc.uint8Array({ maxLength: 300 })
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(name, value), { maxLength: 20 }), bytes, async (headers, body) => {
        await send({ rawHeaders: headers.flat(), body, exact: true })
        const received = target.requests.at(-1)
        expect(received?.rawHeaders.slice(2, -4)).toEqual(headers.flat())
        expect(received?.body.equals(Buffer.from(body))).toBe(true)
      }),
      { numRuns: 100 },
    )
  })

  it('refuses what would break out of a header or is no plain address', async () => {
    for (const bad of [
      { rawHeaders: ['X-A', 'b\r\nX-Injected: 1'] },
      { rawHeaders: ['X-A: 1\r\nX', 'b'] },
      { rawHeaders: ['X-A', '\u20ac'] },
      { method: 'GET /x HTTP/1.1\r\nX:' },
      { url: 'ftp://127.0.0.1/' },
      { url: `http://user:word@127.0.0.1:${target.port}/` },
      { url: 'nothing' },
      { url: target.url.replace('http:', 'https:'), ca: 'no certificate' },
    ]) {
      expect((await failure(send(bad))).kind).toBe('bad-request')
    }
    expect(target.requests).toHaveLength(0)
  })
})

describe('what comes back', () => {
  it('gives any answer, redirects too, with its headers as they came', async () => {
    target.act({
      kind: 'answer',
      status: 302,
      headers: ['LOCATION', '/elsewhere', 'Set-Cookie', 'a', 'set-cookie', 'b'],
      body: Buffer.from([0, 200]),
    })
    const answer = await send()
    expect(answer).toMatchObject({ status: 302, cut: false, bytes: 2 })
    expect(answer.rawHeaders).toEqual([
      'Content-Length',
      '2',
      'LOCATION',
      '/elsewhere',
      'Set-Cookie',
      'a',
      'set-cookie',
      'b',
    ])
    expect(Buffer.from(answer.body)).toEqual(Buffer.from([0, 200]))
    expect(target.requests).toHaveLength(1)
  })

  it('stops reading five gigabytes at the bound and closes', async () => {
    target.act({ kind: 'endless' })
    const answer = await send({ maxAnswerBytes: 1_000 })
    expect(answer).toMatchObject({ status: 200, cut: true })
    expect(answer.body).toHaveLength(1_000)
    await vi.waitFor(() => expect(target.open).toBe(0), { interval: 5, timeout: 5_000 })
    expect(target.endlessBytes).toBeLessThan(50 * 1_024 * 1_024)
  })

  it('reuses connections, and tells its own port', async () => {
    const first = await send()
    const second = await send()
    expect(target.connections).toBe(1)
    expect(first.timing.connectMs).not.toBeNull()
    expect(second.timing.connectMs).toBeNull()
    expect([first.localPort, second.localPort]).toEqual([target.requests[0]?.port, target.requests[1]?.port])
    expect(first.timing.totalMs).toBeGreaterThanOrEqual(first.timing.firstByteMs ?? Number.POSITIVE_INFINITY)
  })

  it('sends again what a connection could not take any more', async () => {
    // The connection is kept, and cut only when the next request arrives on it: the race every client has to live with.
    let cuts = 0
    target.act((request, index) => {
      if (index % 2 === 0) return { kind: 'answer', status: 200 }
      cuts += target.requests.filter(({ port }) => port === request.port).length > 1 ? 1 : 0
      return { kind: 'reset' }
    })
    await send()
    expect((await send({ body: Buffer.from('again') })).status).toBe(200)
    expect(cuts).toBe(1)
    expect(target.requests.map((request) => String(request.body))).toEqual(['{}', 'again', 'again'])
  })

  it('survives a target that closes after every answer', async () => {
    target.act({ kind: 'answer', status: 200, closes: true })
    const answers = await Promise.all(Array.from({ length: 20 }, () => send()))
    for (let round = 0; round < 20; round += 1) answers.push(await send())
    expect(answers.every(({ status }) => status === 200)).toBe(true)
  })
})

describe('what goes wrong', () => {
  it('gives up after the time limit, while waiting and while reading', async () => {
    target.act({ kind: 'hang' })
    expect((await failure(send({ timeoutMs: 100 }))).kind).toBe('timeout')
    target.act({ kind: 'drip' })
    const slow = await failure(send({ timeoutMs: 150 }))
    expect(slow.kind).toBe('timeout')
    expect(slow.durationMs).toBeGreaterThanOrEqual(140)
  })

  it('tells reset, half an answer and what is not HTTP apart', async () => {
    const kinds: string[] = []
    for (const kind of ['reset', 'half', 'garbage'] as const) {
      target.act({ kind })
      kinds.push((await failure(send())).kind)
    }
    expect(kinds).toEqual(['reset', 'reset', 'bad-answer'])
  })

  it('tells refused and unknown names apart', async () => {
    const gone = await startWebhookTarget()
    await gone.close()
    const refused = await failure(send({ url: `${gone.url}/secret-path` }))
    expect(refused.kind).toBe('refused')
    expect(refused.message).not.toContain('secret-path')
    expect((await failure(send({ url: 'http://no-such-host.invalid/' }))).kind).toBe('unresolved')
  })

  it('ends at once when it is cancelled', async () => {
    target.act({ kind: 'hang' })
    const controller = new AbortController()
    const sending = failure(send({ signal: controller.signal, timeoutMs: 60_000 }))
    await target.received(1)
    controller.abort()
    expect((await sending).kind).toBe('aborted')
    expect((await failure(send({ signal: controller.signal }))).kind).toBe('aborted')
  })

  it('trusts a certificate only with its authority', async () => {
    const secure = await startWebhookTarget({ tls: true })
    const other = await startWebhookTarget({ tls: true })
    const untrusted = await failure(send({ url: secure.url }))
    expect(untrusted.kind).toBe('tls')
    expect(untrusted.message).toContain('DEPTH_ZERO_SELF_SIGNED_CERT')
    expect((await send({ url: secure.url, ca: secure.ca })).status).toBe(200)
    expect((await send({ url: secure.url.replace('127.0.0.1', 'localhost'), ca: secure.ca })).status).toBe(200)
    // The same authority does not open another host, nor is it remembered for calls without it.
    expect((await failure(send({ url: other.url, ca: secure.ca }))).kind).toBe('tls')
    expect((await failure(send({ url: secure.url }))).kind).toBe('tls')
    expect((await failure(send({ url: target.url.replace('http:', 'https:') }))).kind).toBe('tls')
    await Promise.all([secure.close(), other.close()])
  })
})

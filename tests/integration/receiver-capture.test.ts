import { mkdtempSync, rmSync } from 'node:fs'
import { request as httpRequest } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { StoredCapture } from '../../main/captures/capture-record.ts'
import { type LedgerReader, openLedgerReader } from '../../main/captures/ledger.ts'
import { usualBehaviour } from '../../shared/receiver-defaults.ts'
import { sign } from '../../shared/webhook-signatures.ts'
import { rawConnection, requestText } from '../support/receiver-raw.ts'
import { endpointNamed, type RunningReceiver, startReceiver } from '../support/receiver-thread.ts'

const MB = 1024 * 1024
const SECRET = `whsec_${Buffer.from('a secret only for this test').toString('base64')}`

let directory = ''
let receiver: RunningReceiver
let ledger: LedgerReader

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'keyhold-receiver-'))
  receiver = await startReceiver({
    directory,
    endpoints: [
      endpointNamed('one', 1),
      endpointNamed('two', 2),
      endpointNamed('signed', 3, { secrets: [{ label: 'the old one', secret: SECRET }] }),
      endpointNamed('locked', 4, { scheme: 'stripe', secrets: null }),
      endpointNamed('slow', 5, {
        behaviour: { ...usualBehaviour, answer: { ...usualBehaviour.answer, delayMs: 40 } },
      }),
    ],
  })
  ledger = openLedgerReader(directory)
})
afterAll(async () => {
  ledger.close()
  await receiver.close()
  rmSync(directory, { recursive: true, force: true })
})

interface Answered {
  readonly status: number
  readonly text: string
  readonly headers: Readonly<Record<string, unknown>>
}

function send(
  path: string,
  options: { method?: string; headers?: string[]; body?: Uint8Array | string } = {},
): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      { port: receiver.port, host: '127.0.0.1', path, method: options.method ?? 'POST', agent: false },
      (response) => {
        let text = ''
        response.setEncoding('utf8')
        response.on('data', (chunk) => {
          text += String(chunk)
        })
        response.on('end', () => resolve({ status: response.statusCode ?? 0, text, headers: response.headers }))
      },
    )
    request.on('error', reject)
    const { headers = [] } = options
    for (let at = 0; at < headers.length; at += 2) request.setHeader(headers[at] ?? '', headers[at + 1] ?? '')
    request.end(options.body)
  })
}

/** The newest one; an answered request is on disk. */
function newest(): StoredCapture {
  const capture = ledger.read(ledger.newestId())
  if (capture === null) throw new Error('Nothing was captured.')
  return capture
}

describe('what is kept of a request', () => {
  it('is every byte of body and target, and headers in order and case with duplicates', async () => {
    const connection = await rawConnection(receiver.port)
    const body = Buffer.from([0, 255, 128, 13, 10, 13, 10, 0xc3, 0x28])
    connection.send(
      'REPORT /h/one/a%20b/..//c?x=%00&y=|"{} HTTP/1.1\r\nhOsT: Example.Test:81\r\nX-Twice: first\r\nx-twice:  second \r\nX-Empty:\r\n',
      Buffer.from('X-Latin: caf\u00e9\r\n', 'latin1'),
      `Content-Length: ${body.length}\r\n\r\n`,
      body,
    )
    expect((await connection.answer()).status).toBe(200)
    const capture = newest()
    expect(capture).toMatchObject({
      endpointId: 1,
      method: 'REPORT',
      httpVersion: '1.1',
      remoteAddress: '127.0.0.1',
      remotePort: connection.socket.localPort,
      refused: null,
      sentBytes: body.length,
      imported: false,
      answer: { status: 200, body: 'ok', rule: null },
    })
    expect(capture.target).toBe('/h/one/a%20b/..//c?x=%00&y=|"{}')
    expect(capture.publicUrl).toBe(`http://Example.Test:81${capture.target}`)
    expect(capture.rawHeaders).toEqual([
      ...['hOsT', 'Example.Test:81', 'X-Twice', 'first', 'x-twice', 'second', 'X-Empty', '', 'X-Latin', 'caf\u00e9'],
      ...['Content-Length', String(body.length)],
    ])
    expect(Buffer.from(capture.body)).toEqual(body)
    expect(Math.abs(capture.at - Date.now())).toBeLessThan(60_000)
    connection.socket.destroy()
  })

  it('is the same for any body, whole or in chunks', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 5_000 }), fc.boolean(), fc.nat(), async (body, chunked, at) => {
        const connection = await rawConnection(receiver.port)
        if (chunked) {
          const cut = body.length === 0 ? 0 : at % body.length
          connection.send(requestText('PUT', '/h/one', ['Transfer-Encoding: chunked']))
          for (const part of [body.subarray(0, cut), body.subarray(cut)]) {
            if (part.length > 0) connection.send(`${part.length.toString(16)};ext=1\r\n`, part, '\r\n')
          }
          connection.send('0\r\nX-Sum: 1\r\nX-Sum: 2\r\n\r\n')
        } else connection.send(requestText('PUT', '/h/one', [`Content-Length: ${body.length}`]), body)
        expect((await connection.answer()).status).toBe(200)
        connection.socket.destroy()
        const capture = newest()
        expect(Buffer.from(capture.body).equals(body)).toBe(true)
        expect(capture.rawTrailers).toEqual(chunked ? ['X-Sum', '1', 'X-Sum', '2'] : [])
      }),
      { numRuns: 60 },
    )
  })

  it('is a gzip body as it came', async () => {
    const body = gzipSync('{"a":1}')
    await send('/h/one', { headers: ['Content-Encoding', 'gzip'], body })
    expect(Buffer.from(newest().body)).toEqual(body)
  })

  it('are 100 headers of 300 characters, and one of 16 KB', async () => {
    const many = Array.from({ length: 100 }, (_, n) => `X-Many-${n}: ${String(n).repeat(150)}`)
    const connection = await rawConnection(receiver.port)
    connection.send(requestText('GET', '/h/one', [...many, `X-Long: ${'l'.repeat(16_384)}`]))
    expect((await connection.answer()).status).toBe(200)
    const { rawHeaders } = newest()
    expect(rawHeaders).toHaveLength(2 * 102)
    expect(rawHeaders[2 + 2 * 77 + 1]).toBe('77'.repeat(150))
    expect(rawHeaders.at(-1)).toBe('l'.repeat(16_384))
    connection.socket.destroy()
  })

  it('is a request without Host, of HTTP/1.0, and one with a whole URL as target', async () => {
    const old = await rawConnection(receiver.port)
    old.send('GET /h/one HTTP/1.0\r\n\r\n')
    expect(await old.end()).toMatch(/^HTTP\/1\.1 200 /)
    expect(newest()).toMatchObject({ httpVersion: '1.0', rawHeaders: [], publicUrl: null })
    const proxied = await rawConnection(receiver.port)
    proxied.send(requestText('GET', 'http://elsewhere.test/h/two/x'))
    expect((await proxied.answer()).status).toBe(200)
    expect(newest()).toMatchObject({ endpointId: 2, target: 'http://elsewhere.test/h/two/x' })
    proxied.socket.destroy()
  })

  it('is judged with the secret, and not yet where the vault is locked', async () => {
    const body = Buffer.from('{"type":"a"}')
    const message = { method: 'POST', url: '', body, id: 'm1', timestamp: Date.now(), contentType: null }
    await send('/h/signed', { headers: sign('standard-webhooks', message, [SECRET]).flat(), body })
    expect(newest().verdict).toMatchObject({
      verdict: 'valid',
      scheme: 'standard-webhooks',
      strictOk: true,
      matchedSecret: 'the old one',
      timestamp: Math.floor(message.timestamp / 1_000) * 1_000,
    })
    await send('/h/signed', { headers: sign('standard-webhooks', message, [SECRET]).flat(), body: 'other' })
    expect(newest().verdict).toMatchObject({ verdict: 'invalid', reason: 'mismatch', matchedSecret: null })
    await send('/h/signed', { body })
    expect(newest().verdict).toMatchObject({ verdict: 'unsigned', scheme: null, strictOk: null })
    await send('/h/one', { headers: ['Stripe-Signature', 't=1,v1=00'], body })
    expect(newest().verdict).toMatchObject({ verdict: 'no-secret', scheme: 'stripe' })
    await send('/h/locked', { body })
    expect(newest().verdict).toMatchObject({ verdict: 'pending', scheme: 'stripe' })
  })

  it('is the public URL in force, or what a proxy says', async () => {
    await send('/h/one/x?y', { headers: ['X-Forwarded-Proto', 'https, http', 'X-Forwarded-Host', 'a.test, b.test'] })
    expect(newest().publicUrl).toBe('https://a.test/h/one/x?y')
    receiver.configure({ publicUrl: 'https://tunnel.test' })
    await receiver.heard('listening')
    await send('/h/one/x?y', { headers: ['X-Forwarded-Proto', 'http', 'X-Forwarded-Host', 'a.test'] })
    expect(newest().publicUrl).toBe('https://tunnel.test/h/one/x?y')
    receiver.configure({ publicUrl: null })
    await receiver.heard('listening')
  })

  it('is when a delayed answer went out, and that nobody was there to take it', async () => {
    expect((await send('/h/slow')).text).toBe('ok')
    const answered = ledger.newestId()
    const gone = await rawConnection(receiver.port)
    const stored = receiver.heard('stored', ({ lastId }) => lastId > answered)
    gone.send(requestText('POST', '/h/slow'))
    await stored
    gone.socket.destroy()
    await expect.poll(() => ledger.read(answered + 1)?.answer.status, { timeout: 5_000 }).toBeNull()
    expect(ledger.read(answered)).toMatchObject({ answer: { status: 200, delayMs: 40 } })
    expect(ledger.read(answered)?.answeredMs).toBeGreaterThanOrEqual(39)
    expect(ledger.read(answered + 1)?.answeredMs).toBeNull()
  })
})

describe('bodies that are too long', () => {
  it('are taken up to 25 MB exactly', async () => {
    const body = Buffer.alloc(25 * MB, 'x')
    body.write('beginning')
    body.write('end', body.length - 3)
    expect((await send('/h/one', { body })).status).toBe(200)
    const capture = newest()
    expect(capture.body.length).toBe(25 * MB)
    expect(body.equals(capture.body)).toBe(true)
  })

  it('are answered with 413 and recorded without their body, declared or not', async () => {
    const body = Buffer.alloc(25 * MB + 1)
    const declared = await send('/h/one', { body })
    expect(declared.status).toBe(413)
    expect(declared.text).toContain('26214400 bytes')
    expect(newest()).toMatchObject({
      refused: 'too-large',
      sentBytes: 25 * MB + 1,
      answer: { status: 413, rule: 'limit' },
    })
    expect(newest().body).toHaveLength(0)
    const before = ledger.newestId()
    const chunked = await send('/h/one', { headers: ['Transfer-Encoding', 'chunked'], body })
    expect(chunked.status).toBe(413)
    expect(ledger.newestId()).toBe(before + 1)
    expect(newest()).toMatchObject({ refused: 'too-large' })
  })

  it('of 5 GB are not read, nor asked for with 100-continue', async () => {
    const waiting = await rawConnection(receiver.port)
    waiting.send(requestText('POST', '/h/one', ['Content-Length: 5000000000', 'Expect: 100-continue']))
    const answer = await waiting.answer()
    expect(answer.status).toBe(413)
    expect(answer.head).toContain('Connection: close')
    expect(newest()).toMatchObject({ refused: 'too-large', sentBytes: 5_000_000_000 })
    waiting.socket.destroy()
    const flooding = await rawConnection(receiver.port)
    flooding.send(requestText('POST', '/h/nobody', ['Transfer-Encoding: chunked']))
    let sent = 0
    const piece = Buffer.concat([Buffer.from('100000\r\n'), Buffer.alloc(MB), Buffer.from('\r\n')])
    const more = () => {
      while (!flooding.socket.destroyed && sent < 5_000 * MB) {
        sent += MB
        if (!flooding.socket.write(piece)) return
      }
    }
    flooding.socket.on('drain', more)
    more()
    expect(await flooding.end()).toMatch(/^HTTP\/1\.1 404 /)
    expect(sent).toBeLessThan(1_000 * MB)
  })

  it('are invited with 100-continue when they fit', async () => {
    const connection = await rawConnection(receiver.port)
    connection.send(requestText('POST', '/h/one', ['Content-Length: 2', 'Expect: 100-continue']))
    await connection.until('HTTP/1.1 100 Continue\r\n\r\n')
    connection.send('hi')
    await connection.until('HTTP/1.1 200 OK')
    expect(Buffer.from(newest().body).toString()).toBe('hi')
    connection.socket.destroy()
  })
})

describe('senders', () => {
  it('that go away in the middle leave what came', async () => {
    const connection = await rawConnection(receiver.port)
    const stored = receiver.heard('stored')
    connection.send(requestText('POST', '/h/two', ['Content-Length: 100']), 'the first half')
    // Answered on another connection afterwards: by then the half was read.
    await send('/h/one')
    await stored
    const lost = receiver.heard('stored')
    connection.socket.resetAndDestroy()
    await lost
    expect(newest()).toMatchObject({ endpointId: 2, refused: 'aborted', sentBytes: 14, answer: { status: null } })
    expect(Buffer.from(newest().body).toString()).toBe('the first half')
  })

  it('that pipeline get their answers in order, the slow one first', async () => {
    const connection = await rawConnection(receiver.port)
    const before = ledger.newestId()
    const requests = ['/h/slow', '/h/one/1', '/h/nobody', '/h/two/2', '/h/one/3'].map((path) =>
      requestText('POST', path, [], 'b'),
    )
    connection.send(requests.join(''))
    const statuses: number[] = []
    for (let n = 0; n < 5; n += 1) statuses.push((await connection.answer()).status)
    expect(statuses).toEqual([200, 200, 404, 200, 200])
    expect(ledger.readAfter(before, 10).map(({ target }) => target)).toEqual([
      '/h/slow',
      '/h/one/1',
      '/h/two/2',
      '/h/one/3',
    ])
    connection.socket.destroy()
  })

  it('that pipeline thousands get every answer, also from a slow endpoint', async () => {
    const connection = await rawConnection(receiver.port)
    const before = ledger.newestId()
    connection.send(Array.from({ length: 3_000 }, (_, n) => requestText('POST', `/h/one/${n}`, [], String(n))).join(''))
    for (let n = 0; n < 3_000; n += 1) expect((await connection.answer()).status).toBe(200)
    expect(ledger.newestId()).toBe(before + 3_000)
    connection.send(Array.from({ length: 3_000 }, (_, n) => requestText('POST', `/h/slow/${n}`)).join(''))
    for (let n = 0; n < 3_000; n += 1) expect((await connection.answer()).status).toBe(200)
    connection.socket.destroy()
  })

  it('that send garbage after a request get both answers', async () => {
    const connection = await rawConnection(receiver.port)
    connection.send(requestText('POST', '/h/slow', [], 'x'), 'GARBAGE\r\n\r\n')
    const everything = await connection.end()
    expect(everything.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 400'])
    expect(everything).toContain('It was not captured.')
  })

  it('that send headers over 64 KB get 431', async () => {
    const connection = await rawConnection(receiver.port)
    connection.send(requestText('GET', '/h/one', [`X: ${'x'.repeat(66_000)}`]))
    expect(await connection.end()).toMatch(/^HTTP\/1\.1 431 .*Content-Type: text\/plain/s)
  })

  it('that ask for a tunnel are refused', async () => {
    const connection = await rawConnection(receiver.port)
    connection.send('CONNECT example.com:443 HTTP/1.1\r\nHost: example.com\r\n\r\n')
    expect(await connection.end()).toMatch(/^HTTP\/1\.1 400 /)
  })

  it('that ask for an upgrade are captured as they are', async () => {
    const connection = await rawConnection(receiver.port)
    connection.send(requestText('GET', '/h/one/socket', ['Connection: Upgrade', 'Upgrade: websocket']))
    expect((await connection.answer()).status).toBe(200)
    expect(newest().target).toBe('/h/one/socket')
    connection.socket.destroy()
  })
})

describe('what is not an endpoint', () => {
  it('is answered with short text, whatever the slug is made of', async () => {
    const odd = '/h/%3Cscript%3Ealert(1)%3C%2Fscript%3E"<b>'
    const connection = await rawConnection(receiver.port)
    const counted = receiver.heard('counters')
    connection.send(requestText('POST', odd, [], 'x'))
    const answer = await connection.answer()
    expect(answer.status).toBe(404)
    expect(answer.head).toMatch(/Content-Type: text\/plain; charset=utf-8/)
    expect(answer.head).toMatch(/X-Content-Type-Options: nosniff/)
    expect(answer.body).not.toMatch(/[<>]/)
    expect(answer.body).toContain('%3Cscript%3E')
    expect((await counted).counters.unknownSlug).toBeGreaterThan(0)
    await expect
      .poll(() => receiver.messages.some((message) => message.type === 'unknown-slug' && !message.wanted))
      .toBe(true)
    connection.socket.destroy()
    for (const path of ['/', '/h', '/robots.txt', '/.well-known/keyhold/guess']) {
      expect((await send(path, { method: 'GET' })).text).toContain('This is the webhook receiver of Keyhold')
    }
    expect((await send('/h/', { method: 'GET' })).status).toBe(404)
    expect((await send('/h/ONE')).status).toBe(404)
  })

  it('proves a tunnel with a nonce as long as it is served', async () => {
    const end = receiver.thread.nonce('n0nce')
    expect(await send('/.well-known/keyhold/n0nce', { method: 'GET' })).toMatchObject({ status: 200, text: 'n0nce' })
    expect((await send('/.well-known/keyhold/n0nce')).status).toBe(404)
    end()
    expect((await send('/.well-known/keyhold/n0nce', { method: 'GET' })).status).toBe(404)
  })
})

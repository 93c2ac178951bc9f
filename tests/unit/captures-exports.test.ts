import { execFile } from 'node:child_process'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { promisify } from 'node:util'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { StoredCapture } from '../../main/captures/capture-record.ts'
import { exportCaptures } from '../../main/captures/exports/exports.ts'
import { type ExportFormat, exportFormatSchema } from '../../shared/contract/captures.ts'
import { receiverLimits } from '../../shared/limits.ts'
import { exportSource } from './captures-exports-samples.ts'

const options = { version: '1.2.3', now: Date.UTC(2026, 10, 20) }
const run = promisify(execFile)

function exported(format: ExportFormat, ...requests: Partial<StoredCapture>[]) {
  return exportCaptures(
    requests.map((fields, at) => exportSource({ id: at + 1, ...fields })),
    format,
    options,
  )
}

/** A server that keeps what arrives, byte for byte. */
class Listener {
  readonly #server: Server = createServer()
  readonly #messages: Buffer[] = []

  async open(): Promise<string> {
    this.#server.on('connection', (socket) => {
      let bytes = Buffer.alloc(0)
      socket.on('error', () => {})
      socket.on('data', (chunk) => {
        bytes = Buffer.concat([bytes, chunk])
        if (!isWhole(bytes)) return
        this.#messages.push(bytes)
        socket.end('HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n')
      })
    })
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
    const { port } = this.#server.address() as AddressInfo
    return `127.0.0.1:${port}`
  }

  /** What arrived since the last call. */
  taken(): Message[] {
    return this.#messages.splice(0).map(readMessage)
  }

  async close(): Promise<void> {
    await new Promise((resolve) => this.#server.close(resolve))
  }
}

interface Message {
  readonly line: string
  readonly headers: [string, string][]
  readonly body: Buffer
}

function isWhole(bytes: Buffer): boolean {
  const end = bytes.indexOf('\r\n\r\n')
  if (end === -1) return false
  const head = bytes.toString('latin1', 0, end)
  if (/\r\ntransfer-encoding: chunked/i.test(head)) return bytes.subarray(-5).equals(Buffer.from('0\r\n\r\n'))
  return bytes.length - end - 4 >= Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1] ?? 0)
}

function readMessage(bytes: Buffer): Message {
  const end = bytes.indexOf('\r\n\r\n')
  const [line = '', ...headers] = bytes.toString('latin1', 0, end).split('\r\n')
  const pairs = headers.map((header): [string, string] => {
    const colon = header.indexOf(':')
    return [header.slice(0, colon), header.slice(colon + 1).trim()]
  })
  return { line, headers: pairs, body: bytes.subarray(end + 4) }
}

const listener = new Listener()
let host = ''
beforeAll(async () => {
  host = await listener.open()
})
afterAll(() => listener.close())

const visible = fc.integer({ min: 0x21, max: 0xff }).filter((unit) => unit !== 0x7f)
const wireText = fc.array(visible, { maxLength: 12 }).map((units) => String.fromCharCode(...units))
const words = fc.array(
  fc.oneof(wireText, fc.constantFrom("'", '$(id)', '`', '"', '\\', '%s', '@/etc/passwd', '!!', '-x', ';')),
)
const headerName = fc.constantFrom(
  'X-A',
  'x-a',
  "X-'",
  'User-Agent',
  'Accept',
  'Content-Type',
  'Cookie',
  'Authorization',
  'accept-encoding',
)
const body = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  fc.string({ unit: 'binary' }).map((text) => new Uint8Array(Buffer.from(text))),
  fc
    .constantFrom(
      "'",
      "''\n",
      '@/etc/passwd',
      '$HOME `id` "\\',
      '\n\n',
      'a\r\nb',
      'a\tb',
      '%s',
      'END_OF_BODY\n',
      '\ufeff{}',
      '{"é":"\u202e"}',
    )
    .map((text) => new Uint8Array(Buffer.from(text))),
)
/** A request as it could have come to this server. */
const request = fc
  .record({
    method: fc.constantFrom('POST', 'PUT', 'GET', 'DELETE', 'OPTIONS', 'PURGE'),
    target: fc.oneof(
      fc.constantFrom('/h/shop/../x?a=[1]&b={2}', '/h/a#frag', "/h/it's", '/h//x', '*', '/'),
      fc.tuple(wireText, wireText).map(([path, query]) => `/h/${path}?${query}`),
    ),
    headers: fc.array(
      fc.tuple(
        headerName,
        words.map((list) => list.join(' ').trim()),
      ),
      { maxLength: 6 },
    ),
    body,
    lengthAt: fc.nat(6),
  })
  .map(({ method, target, headers, body, lengthAt }) => ({ method, target, headers, body, lengthAt }))

function arriving(sample: typeof request extends fc.Arbitrary<infer T> ? T : never): Partial<StoredCapture> {
  const headers: [string, string][] = [...sample.headers]
  if (sample.body.length > 0) headers.splice(sample.lengthAt, 0, ['Content-Length', String(sample.body.length)])
  return { ...sample, rawHeaders: ['Host', host, ...headers.flat()] }
}

describe('curl, run by a shell', () => {
  it('sends again exactly what came: request line, headers in order, body', async () => {
    await fc.assert(
      fc.asyncProperty(request, async (sample) => {
        const fields = arriving(sample)
        await run('sh', ['-c', exported('curl', fields).content])
        const [message] = listener.taken()
        expect(message?.line).toBe(`${sample.method} ${sample.target} HTTP/1.1`)
        expect(message?.headers.flat()).toEqual(fields.rawHeaders)
        expect(message?.body.equals(sample.body)).toBe(true)
      }),
      { numRuns: 60 },
    )
  })

  it('sends several, HEAD, chunked and large ones, and says what is missing', async () => {
    const large = Buffer.alloc(1_000_000, 'large ')
    const plain = { rawHeaders: ['Host', host], body: new Uint8Array() }
    const script = exported(
      'curl',
      { ...plain, method: 'HEAD' },
      { rawHeaders: ['Host', host, 'Transfer-Encoding', 'chunked'], body: Buffer.from('abc') },
      { rawHeaders: ['Host', host, 'Content-Length', '1000000'], body: large },
      {
        rawHeaders: ['Host', host, 'Content-Length', '99'],
        body: new Uint8Array(),
        refused: 'too-large',
        sentBytes: 99,
      },
      { ...plain, target: 'http://elsewhere/x', httpVersion: '1.0' },
    )
    expect(script).toMatchObject({ fileName: 'keyhold-requests-2026-11-20.sh', count: 5, leftOut: 0 })
    expect(script.content).toContain('# Request 3, received 2026-11-20T10:00:00.005Z')
    expect(script.content).toContain('# The body of 99 bytes was too large and was not kept.')
    const shell = run('sh')
    shell.child.stdin?.end(script.content)
    await shell
    const [head, chunked, big, missing, absolute] = listener.taken()
    expect(head?.line).toMatch(/^HEAD /)
    expect(chunked?.body.toString()).toBe('3\r\nabc\r\n0\r\n\r\n')
    expect(big?.body.equals(large)).toBe(true)
    expect(missing?.headers).toEqual([['Host', host]])
    expect(absolute?.line).toBe('POST http://elsewhere/x HTTP/1.0')
  })

  it('goes to the public URL where one was in force', () => {
    const { content } = exported('curl', { publicUrl: 'https://x.example/h/shop?a=1', target: '/h/shop?a=1' })
    expect(content).toContain("--url 'https://x.example/h/shop?a=1'")
    expect(content).toContain("--header 'Host: 127.0.0.1:4590'")
    expect(exported('curl', { rawHeaders: ['Host', "a'; id #"] }).content).toContain("--url 'http://127.0.0.1/h/shop/")
  })

  it('has nothing a terminal would act on', () => {
    fc.assert(
      fc.property(request, (sample) => {
        const { content } = exported('curl', arriving(sample))
        // biome-ignore lint/suspicious/noControlCharactersInRegex: looking for them is the point
        expect(content).not.toMatch(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/)
      }),
    )
  })
})

it('fetch, run by Node, sends method, target, headers and body', async () => {
  const samples = fc
    .sample(request, { numRuns: 40, seed: 7 })
    .filter((sample) => sample.method !== 'GET' || sample.body.length === 0)
    .map((sample) => ({ ...sample, target: `/h/x?${new URLSearchParams([['t', sample.target]])}` }))
  const { content } = exported('fetch', ...samples.map(arriving))
  const node = run(process.execPath, ['--input-type=module', '-'])
  node.child.stdin?.end(content)
  await node
  const messages = listener.taken()
  expect(messages).toHaveLength(samples.length)
  samples.forEach((sample, at) => {
    const message = messages[at]
    expect(message?.line).toBe(`${sample.method} ${sample.target} HTTP/1.1`)
    expect(message?.body.equals(sample.body)).toBe(true)
    const wanted = new Headers(sample.headers)
    const sent = new Headers(message?.headers)
    for (const [name, value] of wanted) expect(sent.get(name)).toBe(value)
  })
})

describe('HAR', () => {
  const named = z.array(z.object({ name: z.string(), value: z.string() }))
  const size = z.number().int().min(-1)
  /** What HAR 1.2 asks for, and that additions begin with "_". */
  const entrySchema = z.strictObject({
    startedDateTime: z.iso.datetime(),
    time: z.number().nonnegative(),
    request: z.strictObject({
      method: z.string(),
      url: z.url(),
      httpVersion: z.string(),
      cookies: named,
      headers: named,
      queryString: named,
      postData: z.strictObject({ mimeType: z.string(), text: z.string(), comment: z.string().optional() }).optional(),
      headersSize: size,
      bodySize: size,
    }),
    response: z.strictObject({
      status: z.number().int(),
      statusText: z.string(),
      httpVersion: z.string(),
      cookies: named,
      headers: named,
      content: z.strictObject({ size, mimeType: z.string(), text: z.string() }),
      redirectURL: z.string(),
      headersSize: size,
      bodySize: size,
    }),
    cache: z.strictObject({}),
    timings: z.strictObject({ send: z.number(), wait: z.number(), receive: z.number() }),
    comment: z.string().optional(),
    _keyhold: z.looseObject({
      rawHeaders: z.array(z.string()),
      bodyEncoding: z.enum(['utf-8', 'base64']),
      bodySha256: z.string(),
    }),
  })
  const harSchema = z.strictObject({
    log: z.strictObject({
      version: z.literal('1.2'),
      creator: z.strictObject({ name: z.string(), version: z.literal('1.2.3') }),
      entries: z.array(entrySchema),
    }),
  })

  it('is valid, and gives headers and body back exactly', () => {
    fc.assert(
      fc.property(fc.array(request, { minLength: 1, maxLength: 3 }), (samples) => {
        const requests = samples.map(arriving)
        const { entries } = harSchema.parse(JSON.parse(exported('har', ...requests).content)).log
        expect(entries).toHaveLength(samples.length)
        entries.forEach((entry, at) => {
          const { bodyEncoding, rawHeaders } = entry._keyhold
          expect(rawHeaders).toEqual(requests[at]?.rawHeaders)
          expect(entry.time).toBe(entry.timings.send + entry.timings.wait + entry.timings.receive)
          const text = entry.request.postData?.text ?? ''
          const bytes = Buffer.from(text, bodyEncoding)
          expect(bytes.equals(samples[at]?.body ?? new Uint8Array())).toBe(true)
          if (bodyEncoding === 'base64') expect(entry.request.postData?.comment).toContain('base64')
        })
      }),
    )
  })

  it('has query and cookies', () => {
    const { content } = exported('har', {
      target: '/h/shop?a=1&a=%26',
      rawHeaders: ['Host', 'x', 'Cookie', 'a=1; b=c=d'],
    })
    expect(harSchema.parse(JSON.parse(content)).log.entries[0]?.request).toMatchObject({
      url: 'http://x/h/shop?a=1&a=%26',
      queryString: [
        { name: 'a', value: '1' },
        { name: 'a', value: '&' },
      ],
      cookies: [
        { name: 'a', value: '1' },
        { name: 'b', value: 'c=d' },
      ],
    })
  })
})

describe('JSON', () => {
  it('has all facts, and the body as text or as base64', () => {
    const { content, fileName } = exported('json', { body: Buffer.from([0xff, 0x00]) })
    expect(fileName).toBe('keyhold-request-1.json')
    expect(JSON.parse(content)).toMatchObject({
      format: 'keyhold-requests',
      requests: [
        {
          endpoint: 'shop',
          body: { base64: '/wA=' },
          bodySha256: 'ea5dbf9596d187e9500f23e9a680109475341cf4e81f7e043f7d97152c10772f',
          headers: [
            ['Host', '127.0.0.1:4590'],
            ['Content-Type', 'application/json'],
            ['X-Twice', 'one'],
            ['x-twice', 'two'],
          ],
          verdict: { verdict: 'valid' },
          tags: ['kept'],
        },
      ],
    })
    expect(JSON.parse(exported('json', {}).content).requests[0].body).toEqual({ text: '{"id":"evt_1"}' })
  })
})

describe('raw', () => {
  it('is the message byte for byte', () => {
    fc.assert(
      fc.property(request, (sample) => {
        const fields = arriving(sample)
        const { content, encoding } = exported('raw', fields)
        const bytes = Buffer.from(content, encoding === 'text' ? 'utf8' : 'base64')
        const lines = (fields.rawHeaders ?? []).flatMap((text, at) => (at % 2 === 0 ? [`${text}: `] : [`${text}\r\n`]))
        const head = `${sample.method} ${sample.target} HTTP/1.1\r\n${lines.join('')}\r\n`
        expect(bytes.equals(Buffer.concat([Buffer.from(head, 'latin1'), sample.body]))).toBe(true)
      }),
    )
  })

  it('writes a chunked body as one chunk with its trailers', () => {
    const chunked = { rawHeaders: ['Transfer-Encoding', 'chunked'], rawTrailers: ['Sum', '9'] }
    const { content } = exported('raw', { ...chunked, body: Buffer.from('x'.repeat(17)) })
    expect(content.endsWith(`\r\n\r\n11\r\n${'x'.repeat(17)}\r\n0\r\nSum: 9\r\n\r\n`)).toBe(true)
    expect(
      exported('raw', { ...chunked, body: new Uint8Array() }).content.endsWith('\r\n\r\n0\r\nSum: 9\r\n\r\n'),
    ).toBe(true)
  })

  it('is for one request', () => {
    expect(() => exported('raw', {}, {})).toThrow('holds one request')
  })
})

describe('limits', () => {
  it('leave whole requests out and say how many', () => {
    const body = Buffer.alloc(receiverLimits.exportBytes / 2, 1)
    const four = Array.from({ length: 4 }, (_, at) => exportSource({ id: at + 1, body }))
    const known = exportCaptures(four, 'json', { ...options, total: 9 })
    expect(known).toMatchObject({ count: 1, leftOut: 8 })
    expect(known.content.length).toBeLessThanOrEqual(receiverLimits.exportBytes)
    const small = exportSource({ body: new Uint8Array() })
    const many = Array.from({ length: receiverLimits.exportRequests + 3 }, () => small)
    expect(exportCaptures(many, 'curl', options)).toMatchObject({ count: receiverLimits.exportRequests, leftOut: 3 })
  })

  it('refuse nothing at all and one that is too large', () => {
    for (const format of exportFormatSchema.options) expect(() => exported(format)).toThrow('no captured request')
    const body = Buffer.alloc(receiverLimits.exportBytes)
    expect(() => exported('fetch', { body })).toThrow('larger than the 20 MB')
  })
})

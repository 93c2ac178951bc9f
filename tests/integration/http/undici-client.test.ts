import { createServer as createHttpServer, type RequestListener, type Server } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { inspect } from 'node:util'
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { HttpClient, HttpFailureKind, HttpRequest } from '../../../main/http/http-client.ts'
import { createHttpClient } from '../../../main/http/undici-client.ts'
import { type Simulator, startSimulator } from '../../simulators/server.ts'
import { selfSigned } from './self-signed.ts'

const secret = ['sk', 'canary', 'q'.repeat(40)].join('-')

let client: HttpClient & { close(): Promise<void> }
let simulator: Simulator
const servers: Server[] = []

beforeEach(async () => {
  client = createHttpClient({ userAgent: 'Keyhold/9.9.9' })
  simulator = await startSimulator('/v1', {}, ({ headers, method, body }) => ({
    status: 200,
    body: { agent: headers['user-agent'], custom: headers['x-custom'], method, body },
  }))
})

afterEach(async () => {
  await client.close()
  await simulator.close()
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
})

async function serve(listener: RequestListener): Promise<{ url: string; server: Server }> {
  const server = createHttpServer(listener)
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server }
}

function get(url: string, more: Partial<HttpRequest> = {}) {
  return client.send({ method: 'GET', url, headers: { authorization: `Bearer ${secret}` }, ...more })
}

async function failure(request: Promise<unknown>): Promise<{ kind: HttpFailureKind; message: string }> {
  const error: unknown = await request.then(
    () => null,
    (reason: unknown) => reason,
  )
  expect(error).toMatchObject({ name: 'HttpFailure' })
  expect(inspect(error, { depth: 20, showHidden: true })).not.toContain(secret)
  return error as { kind: HttpFailureKind; message: string }
}

describe('the HTTP client', () => {
  it('sends method, headers and body, and says who it is', async () => {
    const response = await client.send({
      method: 'POST',
      url: `${simulator.url}/echo`,
      headers: { 'X-Custom': 'yes' },
      body: '{"a":"ü"}',
    })
    expect(JSON.parse(response.body)).toEqual({
      agent: 'Keyhold/9.9.9',
      custom: 'yes',
      method: 'POST',
      body: '{"a":"ü"}',
    })
    expect(response.durationMs).toBeGreaterThan(0)
  })

  it('gives header names in lower case and joins repeated ones', async () => {
    const { url } = await serve((_request, response) => {
      response.setHeader('X-Several', ['1', '2'])
      response.end('ok')
    })
    expect((await get(url)).headers['x-several']).toBe('1, 2')
  })

  it('takes any status for an answer and follows no redirect', async () => {
    simulator.setFault({ kind: 'redirect' })
    expect(await get(`${simulator.url}/x`)).toMatchObject({ status: 302 })
    simulator.setFault({ kind: 'status', status: 503, body: { no: 1 } })
    expect(await get(`${simulator.url}/x`)).toMatchObject({ status: 503, body: '{"no":1}' })
  })

  it.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
  ] as const)('reads %s', async (encoding, compress) => {
    const { url } = await serve((_request, response) => {
      response.setHeader('content-encoding', encoding)
      response.end(compress(Buffer.from('{"text":"äöü"}')))
    })
    expect((await get(url)).body).toBe('{"text":"äöü"}')
  })

  it('keeps its connections open for the next requests', async () => {
    let connections = 0
    const { url, server } = await serve((_request, response) => response.end('ok'))
    server.on('connection', () => {
      connections += 1
    })
    for (let count = 0; count < 20; count += 1) await get(url)
    // The next request may start before the last one has given its connection back, so there can be two.
    expect(connections).toBeLessThanOrEqual(2)
  })

  it('carries many requests side by side', async () => {
    simulator.setLatency(30)
    await Promise.all(Array.from({ length: 24 }, () => get(`${simulator.url}/x`)))
    expect(simulator.peakConcurrency).toBeGreaterThan(12)
  })
})

describe('failures of the HTTP client', () => {
  it.each(['hang', 'stall'] as const)(
    'ends an exchange that does %s, by the time allowed for all of it',
    async (kind) => {
      simulator.setFault({ kind })
      expect(await failure(get(`${simulator.url}/x`, { timeoutMs: 150 }))).toMatchObject({ kind: 'timeout' })
    },
  )

  it('counts the whole exchange: a body that trickles in does not keep it alive', async () => {
    const { url } = await serve((_request, response) => {
      const timer = setInterval(() => response.write(' '), 20)
      response.on('close', () => clearInterval(timer))
    })
    expect(await failure(get(url, { timeoutMs: 200 }))).toMatchObject({ kind: 'timeout' })
  })

  it.each(['huge', 'gzip-bomb'] as const)('stops reading a body that is too large (%s)', async (kind) => {
    simulator.setFault({ kind })
    expect(await failure(get(`${simulator.url}/x`))).toMatchObject({ kind: 'too-large' })
    expect(await failure(get(`${simulator.url}/x`, { maxBytes: 1_024 }))).toMatchObject({ kind: 'too-large' })
  })

  it('goes on working after it stopped reading', async () => {
    simulator.setFault({ kind: 'huge', times: 1 })
    await failure(get(`${simulator.url}/x`))
    expect(await get(`${simulator.url}/x`)).toMatchObject({ status: 200 })
  })

  it('ends when it is cancelled: before, while waiting, and in the middle of the body', async () => {
    expect(await failure(get(`${simulator.url}/x`, { signal: AbortSignal.abort() }))).toMatchObject({ kind: 'aborted' })
    for (const kind of ['hang', 'stall'] as const) {
      const controller = new AbortController()
      const { url } = await serve((_request, response) => {
        if (kind === 'stall') response.write('{')
        setImmediate(() => controller.abort())
      })
      expect(await failure(get(url, { signal: controller.signal }))).toMatchObject({ kind: 'aborted' })
    }
  })

  it('tells a connection that breaks or is refused from the rest', async () => {
    simulator.setFault({ kind: 'reset' })
    const broken = await failure(get(`${simulator.url}/x?token=hidden`))
    expect(broken.kind).toBe('network')
    expect(broken.message).not.toContain('hidden')
    const { url, server } = await serve((_request, response) => response.end())
    await new Promise<void>((resolve) => server.close(() => resolve()))
    expect(await failure(get(url))).toMatchObject({ kind: 'network', message: expect.stringMatching(/ECONNREFUSED/) })
  })

  it('fails on a body that is not what its encoding says', async () => {
    const { url } = await serve((_request, response) => {
      response.setHeader('content-encoding', 'gzip')
      response.end('this is not gzip')
    })
    expect(await failure(get(url))).toMatchObject({ kind: 'network' })
  })

  it('tells a certificate that nobody vouches for, and no TLS at all, from a network fault', async () => {
    const server = createHttpsServer(selfSigned(), (_request, response) => response.end('never'))
    servers.push(server)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const untrusted = await failure(get(`https://localhost:${port}/`))
    expect(untrusted).toMatchObject({ kind: 'tls', message: expect.stringMatching(/SELF_SIGNED/) })
    expect(await failure(get(simulator.url.replace('http:', 'https:')))).toMatchObject({ kind: 'tls' })
  })

  it.each(['nonsense', 'ftp://example.com/', 'file:///etc/passwd', `https://user:${secret}@example.com/`])(
    'refuses the address %s',
    async (url) => {
      expect(await failure(client.send({ method: 'GET', url, headers: {} }))).toMatchObject({ kind: 'bad-url' })
    },
  )

  it.each([`${secret}\r\nx-evil: 1`, `${secret}\u{1f511}`, `${secret}\u0000`])(
    'refuses a header that cannot be sent without repeating it',
    async (value) => {
      expect(await failure(get(`${simulator.url}/x`, { headers: { 'x-api-key': value } }))).toMatchObject({
        kind: 'bad-header',
      })
      expect(simulator.requests).toHaveLength(0)
    },
  )

  it('ends what is under way when it is closed', async () => {
    simulator.setFault({ kind: 'hang' })
    const pending = failure(get(`${simulator.url}/x`))
    await client.close()
    expect(await pending).toMatchObject({ kind: 'network' })
  })
})

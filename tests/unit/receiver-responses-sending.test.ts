import { Agent, request as ask, createServer, type IncomingMessage, type Server } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Responder } from '../../main/receiver/responses.ts'
import type { Fault } from '../../shared/contract/receiver.ts'
import { asked, responder } from './receiver-responses-support.ts'

type Outcome = Awaited<ReturnType<Responder['perform']>>

const servers: Server[] = []
const sockets: Socket[] = []

afterEach(() => {
  vi.restoreAllMocks()
  for (const socket of sockets.splice(0)) socket.destroy()
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
})

/** A server that answers with the endpoint; `outcomes` gets one entry for each request that ended. */
async function serve(endpoint: Responder): Promise<{ port: number; outcomes: Outcome[]; next(): Promise<Outcome> }> {
  const outcomes: Outcome[] = []
  const waiting: ((outcome: Outcome) => void)[] = []
  const server = createServer((incoming, response) => {
    incoming.resume()
    void endpoint.perform(endpoint.plan(asked({ method: incoming.method ?? '' })), response).then((outcome) => {
      outcomes.push(outcome)
      waiting.shift()?.(outcome)
    })
  })
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return { port, outcomes, next: () => new Promise((resolve) => waiting.push(resolve)) }
}

interface Received {
  readonly response: IncomingMessage | null
  readonly body: Buffer
  readonly error: string | null
  /** Milliseconds of each piece since the head. */
  readonly pieces: readonly number[]
}

function get(port: number, options: { method?: string; agent?: Agent } = {}): Promise<Received> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    const pieces: number[] = []
    const sent = ask({ port, host: '127.0.0.1', ...options }, (response) => {
      const began = performance.now()
      const end = (error: string | null) => resolve({ response, body: Buffer.concat(chunks), error, pieces })
      response.on('data', (chunk: Buffer) => {
        chunks.push(chunk)
        pieces.push(performance.now() - began)
      })
      response.on('end', () => end(null))
      response.on('error', (error: NodeJS.ErrnoException) => end(error.code ?? error.message))
    })
    sent.on('error', (error: NodeJS.ErrnoException) =>
      resolve({ response: null, body: Buffer.alloc(0), error: error.code ?? error.message, pieces }),
    )
    sent.end()
  })
}

function broken(fault: Fault, body = 'x'.repeat(20)): Responder {
  return responder({ faults: [fault] }, { body })
}

describe('an answer', () => {
  it('goes out as it was planned and leaves the connection open', async () => {
    const { port, outcomes } = await serve(
      responder({}, { status: 201, body: 'é', headers: [{ name: 'X-A', value: 'ü' }] }),
    )
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    const first = await get(port, { agent })
    const second = await get(port, { agent })
    expect(first.response?.statusCode).toBe(201)
    expect(first.body.toString()).toBe('é')
    expect(first.response?.rawHeaders.slice(0, 4)).toEqual([
      'X-A',
      Buffer.from('ü').toString('latin1'),
      'Content-Type',
      'text/plain; charset=utf-8',
    ])
    expect(second.response?.socket).toBe(first.response?.socket)
    expect(outcomes).toEqual([{ answeredMs: expect.any(Number) }, { answeredMs: expect.any(Number) }])
    agent.destroy()
  })

  it('that cannot be sent ends the connection and says why', async () => {
    const endpoint = responder()
    const plan = endpoint.plan.bind(endpoint)
    endpoint.plan = (request) => ({ ...plan(request), headers: [['not a name', 'x']] })
    const { port, outcomes } = await serve(endpoint)
    expect((await get(port)).error).toBe('ECONNRESET')
    expect(outcomes).toEqual([{ gone: true, unsendable: expect.stringContaining('not a name') }])
  })

  it('waits as long as it was told', async () => {
    const { port, outcomes } = await serve(responder({}, { delayMs: 80 }))
    const began = performance.now()
    expect((await get(port)).response?.statusCode).toBe(200)
    expect(performance.now() - began).toBeGreaterThanOrEqual(79)
    expect(outcomes).toEqual([{ answeredMs: expect.toSatisfy((ms: number) => ms >= 79) }])
  })

  it('has no body for HEAD, with every fault', async () => {
    for (const kind of ['half-response', 'wrong-length', 'slow-drip'] as const) {
      const fault: Fault = kind === 'slow-drip' ? { kind, probability: 1, bytesPerSecond: 1 } : { kind, probability: 1 }
      const { port } = await serve(broken(fault))
      const { response, body } = await get(port, { method: 'HEAD' })
      expect(response?.statusCode).toBe(200)
      expect(body.length).toBe(0)
    }
  })
})

/** How the connection ends after one request: by a reset, or in order. */
function endOf(port: number): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n'))
    sockets.push(socket)
    socket.resume()
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? ''))
    socket.on('end', () => resolve('end'))
  })
}

describe('faults of the connection', () => {
  it('reset it', async () => {
    const { port, outcomes } = await serve(broken({ kind: 'reset', probability: 1 }))
    expect(await endOf(port)).toBe('ECONNRESET')
    expect(await endOf((await serve(broken({ kind: 'half-response', probability: 1 }))).port)).toBe('end')
    expect(outcomes).toEqual([{ answeredMs: expect.any(Number) }])
  })

  it('send half of a body and end', async () => {
    const { port } = await serve(broken({ kind: 'half-response', probability: 1 }))
    const { response, body, error } = await get(port)
    expect(response?.headers['content-length']).toBe('20')
    expect(body.length).toBe(10)
    expect(error).toBe('ECONNRESET')
  })

  it('promise more than is sent', async () => {
    const { port } = await serve(broken({ kind: 'wrong-length', probability: 1 }))
    const { response, body, error } = await get(port)
    expect(Number(response?.headers['content-length'])).toBeGreaterThan(20)
    expect(body.length).toBe(20)
    expect(error).toBe('ECONNRESET')
  })

  it('drip at the rate they were told', async () => {
    const { port, outcomes } = await serve(broken({ kind: 'slow-drip', probability: 1, bytesPerSecond: 100 }))
    const { body, error, pieces } = await get(port)
    expect(error).toBeNull()
    expect(body.toString()).toBe('x'.repeat(20))
    expect(pieces.length).toBeGreaterThan(3)
    expect(outcomes).toEqual([{ answeredMs: expect.toSatisfy((ms: number) => ms >= 150 && ms < 5_000) }])
  })

  it('drip one byte after the other where that is the rate', async () => {
    const { port } = await serve(broken({ kind: 'slow-drip', probability: 1, bytesPerSecond: 40 }, 'abcd'))
    const { body, pieces } = await get(port)
    expect(body.toString()).toBe('abcd')
    expect(pieces.length).toBe(4)
  })
})

/** Everything that arrives until the connection ends. */
function transcript(port: number, text: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(text))
    sockets.push(socket)
    let all = ''
    socket.setEncoding('latin1')
    socket.on('data', (piece) => {
      all += String(piece)
    })
    socket.on('error', () => undefined)
    socket.on('close', () => resolve(all))
  })
}

describe('requests sent ahead', () => {
  const ahead = (method: string, more = '') => `${method} / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n${more}\r\n`

  it('are answered in their order', async () => {
    const { port } = await serve(slowForPut())
    const all = await transcript(port, ahead('PUT') + ahead('POST', 'Connection: close\r\n'))
    expect(all.match(/HTTP\/1\.1 200|slow|quick/g)).toEqual(['HTTP/1.1 200', 'slow', 'HTTP/1.1 200', 'quick'])
  })

  it('break the connection only when it is their turn', async () => {
    for (const fault of ['reset', 'half-response', 'wrong-length'] as const) {
      const { port } = await serve(slowForPut({ kind: fault, probability: 1 }))
      const all = await transcript(port, ahead('PUT') + ahead('POST'))
      // The answer of the slow one is broken as well; what matters is that the quick one did not overtake it.
      expect(all.includes('quick')).toBe(false)
      expect(all.includes('HTTP/1.1 200')).toBe(fault !== 'reset')
    }
  })
})

function slowForPut(...faults: Fault[]): Responder {
  return responder(
    {
      faults,
      rules: [
        {
          name: 'slow',
          when: { methods: ['PUT'], path: '', header: null, field: null, verdict: null },
          answer: { status: 200, headers: [], body: 'slow', delayMs: 60 },
        },
      ],
    },
    { body: 'quick' },
  )
}

describe('a sender that leaves', () => {
  it.each([
    ['while its answer is held back', () => responder({}, { delayMs: 60_000 }), 60_000],
    ['while its answer drips', () => broken({ kind: 'slow-drip', probability: 1, bytesPerSecond: 1 }), 1_000],
  ])('takes timer and answer with it %s', async (_name, endpoint, milliseconds) => {
    const pending = watchTimers(milliseconds)
    const { port, next } = await serve(endpoint())
    const ended = next()
    const socket = connect(port, '127.0.0.1', () => socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n'))
    sockets.push(socket)
    await until(() => pending() === 1)
    socket.destroy()
    expect(await ended).toEqual({ gone: true })
    expect(pending()).toBe(0)
  })

  it('by the hundred leaves nothing behind', async () => {
    const pending = watchTimers(60_000)
    const { port, outcomes } = await serve(responder({}, { delayMs: 60_000 }))
    const pipelined = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(20)
    for (let at = 0; at < 20; at += 1) {
      const socket = connect(port, '127.0.0.1', () => socket.write(pipelined))
      sockets.push(socket)
    }
    await until(() => pending() === 400)
    for (const socket of sockets) socket.destroy()
    await until(() => outcomes.length === 400)
    expect(outcomes.every((outcome) => 'gone' in outcome)).toBe(true)
    expect(pending()).toBe(0)
  })
})

describe('closing', () => {
  it('ends what waits and its connections', async () => {
    const pending = watchTimers(60_000)
    const endpoint = responder({}, { delayMs: 60_000 })
    const { port, outcomes } = await serve(endpoint)
    const answers = [get(port), get(port)]
    await until(() => pending() === 2)
    endpoint.close()
    expect((await Promise.all(answers)).map(({ error }) => error)).toEqual(['ECONNRESET', 'ECONNRESET'])
    expect(outcomes).toEqual([{ gone: true }, { gone: true }])
    expect(pending()).toBe(0)
  })
})

/** How many timers of this length were set from now on and not taken back. */
function watchTimers(milliseconds: number): () => number {
  const set = vi.spyOn(globalThis, 'setTimeout')
  const cleared = vi.spyOn(globalThis, 'clearTimeout')
  return () => {
    const gone = new Set<unknown>(cleared.mock.calls.map(([timer]) => timer))
    const ours = set.mock.results.filter((_result, at) => set.mock.calls[at]?.[1] === milliseconds)
    return ours.filter(({ value }) => !gone.has(value)).length
  }
}

/** Turns of the event loop, not time, go by. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setImmediate(resolve))
}

import { mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openLedgerReader } from '../../main/captures/ledger.ts'
import { requestText } from '../support/receiver-raw.ts'
import { endpointNamed, type RunningReceiver, startReceiver } from '../support/receiver-thread.ts'

const REQUESTS = 10_000
const AT_A_TIME = 60
const SEED = 20_261_120

let directory = ''
let receiver: RunningReceiver

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'keyhold-hostile-'))
  receiver = await startReceiver({ directory, endpoints: [endpointNamed('one', 1)] })
})
afterAll(async () => {
  await receiver.close()
  rmSync(directory, { recursive: true, force: true })
})

/** mulberry32: the same numbers in every run. */
function dice(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}
const roll = dice(SEED)
const pick = <T>(list: readonly [T, ...T[]]): T => list[roll(list.length)] ?? list[0]
const noise = (length: number) => Buffer.from(Array.from({ length }, () => roll(256)))

interface Attempt {
  readonly bytes: Buffer
  /** The body that must be stored, for a request that is well formed. */
  readonly body: Buffer | null
}

const chunked = (body: Buffer) => {
  const cut = roll(body.length + 1)
  const parts = [body.subarray(0, cut), body.subarray(cut)].filter((part) => part.length > 0)
  const pieces = parts.flatMap((part) => [Buffer.from(`${part.length.toString(16)}\r\n`), part, Buffer.from('\r\n')])
  return Buffer.concat([...pieces, Buffer.from('0\r\n\r\n')])
}

function wellFormed(n: number): { bytes: Buffer; body: Buffer } {
  const method = pick(['POST', 'PUT', 'PATCH', 'DELETE', 'PROPFIND', 'QUERY'])
  const body = Buffer.concat([Buffer.from(`${n}:`), noise(roll(pick([10, 300, 9_000])))])
  const odd = pick(['X-Odd: ', 'X-Odd:\t"', 'x-ODD: \x80\xff', 'X-Odd: a;b=c, d'])
  const framing = roll(3) === 0 ? 'Transfer-Encoding: chunked' : `Content-Length: ${body.length}`
  const head = requestText(method, `/h/one/${n}`, [odd, 'X-Again: 1', 'x-again: 2', framing])
  return { body, bytes: Buffer.concat([Buffer.from(head, 'latin1'), framing.startsWith('T') ? chunked(body) : body]) }
}

const odd: readonly [(n: number) => Buffer, ...((n: number) => Buffer)[]] = [
  () => noise(1 + roll(500)),
  () => Buffer.from('16030100c8010000c40303', 'hex'),
  () => Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
  () => Buffer.from('\r\n'.repeat(1 + roll(50))),
  (n) => Buffer.from(requestText(pick(['FOO', 'post', 'GE T', '']), `/h/one/${n}`)),
  (n) => Buffer.from(`POST /h/one/${n} HTTP/${pick(['9.9', '1.', '11', '0.9', 'x'])}\r\nHost: a\r\n\r\n`),
  (n) => Buffer.from(`POST /h/one/${n} HTTP/1.1\nHost: a\n\n`),
  (n) => Buffer.from(requestText('POST', `/h/one/${n}`, ['Content-Length: -1'])),
  (n) => Buffer.from(requestText('POST', `/h/one/${n}`, ['Content-Length: 99999999999999999999'])),
  (n) => Buffer.from(requestText('POST', `/h/one/${n}`, ['Content-Length: 5', 'Content-Length: 6'], 'hello')),
  (n) => Buffer.from(requestText('POST', `/h/one/${n}`, ['Content-Length: 5', 'Transfer-Encoding: chunked'])),
  (n) => Buffer.from(`${requestText('POST', `/h/one/${n}`, ['Transfer-Encoding: chunked'])}zz\r\nhello\r\n0\r\n\r\n`),
  (n) => Buffer.from(`${requestText('POST', `/h/one/${n}`, ['Transfer-Encoding: chunked'])}fffffffff\r\nhello`),
  (n) => Buffer.from(requestText('POST', `/h/one/${n}`, ['No colon here'])),
  (n) => Buffer.from(requestText('POST', `/h/one/${n}`, [': no name', ' folded: 1'])),
  (n) => Buffer.from(requestText('POST', `/h/one/${n}`, ['X: a\0b'])),
  (n) => Buffer.from(requestText('POST', `/h/one/${n}`, [`X: ${'y'.repeat(70_000)}`])),
  (n) =>
    Buffer.from(
      requestText(
        'POST',
        `/h/one/${n}`,
        Array.from({ length: 3_000 }, (_, at) => `H${at}: v`),
      ),
    ),
  (n) => Buffer.from(requestText('POST', `/h/${'s'.repeat(1 + roll(3_000))}/${n}`)),
  (n) => Buffer.from(requestText('POST', `/h/one/${'../'.repeat(roll(40))}${n}`)),
  (n) => Buffer.from(requestText('POST', `/h/one/${n}`, ['Content-Length: 1000'], '').concat('too little')),
  (n) => Buffer.from(requestText('POST', `/h/one/${n}`, ['Expect: 200-maybe'], 'x')),
  (n) => Buffer.from(requestText('OPTIONS', '*', [`X-N: ${n}`])),
]

function attempt(n: number): Attempt {
  const kind = roll(10)
  if (kind < 3) return wellFormed(n)
  if (kind < 6) return { bytes: pick(odd)(n), body: null }
  const { bytes } = wellFormed(n)
  const changed = Buffer.from(bytes)
  switch (kind) {
    case 6:
      return { bytes: changed.subarray(0, roll(changed.length)), body: null }
    case 7:
      for (let flips = 1 + roll(4); flips > 0; flips -= 1) changed[roll(changed.length)] = roll(256)
      return { bytes: changed, body: null }
    case 8:
      return { bytes: Buffer.concat([changed, noise(roll(100))]), body: null }
    default: {
      const at = roll(changed.length)
      return { bytes: Buffer.concat([changed.subarray(0, at), noise(1 + roll(8)), changed.subarray(at)]), body: null }
    }
  }
}

/** Everything that is answered until the other side closes. Half of them are sent in two pieces. */
function exchange(bytes: Buffer): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ port: receiver.port, host: '127.0.0.1' })
    let answer = ''
    socket.setEncoding('latin1')
    socket.on('data', (text) => {
      answer += String(text)
    })
    socket.on('error', () => {})
    socket.on('close', () => resolve(answer))
    const cut = roll(2) === 0 ? bytes.length : roll(bytes.length + 1)
    socket.on('connect', () => {
      socket.write(bytes.subarray(0, cut), () => socket.end(bytes.subarray(cut)))
    })
  })
}

it('10,000 odd, broken and sound requests leave the receiver up and the sound ones stored exactly', async () => {
  const expected = new Map<string, Buffer>()
  let acknowledged = 0
  let next = 0
  const memoryBefore = process.memoryUsage().rss
  const work = async () => {
    while (next < REQUESTS) {
      const n = next
      next += 1
      const { bytes, body } = attempt(n)
      const answer = await exchange(bytes)
      acknowledged += answer.match(/HTTP\/1\.1 200 OK\r\n/g)?.length ?? 0
      if (body !== null) {
        expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n/)
        expected.set(`/h/one/${n}`, body)
      }
    }
  }
  await Promise.all(Array.from({ length: AT_A_TIME }, work))
  expect(process.memoryUsage().rss - memoryBefore).toBeLessThan(400 * 1024 * 1024)
  expect(expected.size).toBeGreaterThan(2_500)
  expect(receiver.crashes).toEqual([])
  expect(await exchange(wellFormed(REQUESTS).bytes)).toMatch(/^HTTP\/1\.1 200 OK\r\n/)

  const ledger = openLedgerReader(directory)
  let whole = 0
  for (let after = 0; ; ) {
    const page = ledger.readAfter(after, 500)
    for (const { target, body, refused } of page) {
      if (refused === null) whole += 1
      const sent = expected.get(target)
      if (sent === undefined) continue
      expect(sent.equals(body)).toBe(true)
      expected.delete(target)
    }
    const last = page.at(-1)
    if (last === undefined) break
    after = last.id
  }
  ledger.close()
  expect([...expected.keys()]).toEqual([])
  expect(whole).toBeGreaterThanOrEqual(acknowledged + 1)
  const counters = receiver.messages.findLast((message) => message.type === 'counters')?.counters
  expect(counters?.malformed).toBeGreaterThan(2_000)
  expect(counters?.notStored).toBe(0)
}, 120_000)

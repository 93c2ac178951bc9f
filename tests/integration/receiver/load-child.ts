/**
 * Run as its own process: sends webhooks of 1 KB over raw keep-alive sockets, each connection the next one as soon as its
 * answer is there. Prints one line of JSON (`LoadResult`). A server that goes away ends it.
 */
import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { sign } from '../../../shared/webhook-signatures.ts'
import type { LoadOptions, LoadResult } from '../../support/receiver-load.ts'

const POOL = 30_000
const BODY = 1_024
const options: LoadOptions = JSON.parse(process.argv[2] ?? '')

interface Prepared {
  readonly id: string
  readonly bytes: Buffer
}

/** A paid invoice, as a payment provider tells of it. */
function bodyOf(id: string): string {
  const event = {
    id,
    type: 'invoice.paid',
    created: 1_700_000_000,
    livemode: false,
    data: {
      object: {
        id: `in_${randomBytes(9).toString('hex')}`,
        customer: `cus_${randomBytes(7).toString('hex')}`,
        amount_due: 4_900,
        amount_paid: 4_900,
        currency: 'eur',
        lines: [
          { description: 'Seats, monthly', quantity: 7, amount: 4_200 },
          { description: 'Storage, 100 GB', quantity: 1, amount: 700 },
        ],
        period: { start: 1_697_000_000, end: 1_699_600_000 },
        status: 'paid',
        hosted_invoice_url: `https://pay.example.com/i/${randomBytes(12).toString('hex')}`,
        metadata: { order: randomBytes(6).toString('hex'), source: 'checkout' },
        note: '',
      },
    },
  }
  const missing = BODY - JSON.stringify(event).length
  event.data.object.note = randomBytes(missing).toString('base64url').slice(0, missing)
  return JSON.stringify(event)
}

function prepare(): Prepared {
  const id = `evt_${randomBytes(12).toString('hex')}`
  const body = Buffer.from(bodyOf(id))
  const head = [
    `POST ${options.path} HTTP/1.1`,
    `Host: 127.0.0.1:${options.port}`,
    'User-Agent: Example-Webhooks/1.0 (+https://example.com/webhooks)',
    'Content-Type: application/json; charset=utf-8',
    'Accept: */*',
    'Accept-Encoding: gzip, deflate',
    `Content-Length: ${body.length}`,
    ...signature(id, body),
  ]
  return { id, bytes: Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), body]) }
}

function signature(id: string, body: Buffer): string[] {
  if (options.secret === null) return []
  const url = `http://127.0.0.1:${options.port}${options.path}`
  const message = { method: 'POST', url, body, id, timestamp: Date.now(), contentType: 'application/json' }
  return sign('standard-webhooks', message, [options.secret]).map(([name, value]) => `${name}: ${value}`)
}

const pool = Array.from({ length: POOL }, prepare)
const acknowledged: string[] = []
const latencies: number[] = []
let refused = 0
let next = 0
let measuringFrom = Number.POSITIVE_INFINITY
let until = Number.POSITIVE_INFINITY

/** One connection; resolves when it is over. */
function run(): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect({ port: options.port, host: '127.0.0.1', noDelay: true })
    let sent = 0
    let current: Prepared | undefined
    let pending: Buffer = Buffer.alloc(0)
    const send = () => {
      sent = performance.now()
      if (sent >= until || (options.count !== null && next >= options.count)) {
        socket.end()
        return
      }
      current = pool[next % POOL]
      next += 1
      if (current !== undefined) socket.write(current.bytes)
    }
    socket.on('connect', send)
    socket.on('data', (chunk) => {
      pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk])
      const status = answered(pending)
      if (status === null) return
      pending = Buffer.alloc(0)
      const now = performance.now()
      if (status !== 200) refused += 1
      else if (options.acknowledgedFile !== null) acknowledged.push(current?.id ?? '')
      if (status === 200 && sent >= measuringFrom) latencies.push(now - sent)
      send()
    })
    socket.on('error', () => {})
    socket.on('close', () => resolve())
  })
}

/** Status of an answer once the whole of it is there. */
function answered(bytes: Buffer): number | null {
  const end = bytes.indexOf('\r\n\r\n')
  if (end < 0) return null
  const length = Number(/content-length: (\d+)/i.exec(bytes.toString('latin1', 0, end))?.[1] ?? 0)
  return bytes.length < end + 4 + length ? null : Number(bytes.toString('latin1', 9, 12))
}

const begun = performance.now()
measuringFrom = begun + options.warmUpSeconds * 1_000
if (options.seconds !== null) until = measuringFrom + options.seconds * 1_000
process.stdout.write('begun\n')
await Promise.all(Array.from({ length: options.connections }, run))
const seconds = (performance.now() - measuringFrom) / 1_000
latencies.sort((a, b) => a - b)
const at = (share: number) => latencies[Math.max(0, Math.ceil(latencies.length * share) - 1)] ?? 0
if (options.acknowledgedFile !== null) writeFileSync(options.acknowledgedFile, acknowledged.join('\n'))
const result: LoadResult = {
  perSecond: latencies.length / seconds,
  answered: latencies.length,
  refused,
  p50Ms: at(0.5),
  p99Ms: at(0.99),
  maxMs: at(1),
}
process.stdout.write(`${JSON.stringify(result)}\n`)

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openLedgerReader } from '../../main/captures/ledger.ts'
import type { ThreadEndpoint, ThreadLimits } from '../../main/receiver/thread/messages.ts'
import { usualBehaviour } from '../../shared/receiver-defaults.ts'
import { type RawConnection, rawConnection, requestText } from '../support/receiver-raw.ts'
import { endpointNamed, type RunningReceiver, startReceiver } from '../support/receiver-thread.ts'

let directory = ''
let receiver: RunningReceiver | null = null
const open: RawConnection[] = []

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'keyhold-overload-'))
})
afterEach(async () => {
  for (const connection of open.splice(0)) connection.socket.destroy()
  await receiver?.close()
  receiver = null
  rmSync(directory, { recursive: true, force: true })
})

async function start(limits: Partial<ThreadLimits>, endpoint: Partial<ThreadEndpoint> = {}): Promise<RunningReceiver> {
  receiver = await startReceiver({ directory, endpoints: [endpointNamed('one', 1, endpoint)], limits })
  return receiver
}

async function connected(port: number): Promise<RawConnection> {
  const connection = await rawConnection(port)
  open.push(connection)
  return connection
}

async function post(port: number, body: string): Promise<number> {
  const connection = await connected(port)
  connection.send(requestText('POST', '/h/one', [], body))
  return (await connection.answer()).status
}

function newest() {
  const reader = openLedgerReader(directory)
  try {
    return reader.read(reader.newestId())
  } finally {
    reader.close()
  }
}

/** Ten bodies that do not come to their end fill the memory for bodies. */
async function filled(port: number): Promise<RawConnection[]> {
  const holders = await Promise.all(Array.from({ length: 10 }, () => connected(port)))
  for (const holder of holders) {
    holder.send(requestText('POST', '/h/one', ['Content-Length: 200000']), Buffer.alloc(199_999))
  }
  return holders
}

describe('large bodies that do not come to their end', () => {
  it('shut out no small ones, and give way to large ones', async () => {
    const running = await start({ maxBodyBytes: 200_000, requestTimeoutMs: 6_000 })
    const holders = await filled(running.port)
    const large = 'y'.repeat(150_000)
    await expect.poll(() => post(running.port, large), { timeout: 400 }).toBe(503)
    expect(await post(running.port, 'y'.repeat(5_000))).toBe(200)
    await expect.poll(() => post(running.port, large), { timeout: 5_000 }).toBe(200)
    const answers = await Promise.all(holders.map((holder) => holder.end()))
    expect(answers.map((answer) => answer.slice(9, 12))).toContain('503')
  })

  it('are ended when they come too slowly, a byte now and then or not', async () => {
    const running = await start({ requestTimeoutMs: 3_000 })
    const slow = await connected(running.port)
    slow.send(requestText('POST', '/h/one', ['Content-Length: 3000000']), Buffer.alloc(2_000_000))
    const drip = setInterval(() => slow.send('x'), 50)
    const answer = await slow.end().finally(() => clearInterval(drip))
    expect(answer).toMatch(/^HTTP\/1\.1 408 /)
    // What is kept of it is bounded.
    await expect.poll(() => newest()).toMatchObject({ refused: 'aborted' })
    expect(newest()?.sentBytes).toBeGreaterThan(2_000_000)
    expect(newest()?.body.byteLength).toBe(1024 * 1024)
  })
})

it('a rule on a field does not read a body that is long to parse', async () => {
  const rule = {
    name: 'gold',
    when: { methods: [], path: '', header: null, field: { path: 'kind', equals: 'gold' }, verdict: null },
    answer: { ...usualBehaviour.answer, status: 202 },
  }
  const { port } = await start({}, { behaviour: { ...usualBehaviour, rules: [rule] } })
  expect(await post(port, '{"kind":"gold"}')).toBe(202)
  expect(await post(port, JSON.stringify({ kind: 'gold', pad: '.'.repeat(5_000_000) }))).toBe(200)
})

it('an answer with a Trailer header is sent without it', async () => {
  const headers = [
    { name: 'Trailer', value: 'X-End' },
    { name: 'X-Kept', value: 'yes' },
  ]
  const running = await start({}, { behaviour: { ...usualBehaviour, answer: { ...usualBehaviour.answer, headers } } })
  const connection = await connected(running.port)
  connection.send(requestText('POST', '/h/one', [], 'x'))
  const { head, status } = await connection.answer()
  expect(status).toBe(200)
  expect(head).toContain('X-Kept: yes')
  expect(head).not.toContain('Trailer')
  expect(running.crashes).toEqual([])
})

it('a body that breaks off into garbage counts once, as refused', async () => {
  const running = await start({})
  const connection = await connected(running.port)
  connection.send(requestText('POST', '/h/one', ['Transfer-Encoding: chunked']), '5\r\nhello\r\nnonsense\r\n')
  await connection.end()
  await expect
    .poll(() => running.messages.findLast((message) => message.type === 'counters')?.counters)
    .toMatchObject({ refused: 1, malformed: 0 })
})

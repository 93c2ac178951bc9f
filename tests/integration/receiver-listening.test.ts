import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { openLedger, openLedgerReader } from '../../main/captures/ledger.ts'
import { nextFreePort, programOf, whoHasPort } from '../../main/receiver/port-owner.ts'
import type { ThreadEndpoint, ThreadLimits } from '../../main/receiver/thread/messages.ts'
import { usualBehaviour } from '../../shared/receiver-defaults.ts'
import { rawConnection, requestText } from '../support/receiver-raw.ts'
import { endpointNamed, type RunningReceiver, startReceiver } from '../support/receiver-thread.ts'

let directory = ''
let receiver: RunningReceiver | null = null

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'keyhold-listening-'))
})
afterEach(async () => {
  await receiver?.close()
  receiver = null
  rmSync(directory, { recursive: true, force: true })
})

const slow = endpointNamed('slow', 2, {
  behaviour: { ...usualBehaviour, answer: { ...usualBehaviour.answer, delayMs: 400 } },
})

async function start(
  limits: Partial<ThreadLimits> = {},
  endpoints: readonly ThreadEndpoint[] = [endpointNamed('one', 1), slow],
): Promise<RunningReceiver> {
  receiver = await startReceiver({ directory, endpoints, limits })
  return receiver
}

async function status(port: number, path = '/h/one', body = 'x'): Promise<number> {
  const connection = await rawConnection(port)
  connection.send(requestText('POST', path, [], body))
  const answer = await connection.answer()
  connection.socket.destroy()
  return answer.status
}

function read<T>(work: (reader: ReturnType<typeof openLedgerReader>) => T): T {
  const reader = openLedgerReader(directory)
  try {
    return work(reader)
  } finally {
    reader.close()
  }
}

async function someServer(): Promise<{ server: Server; port: number }> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return { server, port: typeof address === 'object' && address !== null ? address.port : 0 }
}

describe('ports', () => {
  it('that are taken are named with their owner and the next free one', async () => {
    const { server, port } = await someServer()
    const running = await start()
    const failed = running.heard('listen-failed')
    running.configure({ listen: { port, host: '127.0.0.1' } })
    expect(await failed).toMatchObject({ code: 'EADDRINUSE', port })
    if (process.platform === 'linux') {
      const name = programOf(readFileSync('/proc/self/cmdline', 'utf8'))
      expect(await whoHasPort(port)).toBe(`${name} (process ${process.pid})`)
      expect(name).toMatch(/^node\b/)
    }
    const free = await nextFreePort(port)
    expect(free).toBeGreaterThan(port)
    server.close()
    expect(await whoHasPort(1)).toBeNull()
    const listening = running.heard('listening')
    running.configure({ listen: { port: free ?? 0, host: '127.0.0.1' } })
    expect((await listening).port).toBe(free)
    expect(await status(free ?? 0)).toBe(200)
  })

  it.each([
    [['/usr/bin/node', '--token', 'hidden', '/srv/driver.mjs', 'hidden'], 'node driver.mjs'],
    [['nginx: master process /usr/sbin/nginx -g daemon off;'], 'nginx'],
    [['/opt/Some App/some app --type=renderer --key=hidden'], 'some app'],
    [[''], ''],
  ])('are had by a program that is named without what may be a secret: %j', (words, name) => {
    expect(programOf(`${words.join('\0')}\0`)).toBe(name)
  })

  it('change without a request under way being lost', async () => {
    const running = await start()
    const waiting = await rawConnection(running.port)
    const sending = await rawConnection(running.port)
    const held = running.heard('stored')
    waiting.send(requestText('POST', '/h/slow', [], 'held back'))
    sending.send(requestText('POST', '/h/one', ['Content-Length: 9']), 'half')
    await held
    const moved = running.heard('listening')
    running.configure({ listen: { port: (await nextFreePort(running.port)) ?? 0, host: '127.0.0.1' } })
    const { port } = await moved
    expect(port).not.toBe(running.port)
    expect(await status(port)).toBe(200)
    sending.send(' done')
    const late = await sending.answer()
    expect(late).toMatchObject({ status: 200, head: expect.stringContaining('Connection: close') })
    expect((await waiting.answer()).status).toBe(200)
    await expect(rawConnection(running.port)).rejects.toThrow('ECONNREFUSED')
    expect(
      read((reader) =>
        reader
          .readAfter(0, 9)
          .map(({ body }) => Buffer.from(body).toString())
          .sort(),
      ),
    ).toEqual(['half done', 'held back', 'x'])
    waiting.socket.destroy()
    sending.socket.destroy()
  })

  it('can be given up, and had again by the whole network', async () => {
    const running = await start()
    const stopped = running.heard('stopped')
    running.configure({ listen: null })
    await stopped
    await expect(rawConnection(running.port)).rejects.toThrow('ECONNREFUSED')
    // Changes are written all the same.
    expect(await running.thread.apply({ kind: 'mark', ids: [1], pinned: true })).toEqual([])
    for (const host of ['127.0.0.1', '0.0.0.0']) {
      const listening = running.heard('listening')
      running.configure({ listen: { port: running.port, host } })
      expect((await listening).port).toBe(running.port)
      expect(await status(running.port)).toBe(200)
    }
  })
})

describe('an answer', () => {
  it('has its headers in UTF-8 once, also beside a body that is not ASCII', async () => {
    const behaviour = {
      ...usualBehaviour,
      answer: { ...usualBehaviour.answer, headers: [{ name: 'X-Place', value: 'Caf\u00e9' }], body: '\u00fc' },
    }
    const running = await start({}, [endpointNamed('one', 1, { behaviour })])
    const connection = await rawConnection(running.port)
    connection.send(requestText('POST', '/h/one', [], 'x'))
    const { head, body } = await connection.answer()
    connection.socket.destroy()
    expect(head).toContain(`X-Place: ${Buffer.from('Caf\u00e9').toString('latin1')}\r\n`)
    expect(body).toBe(Buffer.from('\u00fc').toString('latin1'))
  })
})

describe('a ledger of a newer version', () => {
  it('ends the thread with the reason, once', async () => {
    const ledger = openLedger(directory, { maxPages: null })
    ledger.close()
    const db = new Database(join(directory, 'captures.db'))
    db.pragma('user_version = 99')
    db.close()
    receiver = await startReceiver({ directory, endpoints: [], config: { listen: null } })
    const { problem } = await receiver.heard('cannot-start', () => true, 'past')
    expect(problem.message).toContain('another version of Keyhold')
    await vi.waitFor(() => expect(receiver?.thread.problem).not.toBeNull())
    await expect(receiver.thread.apply({ kind: 'delete', ids: [1], sparePinned: false })).rejects.toThrow(
      'another version of Keyhold',
    )
    expect(receiver.crashes).toEqual([])
  })
})

describe('unknown slugs', () => {
  it('wait for an endpoint when main may make one', async () => {
    const running = await start()
    running.configure({ autoCreate: true })
    const asked = running.heard('unknown-slug')
    const first = rawConnection(running.port).then(async (connection) => {
      connection.send(requestText('POST', '/h/fresh/a', [], 'first'))
      const answer = await connection.answer()
      connection.socket.destroy()
      return answer.status
    })
    expect(await asked).toMatchObject({ slug: 'fresh', wanted: true })
    running.configure({ endpoints: [endpointNamed('fresh', 7)] })
    running.thread.endpointDecided('fresh')
    expect(await first).toBe(200)
    expect(read((reader) => reader.read(1))).toMatchObject({ endpointId: 7, target: '/h/fresh/a' })
  })

  it('get 404 when there will be none, or the slug can be none', async () => {
    const running = await start()
    running.configure({ autoCreate: true })
    const asked = running.heard('unknown-slug')
    const answered = status(running.port, '/h/refused')
    await asked
    running.thread.endpointDecided('refused')
    expect(await answered).toBe(404)
    expect(await status(running.port, '/h/Not-A-Slug!')).toBe(404)
    // Nobody decides: it is answered after two seconds.
    expect(await status(running.port, '/h/forgotten')).toBe(404)
  })
})

describe('limits', () => {
  it('end connections whose headers or bodies do not come', async () => {
    const running = await start({ headersTimeoutMs: 200, requestTimeoutMs: 300 })
    const slowHead = await rawConnection(running.port)
    slowHead.send('POST /h/one HTTP/1.1\r\nHost: a\r\n')
    const slowBody = await rawConnection(running.port)
    slowBody.send(requestText('POST', '/h/one', ['Content-Length: 100']), 'some')
    // Held back for longer than a request may pause: it is answered.
    expect(await status(running.port, '/h/slow')).toBe(200)
    expect(await slowHead.end()).toMatch(/^HTTP\/1\.1 408 /)
    expect(await slowBody.end()).toMatch(/^HTTP\/1\.1 408 /)
    await expect
      .poll(() => read((reader) => reader.readAfter(1, 9)))
      .toMatchObject([{ refused: 'aborted', sentBytes: 4 }])
  })

  it('turn away connections beyond the most', async () => {
    const running = await start({ maxConnections: 5 })
    const open = await Promise.all(Array.from({ length: 5 }, () => rawConnection(running.port)))
    for (const connection of open) {
      connection.send(requestText('POST', '/h/one', [], 'x'))
      expect((await connection.answer()).status).toBe(200)
    }
    const sixth = await rawConnection(running.port)
    sixth.send(requestText('POST', '/h/one', [], 'x'))
    await expect(sixth.answer()).rejects.toThrow('The connection ended')
    for (const connection of open) connection.socket.destroy()
    await expect.poll(() => status(running.port).catch(() => 0)).toBe(200)
  })

  it('turn away large bodies when too many are in memory, and take them again afterwards', async () => {
    const running = await start({ maxBodyBytes: 100_000 })
    const holders = await Promise.all(Array.from({ length: 10 }, () => rawConnection(running.port)))
    for (const holder of holders)
      holder.send(requestText('POST', '/h/one', ['Content-Length: 100000']), Buffer.alloc(99_999))
    // A request on each connection is read in order, so the answer to one more says that their bytes were.
    await expect.poll(() => status(running.port, '/h/one', 'y'.repeat(80_000))).toBe(503)
    for (const holder of holders) {
      holder.send('z')
      expect((await holder.answer()).status).toBe(200)
      holder.socket.destroy()
    }
    expect(await status(running.port, '/h/one', 'y'.repeat(80_000))).toBe(200)
  })
})

describe('the thread', () => {
  it('writes requests of many senders in few transactions', async () => {
    const running = await start()
    const connections = await Promise.all(Array.from({ length: 20 }, () => rawConnection(running.port)))
    const requests = Array.from({ length: 30 }, (_, n) => requestText('POST', `/h/one/${n}`, [], 'b'.repeat(500))).join(
      '',
    )
    for (const connection of connections) connection.send(requests)
    for (const connection of connections) {
      for (let n = 0; n < 30; n += 1) expect((await connection.answer()).status).toBe(200)
      connection.socket.destroy()
    }
    expect(read((reader) => reader.newestId())).toBe(600)
    expect(transactionsInLog(join(directory, 'captures.db-wal'))).toBeLessThan(200)
  })

  it('counts what it does', async () => {
    const running = await start()
    await status(running.port)
    await status(running.port, '/h/nobody')
    const garbage = await rawConnection(running.port)
    garbage.send('nonsense\r\n\r\n')
    await garbage.end()
    await expect
      .poll(() => running.messages.findLast((message) => message.type === 'counters')?.counters)
      .toEqual({ captured: 1, refused: 0, unknownSlug: 1, malformed: 1, notStored: 0 })
    expect(running.messages.find((message) => message.type === 'stored')).toMatchObject({ lastId: 1, count: 1 })
  })

  it('deletes an endpoint while others are captured, and captures nothing for it meanwhile', async () => {
    const running = await start()
    const connection = await rawConnection(running.port)
    connection.send(Array.from({ length: 1_500 }, () => requestText('POST', '/h/one', [], 'x')).join(''))
    for (let n = 0; n < 1_500; n += 1) await connection.answer()
    const deleting = running.thread.apply({ kind: 'delete-endpoint', endpointId: 1 })
    connection.send(requestText('POST', '/h/slow', [], 'x'))
    expect((await connection.answer()).status).toBe(200)
    expect(await deleting).toHaveLength(1_500)
    expect(await status(running.port, '/h/one')).toBe(404)
    expect(read((reader) => reader.readAfter(0, 9).map(({ target }) => target))).toEqual(['/h/slow'])
    connection.socket.destroy()
  })

  it('ends in good order: what is under way is stored', async () => {
    const running = await start()
    const half = await rawConnection(running.port)
    const stored = running.heard('stored')
    half.send(requestText('POST', '/h/one', ['Content-Length: 100']), 'half')
    await status(running.port)
    await stored
    await running.close()
    expect(running.messages.at(-1)).toEqual({ type: 'closed' })
    expect(read((reader) => reader.readAfter(0, 9).map(({ refused }) => refused))).toEqual([null, 'aborted'])
    await expect(running.thread.apply({ kind: 'mark', ids: [1] })).rejects.toMatchObject({ code: 'STORE_FAILED' })
  })

  it('is started again after a crash, on the same port', async () => {
    const running = await start()
    await status(running.port)
    const again = running.heard('listening')
    // A configuration that no caller can write makes it throw.
    running.thread.configure(JSON.parse('{"endpoints":[null],"listen":{"port":0,"host":"127.0.0.1"}}'))
    await expect.poll(() => running.crashes.length).toBe(1)
    running.configure({})
    expect((await again).port).toBe(running.port)
    expect(await status(running.port)).toBe(200)
    // A change afterwards, too.
    const changed = running.heard('listening')
    running.configure({ publicUrl: 'https://example.test' })
    expect((await changed).port).toBe(running.port)
    expect(read((reader) => reader.newestId())).toBe(2)
  })
})

/** Commit records of a write-ahead log: frames that say how large the database is after them. See sqlite.org/walformat.html. */
function transactionsInLog(file: string): number {
  const log = readFileSync(file)
  const frame = 24 + log.readUInt32BE(8)
  let commits = 0
  for (let at = 32; at + frame <= log.length; at += frame) {
    const current = log.subarray(at + 8, at + 16).equals(log.subarray(16, 24))
    if (current && log.readUInt32BE(at + 4) > 0) commits += 1
  }
  return commits
}

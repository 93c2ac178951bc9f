import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { openLedgerReader } from '../../main/captures/ledger.ts'
import type { ThreadLimits } from '../../main/receiver/thread/messages.ts'
import { rawConnection, requestText } from '../support/receiver-raw.ts'
import { endpointNamed, type RunningReceiver, startReceiver } from '../support/receiver-thread.ts'

const SMALL_DISK = 'size=6m'

let folder = ''
let receiver: RunningReceiver | null = null
/** A file system of a few megabytes, where the tests may mount one; else null. */
let smallDisk: string | null = null

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'keyhold-disk-'))
  const place = join(folder, 'small')
  mkdirSync(place)
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', SMALL_DISK, 'tmpfs', place])
  if (mounted.status === 0) smallDisk = place
})
afterEach(async () => {
  await receiver?.close()
  receiver = null
})
afterAll(() => {
  if (smallDisk !== null) spawnSync('umount', [smallDisk])
  rmSync(folder, { recursive: true, force: true })
})

async function start(directory: string, limits: Partial<ThreadLimits> = {}): Promise<RunningReceiver> {
  receiver = await startReceiver({ directory, endpoints: [endpointNamed('one', 1)], limits })
  return receiver
}

async function send(port: number, body: string): Promise<{ status: number; head: string; body: string }> {
  const connection = await rawConnection(port)
  connection.send(requestText('POST', '/h/one', [], body))
  const answer = await connection.answer()
  connection.socket.destroy()
  return answer
}

/** Sends until the disk is full; gives back how many were acknowledged. */
async function fill(port: number): Promise<number> {
  for (let acknowledged = 0; ; acknowledged += 1) {
    const answer = await send(port, 'x'.repeat(30_000))
    if (answer.status !== 200) {
      expect(answer.status).toBe(503)
      expect(answer.head).toMatch(/Retry-After: \d+/)
      expect(answer.body).toContain('was not stored')
      return acknowledged
    }
    if (acknowledged > 2_000) throw new Error('The disk does not get full.')
  }
}

function stored(directory: string): number[] {
  const ledger = openLedgerReader(directory)
  const ids = ledger.idsAfter(0, 100_000)
  ledger.close()
  return ids
}

describe('a full disk', () => {
  it('gives senders 503, acknowledges nothing, and is noticed when space is back', async () => {
    const directory = join(folder, 'pages')
    const running = await start(directory, { maxLedgerPages: 60 })
    const full = running.heard('disk', undefined, 'past')
    const acknowledged = await fill(running.port)
    expect((await full).full).toBe(true)
    expect((await send(running.port, 'x'.repeat(30_000))).status).toBe(503)
    expect(stored(directory)).toHaveLength(acknowledged)
    expect(running.messages.filter((message) => message.type === 'disk')).toHaveLength(1)
    await expect
      .poll(() => running.messages.findLast((message) => message.type === 'counters')?.counters)
      .toMatchObject({ captured: acknowledged, notStored: 2 })

    // Deleting makes space in the file. Nobody has to send anything for that to be noticed.
    const well = running.heard('disk', ({ full: isFull }) => !isFull)
    await running.thread.apply({ kind: 'delete', ids: stored(directory).slice(0, 10), sparePinned: true })
    await well
    expect((await send(running.port, 'x'.repeat(30_000))).status).toBe(200)
    expect(stored(directory).at(-1)).toBe(acknowledged + 1)
  })

  it('of a real file system does the same', async (context) => {
    if (smallDisk === null) {
      context.skip('No small file system can be mounted here.')
      return
    }
    const ballast = join(smallDisk, 'ballast')
    writeFileSync(ballast, Buffer.alloc(2 * 1024 * 1024))
    const directory = join(smallDisk, 'data')
    const running = await start(directory)
    const acknowledged = await fill(running.port)
    expect(acknowledged).toBeGreaterThan(10)
    expect(stored(directory)).toHaveLength(acknowledged)
    const well = running.heard('disk', ({ full }) => !full)
    rmSync(ballast)
    await well
    expect((await send(running.port, 'after')).status).toBe(200)
    await running.close()
    expect(stored(directory)).toHaveLength(acknowledged + 1)
  })

  it('at the start lets the receiver listen and say so', async (context) => {
    if (smallDisk === null) {
      context.skip('No small file system can be mounted here.')
      return
    }
    const ballast = join(smallDisk, 'all-of-it')
    try {
      writeFileSync(ballast, Buffer.alloc(8 * 1024 * 1024))
    } catch {
      // It took what fits, which is what was wanted.
    }
    const running = await start(join(smallDisk, 'late'))
    expect((await send(running.port, 'x')).status).toBe(503)
    const well = running.heard('disk', ({ full }) => !full)
    rmSync(ballast)
    await well
    expect((await send(running.port, 'x')).status).toBe(200)
  })
})

it('a file that is damaged under the receiver is set aside at the next start at the latest', async () => {
  const directory = join(folder, 'damaged')
  const first = await start(directory)
  for (let n = 0; n < 30; n += 1) expect((await send(first.port, 'x'.repeat(30_000))).status).toBe(200)
  await first.close()
  const file = join(directory, 'captures.db')
  const bytes = statSync(file).size
  const second = await start(directory)
  truncateSync(file, 50_000)
  truncateSync(file, bytes)
  await send(second.port, 'x')
  await second.close()
  const third = await start(directory)
  expect((await send(third.port, 'x')).status).toBe(200)
  const notices = [...second.messages, ...third.messages].filter((message) => message.type === 'notice')
  expect(notices).toMatchObject([{ severity: 'error', message: expect.stringContaining('damaged') }])
  const ledgers = [...first.messages, ...third.messages].flatMap((said) =>
    said.type === 'ledger' ? said.identity : [],
  )
  expect(new Set([ledgers[0], ledgers.at(-1)]).size).toBe(2)
})

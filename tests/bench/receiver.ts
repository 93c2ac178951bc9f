import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { openLedgerReader } from '../../main/captures/ledger.ts'
import { sourceThreads } from '../../main/threads.ts'
import { type Print, percentile } from '../support/bench.ts'
import { temporaryFolder } from '../support/browser-host.ts'
import { killRounds } from '../support/receiver-kills.ts'
import { endChild, killChild, type LoadResult, load, startChild } from '../support/receiver-load.ts'

const CONNECTIONS = 20
const ROUNDS = 5
const SECONDS = 3
const WARM_UP_SECONDS = 1
const KILLS = 20
const MEGABYTE = 1024 * 1024

const readySchema = z.object({ port: z.number() })

const contestants = ['bare', 'capture', 'verify'] as const
type Contestant = (typeof contestants)[number]

/**
 * Webhooks of 1 KB over 20 connections, from a process of its own, against: a node:http server that stores nothing,
 * durable capture, and durable capture that verifies the signature of every request. Rounds take turns, medians count.
 * The index thread runs along. Then SIGKILL under load.
 */
export async function run(print: Print): Promise<void> {
  const folder = temporaryFolder('bench-receiver')
  try {
    await rates(print, folder.path)
    await kills(print, folder.path)
  } finally {
    folder.remove()
  }
}

async function rates(print: Print, folder: string): Promise<void> {
  const secret = `whsec_${randomBytes(24).toString('base64')}`
  const index = existsSync(fileURLToPath(sourceThreads.captureIndex)) ? 'index' : ''
  const directories = { capture: join(folder, 'capture'), verify: join(folder, 'verify') }
  for (const directory of Object.values(directories)) mkdirSync(directory)
  const children = {
    bare: startChild('bare', []),
    capture: startChild('capture', [directories.capture, '', index]),
    verify: startChild('capture', [directories.verify, secret, index]),
  }
  const results: Record<Contestant, LoadResult[]> = { bare: [], capture: [], verify: [] }
  try {
    const ports: Record<Contestant, number> = { bare: 0, capture: 0, verify: 0 }
    for (const name of contestants) {
      ports[name] = readySchema.parse(JSON.parse(await children[name].line())).port
      children[name].process.kill('SIGSTOP')
    }
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const name of contestants) {
        // The others stand still: an index that catches up would take time from whoever is measured.
        children[name].process.kill('SIGCONT')
        const result = await load({
          port: ports[name],
          path: '/h/bench',
          connections: CONNECTIONS,
          seconds: SECONDS,
          count: null,
          warmUpSeconds: WARM_UP_SECONDS,
          secret: name === 'verify' ? secret : null,
          acknowledgedFile: null,
        })
        children[name].process.kill('SIGSTOP')
        if (result.refused > 0) throw new Error(`${name} refused ${result.refused} requests.`)
        results[name].push(result)
      }
    }
    for (const name of ['capture', 'verify'] as const) {
      children[name].process.kill('SIGCONT')
      await endChild(children[name])
    }
  } finally {
    for (const name of contestants) await killChild(children[name])
  }
  const bare = median(results.bare)
  print('receiver-bare', { connections: CONNECTIONS, ...bare })
  report(print, 'receiver-capture', median(results.capture), bare.perSecond, 0.6)
  report(print, 'receiver-verify', median(results.verify), bare.perSecond, 0.5)
  for (const name of ['capture', 'verify'] as const) size(print, name, directories[name])
}

function median(results: readonly LoadResult[]) {
  const of = (figure: 'perSecond' | 'p50Ms' | 'p99Ms') =>
    percentile(
      results.map((result) => result[figure]),
      0.5,
    )
  return { perSecond: of('perSecond'), p50Ms: of('p50Ms'), p99Ms: of('p99Ms') }
}

function report(print: Print, name: string, figures: ReturnType<typeof median>, bare: number, share: number): void {
  const ratio = figures.perSecond / bare
  const { perSecond, p50Ms, p99Ms } = figures
  print(name, {
    perSecond,
    ratio,
    p50Ms,
    p99Ms,
    targets: `ratio >= ${share}, >= 10000/s, p99 <= 10 ms`,
    ok: ratio >= share && perSecond >= 10_000 && p99Ms <= 10,
  })
}

/** Of both databases, after both threads ended; the index may not have caught up, so it counts per indexed request. */
function size(print: Print, name: string, directory: string): void {
  const ledger = openLedgerReader(directory)
  const requests = ledger.newestId()
  ledger.close()
  const bytes = (file: string) => {
    const parts = [file, `${file}-wal`].map((part) => join(directory, part)).filter(existsSync)
    return parts.reduce((sum, part) => sum + statSync(part).size, 0)
  }
  const perRequest = bytes('captures.db') / requests
  print(`receiver-size-${name}`, {
    requests,
    ledgerMegabytes: bytes('captures.db') / MEGABYTE,
    indexMegabytes: bytes('capture-index.db') / MEGABYTE,
    ledgerBytesPerRequest: perRequest,
    target: 1_260,
    ok: perRequest <= 1_260,
  })
}

async function kills(print: Print, folder: string): Promise<void> {
  const directory = join(folder, 'kills')
  mkdirSync(directory)
  const { acknowledged, lost } = await killRounds(directory, KILLS)
  print('receiver-sigkill', { kills: KILLS, acknowledged, lost, target: 0, ok: lost === 0 && acknowledged > 0 })
}

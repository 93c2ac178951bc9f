import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { openLedger } from '../../main/captures/ledger.ts'
import { killChild, load, startChild } from './receiver-load.ts'

const readySchema = z.object({ port: z.number() })
const eventSchema = z.object({ id: z.string() })

/**
 * Loads a receiver of its own process over 20 connections and kills it with SIGKILL after a random time, again and again
 * over the same folder. Counts what was answered with 200, and of these what is not in the ledger afterwards.
 */
export async function killRounds(directory: string, rounds: number): Promise<{ acknowledged: number; lost: number }> {
  let acknowledged = 0
  let lost = 0
  let readThrough = 0
  for (let round = 0; round < rounds; round += 1) {
    const receiver = startChild('capture', [directory, '', ''])
    const { port } = readySchema.parse(JSON.parse(await receiver.line()))
    const acknowledgedFile = join(directory, `acknowledged-${round}`)
    await load(
      {
        port,
        path: '/h/bench',
        connections: 20,
        seconds: null,
        count: null,
        warmUpSeconds: 0,
        secret: null,
        acknowledgedFile,
      },
      () => setTimeout(() => void killChild(receiver), 50 + Math.random() * 500),
    )
    await killChild(receiver)
    const ids = readFileSync(acknowledgedFile, 'utf8').split('\n').filter(Boolean)
    const stored = storedSince(directory, readThrough)
    readThrough = stored.through
    acknowledged += ids.length
    // An id may be sent several times: each acknowledgement needs a request of its own.
    for (const id of ids) {
      const left = stored.counts.get(id) ?? 0
      if (left === 0) lost += 1
      else stored.counts.set(id, left - 1)
    }
  }
  return { acknowledged, lost }
}

/** How often each event id is stored above `afterId`. Opened as the receiver opens it: a damaged file would be set aside. */
function storedSince(directory: string, afterId: number): { counts: Map<string, number>; through: number } {
  const ledger = openLedger(directory, { maxPages: null })
  if (ledger.notices.length > 0) throw new Error(ledger.notices[0]?.message)
  const counts = new Map<string, number>()
  let through = afterId
  for (;;) {
    const page = ledger.readAfter(through, 1_000)
    const last = page.at(-1)
    if (last === undefined) break
    through = last.id
    for (const { refused, body } of page) {
      if (refused !== null) continue
      const { id } = eventSchema.parse(JSON.parse(Buffer.from(body).toString('utf8')))
      counts.set(id, (counts.get(id) ?? 0) + 1)
    }
  }
  ledger.close()
  return { counts, through }
}

import { monitorEventLoopDelay } from 'node:perf_hooks'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { StoredCapture } from '../../main/captures/capture-record.ts'
import { openDeliveries } from '../../main/deliveries/database.ts'
import { Journal } from '../../main/deliveries/journal.ts'
import { notFound } from '../../shared/problems.ts'
import { ok, startWebhookTarget } from '../simulators/webhook-target.ts'
import {
  caller,
  ListedCaptures,
  newFolder,
  openDeliveryBench,
  removeFolders,
  sampleCapture,
} from './deliveries-support.ts'

afterEach(removeFolders)

/** A hundred thousand captured requests that are made up when they are read. */
class ManyCaptures extends ListedCaptures {
  readonly #count = 100_000
  reads = 0

  override stored(id: number): StoredCapture {
    if (id > this.#count) throw notFound('captured request', id)
    this.reads += 1
    return sampleCapture(id)
  }

  override selected(_selection: unknown, afterId: number, limit: number): number[] {
    const length = Math.min(limit, this.#count - afterId)
    return Array.from({ length }, (_, index) => afterId + index + 1)
  }

  override countSelected(): number {
    return this.#count
  }

  override newestId(): number {
    return this.#count
  }
}

describe('100,000 requests', () => {
  it('are cancelled half way at full speed, at once and exactly', async () => {
    const fast = await startWebhookTarget({ keep: false })
    let came = 0
    fast.act(() => {
      came += 1
      return ok
    })
    const captures = new ManyCaptures()
    const big = openDeliveryBench({ captures })
    const heap = process.memoryUsage().heapUsed
    const job = await big.deliveries.replay(caller, {
      selection: { filter: {}, throughId: 100_000 },
      url: fast.url,
      keepPath: false,
      timestamp: 'original',
      resign: null,
      pace: { kind: 'rate', perSecond: null },
      concurrency: 20,
      timeoutMs: 10_000,
      ca: null,
    })
    expect(job.total).toBe(100_000)
    const delays = monitorEventLoopDelay({ resolution: 2 })
    delays.enable()
    await vi.waitFor(() => expect(came).toBeGreaterThanOrEqual(50_000), { interval: 20, timeout: 55_000 })
    delays.disable()
    const before = performance.now()
    const cancelled = big.deliveries.cancelJob(job.id)
    const took = performance.now() - before
    expect(cancelled.state).toBe('cancelled')
    expect(took).toBeLessThan(1_000)
    const atCancel = came
    await vi.waitFor(
      () => {
        const { done, state } = big.deliveries.job(job.id)
        expect(state).toBe('cancelled')
        expect(big.deliveries.attempts({ jobId: job.id, limit: 1 }).total).toBe(done)
        expect(done).toBeGreaterThanOrEqual(atCancel - 20)
      },
      { interval: 20, timeout: 10_000 },
    )
    // Nothing that was not under way at that moment has left.
    expect(captures.reads).toBeLessThanOrEqual(atCancel + 40)
    expect(came).toBeLessThanOrEqual(atCancel + 20)
    expect(process.memoryUsage().heapUsed - heap).toBeLessThan(200 * 1_024 * 1_024)
    // Half of the time the process is free soon, also while a busy machine does other work.
    expect(delays.percentile(50) / 1e6).toBeLessThan(100)
    await big.close()
    await fast.close()
  })
})

describe('writing down', () => {
  it('gives other work its turn between groups, keeps the order, and undoes a group that fails', async () => {
    const { db } = openDeliveries(newFolder())
    const journal = new Journal(db)
    const written: number[] = []
    const burn = (id: number) => () => {
      const until = performance.now() + 1
      while (performance.now() < until);
      written.push(id)
    }
    let turns = 0
    const count = () => {
      turns += 1
      if (written.length < 100) setImmediate(count)
    }
    count()
    const writes = Array.from({ length: 100 }, (_, id) => journal.write(burn(id)))
    await Promise.all(writes)
    expect(written).toEqual(Array.from({ length: 100 }, (_, id) => id))
    // 100 ms of work in slices of about 4 ms.
    expect(turns).toBeGreaterThan(10)
    const insert = () =>
      db
        .prepare(
          `INSERT INTO jobs (state, url, input, secret_given, created_at, total) VALUES ('running', '', '{}', 0, 1, 1)`,
        )
        .run()
    const failing = [
      journal.write(insert),
      journal.write(() => {
        throw new TypeError('a defect')
      }),
    ]
    const outcomes = await Promise.allSettled(failing)
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    await journal.write(insert)
    expect(db.prepare('SELECT id FROM jobs').all()).toHaveLength(1)
    db.close()
  })
})

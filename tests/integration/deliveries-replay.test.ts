import { readFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { StoredCapture } from '../../main/captures/capture-record.ts'
import type { Job, ReplayInput } from '../../shared/contract/deliveries.ts'
import { Problem } from '../../shared/problems.ts'
import { ok, startWebhookTarget, type WebhookTarget } from '../simulators/webhook-target.ts'
import {
  caller,
  type DeliveryBench,
  ListedCaptures,
  ManualTime,
  openDeliveryBench,
  removeFolders,
} from './deliveries-support.ts'

type Bench = DeliveryBench & { readonly captures: ListedCaptures }

let target: WebhookTarget
let bench: Bench
beforeEach(async () => {
  target = await startWebhookTarget()
  bench = openDeliveryBench({ captures: new ListedCaptures() })
})
afterEach(async () => {
  await bench.close()
  await target.close()
  removeFolders()
})

const soon = (check: () => void) => vi.waitFor(check, { interval: 5, timeout: 10_000 })
const everything = () => ({ filter: {}, throughId: bench.captures.newestId() })

function inputOf(overrides: Partial<ReplayInput> = {}): ReplayInput {
  return {
    selection: everything(),
    url: `${target.url}/replayed`,
    keepPath: false,
    timestamp: 'original',
    resign: null,
    pace: { kind: 'rate', perSecond: null },
    concurrency: 4,
    timeoutMs: 10_000,
    ca: null,
    ...overrides,
  }
}

const start = (overrides: Partial<ReplayInput> = {}) => bench.deliveries.replay(caller, inputOf(overrides))
const add = (count: number, capture: Partial<StoredCapture> = {}) =>
  bench.captures.add(...Array.from({ length: count }, () => capture))
const bodies = () => target.requests.map((request) => JSON.parse(String(request.body)).id)
const ended = (id: number, state: Job['state'] = 'finished') =>
  soon(() => expect(bench.deliveries.job(id).state).toBe(state))

/** Changes to a bench whose time stands still. */
async function withManualTime(): Promise<ManualTime> {
  const { captures } = bench
  await bench.close()
  const time = new ManualTime()
  bench = openDeliveryBench({ captures, time })
  return time
}

async function reopen(): Promise<void> {
  const { captures, dataDir, endpoints } = bench
  await bench.close()
  bench = openDeliveryBench({ captures, dataDir, endpoints })
}

describe('a replay', () => {
  it('sends what is selected in its order, and keeps the result of each', async () => {
    add(600)
    bench.captures.add({ endpointId: 2 })
    target.act((request) => ({ kind: 'answer', status: JSON.parse(String(request.body)).id === 7 ? 500 : 204 }))
    const job = await start({
      selection: { filter: { endpointId: 1 }, throughId: 600 },
      keepPath: true,
      concurrency: 1,
    })
    expect(job).toMatchObject({ state: 'running', total: 600, url: `${target.url}/replayed` })
    add(5)
    await ended(job.id)
    expect(bench.deliveries.job(job.id)).toMatchObject({
      total: 600,
      done: 600,
      succeeded: 599,
      failed: 1,
      problem: null,
    })
    expect(bodies()).toEqual(Array.from({ length: 600 }, (_, index) => index + 1))
    expect(target.requests[0]?.target).toBe('/replayed/orders?b=2&a=1')
    const failed = bench.deliveries.attempts({ jobId: job.id, outcome: 'failed', limit: 10 })
    expect(failed.items).toMatchObject([{ kind: 'replay', captureId: 7, status: 500, jobId: job.id }])
    expect(bench.deliveries.jobs({ limit: 10 })).toMatchObject({ total: 1, items: [{ id: job.id, state: 'finished' }] })
    expect(bench.audit.list({ limit: 1 }).items[0]).toMatchObject({ action: 'replay.started' })
  })

  it('takes some by id, and counts those that are gone as failed', async () => {
    add(10)
    bench.captures.delete(2)
    bench.captures.delete(5)
    const job = await start({ selection: { ids: [9, 2, 5, 3] }, concurrency: 1 })
    await ended(job.id)
    expect(bodies()).toEqual([3, 9])
    expect(bench.deliveries.job(job.id)).toMatchObject({ total: 4, succeeded: 2, failed: 2 })
    const { items } = bench.deliveries.attempts({ jobId: job.id, outcome: 'failed', limit: 9 })
    expect(items.map(({ captureId, problem }) => [captureId, problem?.code])).toEqual([
      [5, 'NOT_FOUND'],
      [2, 'NOT_FOUND'],
    ])
    await expect(start({ selection: { ids: [2, 5] } })).rejects.toThrow(/still there/)
  })

  it('refuses an empty selection, and authorities that are none', async () => {
    await expect(start()).rejects.toThrow(/Nothing is selected/)
    add(1)
    await expect(start({ ca: 'x' })).rejects.toThrow(/PEM/)
    expect(() => bench.deliveries.job(1)).toThrow(/no replay/)
  })

  it('goes on after targets that hang, reset, redirect and answer for ever', async () => {
    add(5)
    const acts = [
      { kind: 'hang' },
      { kind: 'reset' },
      { kind: 'answer', status: 301 },
      { kind: 'endless' },
      ok,
    ] as const
    target.act((_, index) => acts[index] ?? ok)
    const job = await start({ concurrency: 1, timeoutMs: 200 })
    await ended(job.id)
    const { items } = bench.deliveries.attempts({ jobId: job.id, limit: 10 })
    expect(items.reverse().map(({ status, problem }) => [status, problem?.message ?? null])).toEqual([
      [null, `127.0.0.1:${target.port} did not answer in time.`],
      [null, `127.0.0.1:${target.port} broke the connection off.`],
      [301, 'The target answered with 301.'],
      [200, null],
      [200, null],
    ])
    const long = bench.deliveries.attempt(items[3]?.id ?? 0)
    expect(long).toMatchObject({ responseCut: true, problem: null })
    expect(long.responseBody).toHaveLength(20_000)
  })
})

describe('its pace', () => {
  it('is at most so many a second', async () => {
    const time = await withManualTime()
    add(30)
    const job = await start({ pace: { kind: 'rate', perSecond: 10 }, concurrency: 50 })
    await target.received(1)
    for (let sent = 1; sent < 30; sent += 1) {
      await soon(() => expect(bench.deliveries.job(job.id).done).toBe(sent))
      time.advance(99)
      await soon(() => expect(target.open).toBe(0))
      expect(target.requests).toHaveLength(sent)
      time.advance(1)
      await target.received(sent + 1)
    }
    await ended(job.id)
  })

  it('is as far apart as they came, or faster by a factor', async () => {
    const time = await withManualTime()
    bench.captures.add({ at: 1_000_000 }, { at: 1_004_000 }, { at: 1_004_000 }, { at: 1_003_000 }, { at: 1_010_000 })
    await start({ pace: { kind: 'original', speed: 2 } })
    await target.received(1)
    time.advance(1_999)
    expect(target.requests).toHaveLength(1)
    time.advance(1)
    await target.received(4)
    time.advance(2_999)
    expect(target.requests).toHaveLength(4)
    time.advance(1)
    await target.received(5)
  })

  it('keeps the distance after a pause', async () => {
    const time = await withManualTime()
    bench.captures.add({ at: 0 }, { at: 10_000 }, { at: 20_000 })
    const job = await start({ pace: { kind: 'original', speed: 1 } })
    await target.received(1)
    bench.deliveries.pauseJob(job.id)
    time.advance(60_000)
    bench.deliveries.resumeJob(caller, job.id)
    await target.received(2)
    time.advance(9_999)
    await soon(() => expect(bench.deliveries.job(job.id).done).toBe(2))
    expect(target.requests).toHaveLength(2)
    time.advance(1)
    await target.received(3)
    await ended(job.id)
  })

  it('does not catch up all at once after a pause', async () => {
    const time = await withManualTime()
    add(10)
    const job = await start({ pace: { kind: 'rate', perSecond: 1 } })
    await target.received(1)
    expect(bench.deliveries.pauseJob(job.id).state).toBe('paused')
    expect(() => bench.deliveries.pauseJob(job.id)).toThrow(/paused/)
    time.advance(60_000)
    await soon(() => expect(bench.deliveries.job(job.id).done).toBe(1))
    expect(target.requests).toHaveLength(1)
    expect(bench.deliveries.resumeJob(caller, job.id).state).toBe('running')
    await target.received(2)
    time.advance(1_000)
    await target.received(3)
    expect(target.requests).toHaveLength(3)
    bench.deliveries.cancelJob(job.id)
  })
})

describe('the end of a job', () => {
  it('is not what comes when the lists are away: it is interrupted, says so and can be resumed', async () => {
    add(3)
    let asked = 0
    bench.captures.reached = async () => {
      asked += 1
      if (asked > 1) throw new Problem('STORE_FAILED', 'The list is being made.')
    }
    const job = await start({ selection: { filter: {}, throughId: 3 } })
    await soon(() => expect(bench.deliveries.job(job.id).state).toBe('interrupted'))
    expect(bench.deliveries.job(job.id)).toMatchObject({ done: 0, problem: { message: 'The list is being made.' } })
    bench.captures.reached = async () => {}
    bench.deliveries.resumeJob(caller, job.id)
    await soon(() => expect(bench.deliveries.job(job.id)).toMatchObject({ state: 'finished', succeeded: 3 }))
  })

  it('cancels at once and cuts off what is under way; what is done stays', async () => {
    add(100)
    target.act((_, index) => (index < 20 ? ok : { kind: 'hang' }))
    const job = await start({ concurrency: 5 })
    await target.received(25)
    const cancelled = bench.deliveries.cancelJob(job.id)
    expect(cancelled.state).toBe('cancelled')
    expect(cancelled.endedAt).not.toBeNull()
    await soon(() => expect(target.open).toBe(0))
    await soon(() => expect(bench.deliveries.job(job.id)).toMatchObject({ succeeded: 20, failed: 5 }))
    const { items } = bench.deliveries.attempts({ jobId: job.id, outcome: 'failed', limit: 10 })
    expect(items.map(({ problem }) => problem?.code)).toEqual(Array.from({ length: 5 }, () => 'CANCELLED'))
    expect(target.requests).toHaveLength(25)
    expect(bench.deliveries.cancelJob(job.id).state).toBe('cancelled')
    expect(() => bench.deliveries.resumeJob(caller, job.id)).toThrow(/cancelled/)
  })

  it('goes on after a restart with exactly what is missing', async () => {
    add(300)
    let open = true
    target.act((_, index) => (index < 120 || !open ? ok : { kind: 'hang' }))
    const job = await start({ concurrency: 6 })
    await target.received(126)
    await soon(() => expect(bench.deliveries.job(job.id).done).toBe(120))
    open = false
    await reopen()
    expect(bench.deliveries.job(job.id)).toMatchObject({ state: 'interrupted', done: 120, total: 300 })
    expect(bench.deliveries.resumeJob(caller, job.id).state).toBe('running')
    await ended(job.id)
    expect(bench.deliveries.job(job.id)).toMatchObject({ succeeded: 300, failed: 0, total: 300 })
    expect(bodies()).toHaveLength(306)
    expect(new Set(bodies()).size).toBe(300)
    expect(() => bench.deliveries.resumeJob(caller, job.id)).toThrow(/finished/)
  })

  it('does not repeat what was done behind one that hung', async () => {
    add(100)
    target.act((request) => (String(request.body) === '{"id":3}' ? { kind: 'hang' } : ok))
    const job = await start({ concurrency: 2 })
    await soon(() => expect(bench.deliveries.job(job.id).done).toBe(99))
    target.act(ok)
    await reopen()
    bench.deliveries.resumeJob(caller, job.id)
    await ended(job.id)
    expect(bench.deliveries.job(job.id)).toMatchObject({ succeeded: 100, failed: 0 })
    expect(bodies()).toHaveLength(101)
    expect(bodies().at(-1)).toBe(3)
  })

  it('is interrupted by a crash, and resumed from what the crash left', async () => {
    add(200)
    const job = await start({ concurrency: 3 })
    await target.received(90)
    const { captures } = bench
    const dataDir = bench.crashImage()
    await bench.close()
    bench = openDeliveryBench({ captures, dataDir })
    expect(bench.deliveries.job(job.id).state).toBe('interrupted')
    bench.deliveries.resumeJob(caller, job.id)
    await ended(job.id)
    expect(bench.deliveries.job(job.id)).toMatchObject({ succeeded: 200, failed: 0 })
    const { total } = bench.deliveries.attempts({ jobId: job.id, limit: 1 })
    expect(total).toBe(200)
    expect(new Set(bodies()).size).toBe(200)
  })

  it('stays paused over a restart', async () => {
    add(10)
    target.act({ kind: 'hang' })
    const job = await start({ concurrency: 2 })
    await target.received(2)
    bench.deliveries.pauseJob(job.id)
    target.act(ok)
    await reopen()
    expect(bench.deliveries.job(job.id).state).toBe('paused')
    bench.deliveries.resumeJob(caller, job.id)
    await ended(job.id)
    expect(bench.deliveries.job(job.id).succeeded).toBe(10)
    expect(() => bench.deliveries.cancelJob(job.id)).toThrow(/finished/)
  })

  it('does not keep a secret that came with the call', async () => {
    add(10)
    const secret = `whsec_${Buffer.from('x'.repeat(32)).toString('base64')}`
    target.act((_, index) => (index < 3 ? ok : { kind: 'hang' }))
    const job = await start({ resign: { scheme: 'standard-webhooks', secret }, concurrency: 1 })
    await target.received(4)
    const { dataDir } = bench
    await reopen()
    expect(() => bench.deliveries.resumeJob(caller, job.id)).toThrow(/secret was not kept/)
    const files = ['deliveries.db', 'deliveries.db-wal'].map((name) => readFileSync(`${dataDir}/receiver/${name}`))
    expect(Buffer.concat(files).includes(secret.slice(6))).toBe(false)
  })

  it('pauses when the vault is locked, and goes on when it is open', async () => {
    add(10)
    bench.endpoints.secrets = [{ id: 1, label: 'now', secret: 'shh' }]
    target.act((_, index) => {
      bench.endpoints.locked = index >= 3
      return ok
    })
    const job = await start({ resign: { scheme: 'github' }, concurrency: 1 })
    await ended(job.id, 'paused')
    const stopped = { done: 4, failed: 0, problem: { code: 'VAULT_LOCKED' } }
    await soon(() => expect(bench.deliveries.job(job.id)).toMatchObject(stopped))
    await expect(start({ resign: { scheme: 'github' } })).rejects.toThrow(/locked/)
    target.act(ok)
    bench.endpoints.locked = false
    bench.deliveries.resumeJob(caller, job.id)
    await ended(job.id)
    expect(bench.deliveries.job(job.id)).toMatchObject({ succeeded: 10, failed: 0, problem: null })
    expect(bodies()).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
  })
})

describe('following', () => {
  it('reports at most four times a second, and the end for certain', async () => {
    add(2_000)
    const seen: Job[] = []
    const ending = new AbortController()
    const following = (async () => {
      for await (const job of bench.deliveries.progress(ending.signal)) seen.push(job)
    })()
    const began = performance.now()
    const { id } = await start()
    await soon(() => expect(seen.at(-1)?.state).toBe('finished'))
    ending.abort()
    await following
    expect(seen.at(-1)).toMatchObject({ id, done: 2_000, succeeded: 2_000 })
    // Counted and not measured one by one: on a busy machine a message may be late, and the next one is not.
    expect(seen.length).toBeLessThanOrEqual((performance.now() - began) / 250 + 2)
    expect(seen.length).toBeGreaterThan(1)
  })

  it('ends when everything is closed', async () => {
    const following = (async () => {
      for await (const _ of bench.deliveries.progress());
    })()
    await bench.deliveries.close()
    await following
  })
})

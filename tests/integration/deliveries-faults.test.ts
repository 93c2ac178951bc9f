import { readdirSync, writeFileSync } from 'node:fs'
import Database from 'better-sqlite3'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ok, startWebhookTarget, type WebhookTarget } from '../simulators/webhook-target.ts'
import {
  caller,
  type DeliveryBench,
  ListedCaptures,
  ListedEndpoints,
  ManualTime,
  openDeliveryBench,
  removeFolders,
  targetDefaults,
} from './deliveries-support.ts'

type Bench = DeliveryBench & { readonly captures: ListedCaptures }

let target: WebhookTarget
let time: ManualTime
let bench: Bench
beforeEach(async () => {
  target = await startWebhookTarget()
  time = new ManualTime()
  bench = openDeliveryBench({ captures: new ListedCaptures(), time })
})
afterEach(async () => {
  await bench.close()
  await target.close()
  removeFolders()
})

const soon = (check: () => void) => vi.waitFor(check, { interval: 5, timeout: 10_000 })
const create = (overrides: Partial<Parameters<Bench['deliveries']['createTarget']>[1]> = {}) =>
  bench.deliveries.createTarget(caller, { ...targetDefaults, url: `${target.url}/hook`, ...overrides })
const attempts = () => bench.deliveries.attempts({ limit: 200 }).items.reverse()
const view = () => bench.deliveries.targets()[0]
const bodies = () => target.requests.map((request) => JSON.parse(String(request.body)).id)

/** Goes on after a restart, or from a copy of the folder. */
async function reopen(dataDir = bench.dataDir): Promise<void> {
  await bench.close()
  bench = openDeliveryBench({ captures: bench.captures, endpoints: bench.endpoints, dataDir, time })
}

describe('what fails', () => {
  it('is tried again when its time has come, and is given up after the last', async () => {
    target.act({ kind: 'answer', status: 500, body: 'no' })
    create()
    const start = time.now()
    bench.captures.add({})
    for (const [index, delay] of [5_000, 30_000, 120_000].entries()) {
      await soon(() => expect(attempts()).toHaveLength(index + 1))
      expect(view()).toMatchObject({ waiting: 1, delivered: 0 })
      time.advance(delay - 1)
      await reopen()
      expect(target.requests).toHaveLength(index + 1)
      time.advance(1)
      await target.received(index + 2)
    }
    await soon(() => expect(attempts()).toHaveLength(4))
    expect(attempts().map(({ attempt, at }) => [attempt, at - start])).toEqual([
      [1, 0],
      [2, 5_000],
      [3, 35_000],
      [4, 155_000],
    ])
    const [letter] = bench.deliveries.deadLetters({ limit: 10 }).items
    expect(letter).toMatchObject({ captureId: 1, attempts: 4, lastStatus: 500 })
    expect(letter?.lastProblem).toMatchObject({ code: 'TARGET_FAILED', message: 'The target answered with 500.' })
    expect(view()).toMatchObject({ waiting: 0, deadLetters: 1 })
    time.advance(10_000_000)
    await reopen()
    expect(target.requests).toHaveLength(4)
  })

  it('has one try by hand, and comes back when it fails again', async () => {
    target.act({ kind: 'answer', status: 500 })
    const { id } = create({ retries: 'none' })
    bench.captures.add({}, {})
    const letters = () => bench.deliveries.deadLetters({ limit: 10 }).items
    await soon(() => expect(letters()).toHaveLength(2))
    const ids = letters().map((letter) => letter.id)
    bench.deliveries.updateTarget(caller, { id, enabled: false })
    expect(() => bench.deliveries.retryDeadLetters(ids)).toThrow(/switched off/)
    // The policy is for what comes by itself.
    bench.deliveries.updateTarget(caller, { id, enabled: true, retries: 'quick' })
    target.act((request) => (String(request.body).includes('1') ? ok : { kind: 'reset' }))
    expect(bench.deliveries.retryDeadLetters(ids)).toEqual({ queued: 2 })
    await soon(() => expect(letters()).toMatchObject([{ captureId: 2, attempts: 2, lastStatus: null }]))
    await soon(() => expect(view()).toMatchObject({ delivered: 1, deadLetters: 1, waiting: 0 }))
    expect(bench.deliveries.discardDeadLetters(letters().map((letter) => letter.id))).toEqual({ discarded: 1 })
    expect(letters()).toEqual([])
  })

  it.each([
    ['seconds', () => '20', 20_000],
    ['a date', () => new Date(time.now() + 45_000).toUTCString(), 45_000],
    ['far too long', () => '999999', 600_000],
    ['less than the policy', () => '1', 5_000],
    ['nonsense', () => 'soon -5', 5_000],
  ])('waits as long as Retry-After asks, within bounds: %s', async (_what, header, wait) => {
    target.act({ kind: 'answer', status: 502, headers: ['retry-AFTER', header()] })
    create()
    bench.captures.add({})
    await soon(() => expect(attempts()).toHaveLength(1))
    time.advance(wait - 1_000)
    await reopen()
    expect(target.requests).toHaveLength(1)
    time.advance(1_000)
    await target.received(2)
  })

  it('holds everything back for a target that asks for fewer requests', async () => {
    target.act({ kind: 'answer', status: 429, headers: ['Retry-After', '30'] })
    create({ concurrency: 1 })
    bench.captures.add({}, {}, {})
    await soon(() => expect(attempts()).toHaveLength(1))
    target.act(ok)
    time.advance(29_999)
    await reopen()
    // The hold is not remembered over a restart; the retry of the one that failed is.
    await soon(() => expect(view()?.delivered).toBe(2))
    expect(bodies()).toEqual([1, 2, 3])
    time.advance(1)
    await soon(() => expect(view()?.delivered).toBe(3))
  })

  it('switches the target off at 410, says so, and keeps the rest', async () => {
    target.act({ kind: 'answer', status: 410 })
    const { id } = create({ concurrency: 1 })
    bench.captures.add({}, {}, {})
    await soon(() => expect(view()?.enabled).toBe(false))
    expect(target.requests).toHaveLength(1)
    expect(view()).toMatchObject({
      waiting: 2,
      deadLetters: 1,
      lastProblem: { message: 'The target answered with 410.' },
    })
    target.act(ok)
    bench.deliveries.updateTarget(caller, { id, enabled: true })
    await soon(() => expect(view()).toMatchObject({ delivered: 2, waiting: 0, lastProblem: null }))
    expect(bodies()).toEqual([1, 2, 3])
  })

  it('says a word about what cannot be forwarded, and goes on', async () => {
    target.act({ kind: 'answer', status: 500 })
    create()
    bench.captures.add({})
    await soon(() => expect(attempts()).toHaveLength(1))
    bench.captures.delete(1)
    time.advance(5_000)
    await soon(() => expect(attempts()).toHaveLength(2))
    expect(attempts()[1]).toMatchObject({ status: null, attempt: 2, problem: { code: 'NOT_FOUND' } })
    target.act(ok)
    bench.captures.add({ refused: 'too-large', body: Buffer.alloc(0) }, { refused: 'aborted' }, {})
    await soon(() => expect(view()).toMatchObject({ delivered: 1, waiting: 0, deadLetters: 0 }))
    expect(bodies()).toEqual([1, 4])
    expect(attempts().filter(({ problem }) => problem?.code === 'INVALID_INPUT')).toHaveLength(2)
  })

  it('loses nothing and keeps the order while the target is down', async () => {
    await target.close()
    create({ concurrency: 1, retries: 'standard' })
    bench.captures.add(...Array.from({ length: 50 }, () => ({})))
    await soon(() => expect(attempts()).toHaveLength(3))
    expect(view()?.lastProblem).toMatchObject({
      code: 'TARGET_FAILED',
      message: `Nothing listens at 127.0.0.1:${target.port}.`,
    })
    // Nothing more happens by itself: the others wait where they are.
    await reopen()
    await soon(() => expect(attempts().length).toBeGreaterThanOrEqual(6))
    expect(attempts().length).toBe(6)
    expect(view()?.waiting).toBe(50)
    target = await startWebhookTarget({ port: target.port })
    time.advance(30 * 60_000)
    await soon(() => expect(view()).toMatchObject({ delivered: 50, waiting: 0, deadLetters: 0 }))
    const fresh = bodies().filter((id) => id > 6)
    expect(fresh).toEqual(Array.from({ length: 44 }, (_, index) => index + 7))
    expect([...bodies()].sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, index) => index + 1))
  })

  it('takes nothing for done that could not be written down', async () => {
    create()
    const aside = new Database(`${bench.dataDir}/receiver/deliveries.db`)
    aside.exec('ALTER TABLE attempt_details RENAME TO elsewhere')
    bench.captures.add({}, {}, {})
    await soon(() => expect(view()?.lastProblem?.code).toBe('STORE_FAILED'))
    expect(view()).toMatchObject({ delivered: 0, waiting: 3 })
    aside.exec('ALTER TABLE elsewhere RENAME TO attempt_details')
    aside.close()
    time.advance(5_000)
    await soon(() => expect(view()).toMatchObject({ delivered: 3, waiting: 0, lastProblem: null }))
    expect(attempts()).toHaveLength(3)
  })
})

describe('a crash', () => {
  it('at any moment loses no request, and repeats only what was under way', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom(200, 200, 200, 500, 0), { minLength: 5, maxLength: 40 }),
        fc.array(fc.nat(60), { minLength: 1, maxLength: 3 }),
        fc.integer({ min: 1, max: 8 }),
        async (statuses, crashes, concurrency) => {
          const handler = await startWebhookTarget()
          const captures = new ListedCaptures()
          const seen = new Map<number, number>()
          handler.act((request) => {
            const { id } = JSON.parse(String(request.body))
            seen.set(id, (seen.get(id) ?? 0) + 1)
            const status = statuses[id - 1] ?? 200
            return status === 0 ? { kind: 'reset' } : { kind: 'answer', status }
          })
          const clock = new ManualTime()
          let running = openDeliveryBench({ captures, time: clock })
          running.deliveries.createTarget(caller, { ...targetDefaults, url: handler.url, concurrency, retries: 'none' })
          captures.add(...statuses.map(() => ({})))
          for (const crash of crashes) {
            await handler.received(Math.min(crash, statuses.length))
            const dataDir = running.crashImage()
            await running.close()
            running = openDeliveryBench({ captures, dataDir, time: clock })
          }
          const settled = () => {
            const [state] = running.deliveries.targets()
            return (state?.delivered ?? 0) + (state?.deadLetters ?? 0)
          }
          await soon(() => expect(settled()).toBe(statuses.length))
          for (const [index, status] of statuses.entries()) {
            const { items } = running.deliveries.attempts({ captureId: index + 1, limit: 10 })
            expect(items.map((attempt) => attempt.status ?? 0)).toEqual([status])
            expect(seen.get(index + 1)).toBeGreaterThanOrEqual(1)
          }
          await running.close()
          await handler.close()
        },
      ),
      { numRuns: 15 },
    )
  })

  it('does not send again what is settled above the cursor', async () => {
    let release = () => {}
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    target.act((request) =>
      String(request.body).includes('"id":1}') ? { kind: 'answer', status: 200, after: held } : ok,
    )
    create({ concurrency: 2 })
    bench.captures.add({}, {}, {}, {})
    await soon(() => expect(view()?.delivered).toBe(3))
    const image = bench.crashImage()
    target.act(ok)
    await reopen(image)
    await soon(() => expect(view()?.delivered).toBe(4))
    release()
    expect(bodies().sort()).toEqual([1, 1, 2, 3, 4])
  })
})

describe('bounds', () => {
  it('keeps the newest attempts, and none of captured requests that are gone', async () => {
    await bench.close()
    bench = openDeliveryBench({
      captures: new ListedCaptures(),
      time,
      limits: { attempts: 300, bytes: 1_024 ** 3, jobs: 10 },
    })
    create({ concurrency: 20 })
    bench.captures.add(...Array.from({ length: 800 }, () => ({})))
    await soon(() => expect(bench.deliveries.attempts({ limit: 1 }).total).toBe(800))
    await bench.deliveries.prune()
    expect(bench.deliveries.attempts({ limit: 1 }).total).toBe(300)
    const [newest] = bench.deliveries.attempts({ limit: 1 }).items
    const kept = bench.deliveries.attempts({ limit: 200 }).items.map(({ captureId }) => captureId ?? 0)
    for (const id of kept.slice(0, 50)) bench.captures.delete(id)
    await bench.deliveries.prune()
    // What is behind the newest that is left could be new as well.
    bench.captures.add({})
    await soon(() => expect(bench.deliveries.attempts({ limit: 1 }).total).toBe(301))
    await bench.deliveries.prune()
    expect(bench.deliveries.attempts({ limit: 1 }).total).toBe(250)
    expect(() => bench.deliveries.attempt(newest?.id ?? 0)).toThrow(/no attempt/)
  })

  it('pages through attempts and filters them', async () => {
    target.act((request) => ({ kind: 'answer', status: JSON.parse(String(request.body)).id % 2 === 0 ? 200 : 400 }))
    const { id } = create({ retries: 'none' })
    bench.captures.add(...Array.from({ length: 25 }, () => ({})))
    await soon(() => expect(view()).toMatchObject({ delivered: 12, deadLetters: 13 }))
    const seen: number[] = []
    let cursor: string | undefined
    do {
      const page = bench.deliveries.attempts({ targetId: id, outcome: 'failed', limit: 5, cursor })
      expect(page.total).toBe(13)
      seen.push(...page.items.map(({ captureId }) => captureId ?? 0))
      cursor = page.nextCursor ?? undefined
    } while (cursor !== undefined)
    expect(seen.sort((a, b) => a - b)).toEqual(Array.from({ length: 13 }, (_, index) => index * 2 + 1))
  })

  it('sets a damaged file aside and goes on from now', async () => {
    create()
    bench.captures.add({})
    await soon(() => expect(view()?.delivered).toBe(1))
    await bench.close()
    const file = `${bench.dataDir}/receiver/deliveries.db`
    writeFileSync(file, 'this is no database '.repeat(1_000))
    bench = openDeliveryBench({
      captures: bench.captures,
      endpoints: new ListedEndpoints(),
      dataDir: bench.dataDir,
      time,
    })
    expect(bench.deliveries.notices).toMatchObject([{ severity: 'error' }])
    expect(readdirSync(`${bench.dataDir}/receiver/quarantine`)).toHaveLength(1)
    expect(view()?.lastProblem?.code).toBe('STORE_FAILED')
    bench.captures.add({})
    await soon(() => expect(view()).toMatchObject({ delivered: 1, waiting: 0 }))
    expect(bodies()).toEqual([1, 2])
  })
})

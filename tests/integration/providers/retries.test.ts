import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { sendWithRetry, syncPolicy, testPolicy } from '../../../main/providers/calls.ts'
import { type BraveSimulator, startBraveSimulator } from '../../simulators/brave.ts'
import { type Bench, openBench } from './support.ts'

let bench: Bench
let server: BraveSimulator

beforeEach(async () => {
  bench = openBench()
  server = await startBraveSimulator()
})

afterEach(async () => {
  await bench.close()
  await server.close()
})

/** The pauses of a call that is answered with this status every time. */
async function pausesOf(status: number, policy: typeof syncPolicy, headers: Record<string, string> = {}) {
  server.setFault({ kind: 'status', status, body: {}, headers })
  const before = bench.waits.length
  const request = { method: 'GET', url: `${server.url}/web/search`, headers: {} } as const
  const answer = await sendWithRetry(
    bench.context(server.url),
    { secret: 'x'.repeat(20), kind: 'standard' },
    request,
    policy,
  )
  expect(answer.status).toBe(status)
  return bench.waits.slice(before)
}

describe('pauses before a repeated call', () => {
  it('are spread over half of their length, so that many callers do not come back at the same moment', async () => {
    const pauses: number[] = []
    for (let call = 0; call < 40; call += 1) pauses.push(...(await pausesOf(503, testPolicy)))
    expect(pauses).toHaveLength(40)
    expect(Math.min(...pauses)).toBeGreaterThanOrEqual(200)
    expect(Math.max(...pauses)).toBeLessThanOrEqual(400)
    // Of 201 equally likely values, forty that lie within 100 of each other do not happen.
    expect(Math.max(...pauses) - Math.min(...pauses)).toBeGreaterThan(100)
    expect(new Set(pauses).size).toBeGreaterThan(10)
  })

  it('double with each repeat', async () => {
    const [first = 0, second = 0, ...more] = await pausesOf(503, syncPolicy)
    expect(more).toEqual([])
    expect(first).toBeLessThanOrEqual(400)
    expect(second).toBeGreaterThanOrEqual(400)
    expect(second).toBeLessThanOrEqual(800)
  })

  it('are exactly as long as the provider asks', async () => {
    expect(await pausesOf(429, syncPolicy, { 'retry-after': '7' })).toEqual([7_000, 7_000, 7_000, 7_000])
  })
})

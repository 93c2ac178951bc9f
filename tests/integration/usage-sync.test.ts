import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Dashboard, GroupBy } from '../../shared/contract/usage.ts'
import { formatNanos, parseNanos } from '../../shared/money.ts'
import { startAnthropicSimulator } from '../simulators/anthropic.ts'
import { startBraveSimulator } from '../simulators/brave.ts'
import { startOpenAiSimulator } from '../simulators/openai.ts'
import { startOpenRouterSimulator } from '../simulators/openrouter.ts'
import type { Simulator } from '../simulators/server.ts'
import { DAY, syncAll } from '../unit/usage/support.ts'
import { openRealBench, type RealBench, redirect } from './usage-support.ts'

const NOW = Date.UTC(2026, 8, 10, 12)
const TODAY = Date.UTC(2026, 8, 10)
const window = (days: number): [number, number] => [TODAY - (days - 1) * DAY, TODAY + DAY]

let bench: RealBench
const servers: Simulator[] = []

function keep<T extends Simulator>(server: T): T {
  servers.push(server)
  return server
}

beforeEach(() => {
  bench = openRealBench({ now: NOW })
})

afterEach(async () => {
  await bench.close()
  await Promise.all(servers.splice(0).map((server) => server.close()))
})

async function openAi(options: Parameters<typeof startOpenAiSimulator>[0] = {}) {
  const server = keep(await startOpenAiSimulator({ now: () => NOW, ...options }))
  redirect(bench, 'openai', server.url)
  bench.keys.add(1, { name: 'OpenAI admin' })
  bench.keys.secrets.set(1, server.keys.admin)
  return server
}

async function anthropic(options: Parameters<typeof startAnthropicSimulator>[0] = {}) {
  const server = keep(await startAnthropicSimulator({ now: () => NOW, ...options }))
  redirect(bench, 'anthropic', server.url)
  bench.keys.add(2, { provider: 'anthropic', name: 'Anthropic admin' })
  bench.keys.secrets.set(2, server.keys.admin)
  return server
}

const usd = ({ totals }: Dashboard) =>
  totals.cost.find(({ currency, provenance }) => currency === 'USD' && provenance === 'billed')?.total
const spentByKey = ({ groups }: Dashboard) =>
  groups.flatMap(({ cost }) => cost).reduce((sum, { total }) => sum + (parseNanos(total) ?? 0n), 0n)

describe('a sync over real sockets', () => {
  it('adds up to what the provider has, in every grouping (UD-USE-01 to UD-USE-09)', async () => {
    const server = await openAi({ pageSize: 5 })
    const other = await anthropic()
    const runs = await syncAll(bench, { days: 90 })
    expect([...runs.values()].map(({ state, problem }) => [state, problem])).toEqual([
      ['done', null],
      ['done', null],
    ])
    const mine = server.totals(...window(90))
    const theirs = other.totals(...window(90))
    for (const groupBy of ['provider', 'account', 'key', 'project', 'model'] as const satisfies GroupBy[]) {
      const dashboard = bench.usage.dashboard({ days: 90, groupBy })
      expect(dashboard.totals).toMatchObject({
        requests: mine.requests,
        inputTokens: mine.inputTokens + theirs.inputTokens,
        outputTokens: mine.outputTokens + theirs.outputTokens,
        cachedInputTokens: mine.cachedInputTokens + theirs.cachedInputTokens,
      })
      expect(usd(dashboard)).toBe(formatNanos(mine.costNanos + theirs.costNanos))
      expect(spentByKey(dashboard)).toBe(mine.costNanos + theirs.costNanos)
    }
  })

  it('shows what Anthropic bills by workspace as parts of keys and a remainder', async () => {
    const server = await anthropic()
    await syncAll(bench, { days: 30 })
    const { groups } = bench.usage.dashboard({ days: 30, groupBy: 'key' })
    expect(groups.filter(({ role }) => role === 'group').length).toBeGreaterThan(1)
    expect(groups.at(-1)?.role).toBe('remainder')
    expect(groups.some(({ cost }) => cost.some(({ provenance }) => provenance === 'apportioned'))).toBe(true)
    expect(spentByKey(bench.usage.dashboard({ days: 30, groupBy: 'key' }))).toBe(server.totals(...window(30)).costNanos)
  })

  it('calls no day complete before its costs are out, and reads them when they are', async () => {
    const server = await anthropic({ now: () => bench.clock.now(), costLagDays: 2 })
    const read = async () => {
      await syncAll(bench, { days: 30 })
      return bench.usage.dashboard({ days: 7, groupBy: 'provider' })
    }
    const { range, totals } = await read()
    expect(range.coverage).toEqual(['complete', 'complete', 'complete', 'complete', 'partial', 'partial', 'partial'])
    expect(totals.inputTokens).toBe(server.totals(...window(7)).inputTokens)
    bench.clock.advance(2 * DAY)
    const later = await read()
    expect(later.range.coverage).toEqual(range.coverage)
    const [from, to] = [later.range.from, later.range.to]
    expect(usd(later)).toBe(formatNanos(server.totals(from, to).costNanos))
  })

  it('counts the searches of a Brave plan once, however the seconds of its reset fall', async () => {
    // The window begins at midnight; whole seconds put its start on one day or on the one before.
    const secondsLeft = () => (TODAY + 20 * DAY - bench.clock.now()) / 1_000
    const reading = { seconds: 0, used: 0 }
    const brave = keep(
      await startBraveSimulator({ usedThisMonth: () => reading.used, resetSeconds: () => reading.seconds }),
    )
    redirect(bench, 'brave', brave.url)
    bench.keys.add(7, { provider: 'brave', kind: 'standard', name: 'Brave key' })
    bench.keys.secrets.set(7, brave.keys.free)
    const read = async (seconds: number, used: number) => {
      Object.assign(reading, { seconds, used: used - brave.billed - 1 })
      await syncAll(bench, { days: 30, keyIds: [7] })
      return bench.usage.dashboard({ days: 30, groupBy: 'provider' }).totals.requests
    }
    expect(await read(Math.ceil(secondsLeft()), 100)).toBe(100)
    bench.clock.advance(3_600_500)
    expect(await read(Math.floor(secondsLeft()), 110)).toBe(110)
    bench.clock.advance(DAY)
    expect(await read(Math.floor(secondsLeft()) - 1, 120)).toBe(120)
    expect(bench.usage.diagnostics().map(({ id }) => id)).toEqual(['counter-only:brave'])
  })

  it('goes on with the others when one key of five is broken, and explains it', async () => {
    await openAi()
    await anthropic()
    const brave = keep(await startBraveSimulator())
    const openrouter = keep(await startOpenRouterSimulator({ now: () => NOW }))
    redirect(bench, 'brave', brave.url)
    redirect(bench, 'openrouter', openrouter.url)
    bench.keys.add(3, { provider: 'openrouter', kind: 'admin', name: 'OpenRouter management' })
    bench.keys.secrets.set(3, openrouter.keys.management)
    bench.keys.add(4, { provider: 'openai', name: 'Revoked admin', accountId: 9 })
    bench.keys.secrets.set(4, 'revoked')
    bench.keys.add(5, { provider: 'openrouter', kind: 'standard', name: 'OpenRouter key' })
    bench.keys.secrets.set(5, openrouter.keys.standard)
    bench.keys.add(7, { provider: 'brave', kind: 'standard', name: 'Brave key' })
    const runs = await syncAll(bench)
    expect([...runs].map(([id, { state }]) => [id, state])).toEqual([
      [1, 'done'],
      [2, 'done'],
      [3, 'done'],
      [4, 'failed'],
      [5, 'done'],
    ])
    const card = bench.usage.diagnostics().find(({ id }) => id === 'authentication-failed:openai')
    expect(card?.keys).toEqual([{ id: 4, name: 'Revoked admin', provider: 'openai' }])
    expect(card?.remedies.join(' ')).toMatch(/spaces.*revoked.*billing/s)
    const { totals } = bench.usage.dashboard({ days: 30, groupBy: 'provider' })
    expect(new Set(totals.cost.map(({ provenance }) => provenance))).toEqual(new Set(['billed', 'metered']))
    expect(brave.requests).toEqual([])
  })

  it.each([
    [{ kind: 'html' }, 'unreadable-answer:openai'],
    [{ kind: 'truncated' }, 'unreadable-answer:openai'],
    [{ kind: 'huge' }, 'unreadable-answer:openai'],
    [{ kind: 'error-200' }, 'unreadable-answer:openai'],
    [{ kind: 'reset' }, 'network:openai'],
    [
      {
        kind: 'status',
        status: 401,
        body: { error: { message: 'Incorrect API key provided', code: 'invalid_api_key' } },
      },
      'authentication-failed:openai',
    ],
    [
      {
        kind: 'status',
        status: 429,
        body: { error: { message: 'Monthly limit', code: 'organization_spend_limit_exceeded' } },
      },
      'spend-limit:openai',
    ],
  ] as const)('has a card for %j, stores nothing wrong and works the next time', async (fault, id) => {
    const server = await openAi()
    server.setFault({ ...fault, path: '/organization/costs' })
    const failed = (await syncAll(bench, { days: 7 })).get(1)
    expect(failed?.state).toBe('failed')
    expect(JSON.stringify(failed)).not.toContain(server.keys.admin)
    expect(bench.usage.diagnostics().map((card) => card.id)).toEqual([id])
    server.setFault(null)
    expect((await syncAll(bench, { days: 7 })).get(1)?.state).toBe('done')
    expect(usd(bench.usage.dashboard({ days: 7, groupBy: 'provider' }))).toBe(
      formatNanos(server.totals(...window(7)).costNanos),
    )
  })

  it('slows down to one call at a time after a 429, waits as asked, and still gets everything', async () => {
    const server = await openAi({ pageSize: 3, latencyMs: 5 })
    server.setFault({
      kind: 'status',
      status: 429,
      times: 1,
      path: '/organization/usage/completions',
      body: { error: { message: 'Rate limit reached', code: 'rate_limit_exceeded' } },
      headers: { 'retry-after': '1' },
    })
    const seen: (number | null)[] = []
    const abort = new AbortController()
    const following = (async () => {
      for await (const { waitingUntil } of bench.usage.progress(abort.signal)) seen.push(waitingUntil)
    })()
    const run = (await syncAll(bench, { days: 30 })).get(1)
    abort.abort()
    await following
    expect(run?.state).toBe('done')
    expect(seen).toContain(NOW + 1_000)
    const { totals } = bench.usage.dashboard({ days: 30, groupBy: 'provider' })
    expect(totals.requests).toBe(server.totals(...window(30)).requests)
  })

  it('never sends an admin key to a replaced address that is not allowed for it', async () => {
    const server = await openAi()
    bench.settings.setProvider('openai', server.url, false)
    expect((await syncAll(bench)).get(1)).toMatchObject({ state: 'failed', problem: { code: 'FORBIDDEN' } })
    expect(server.requests).toEqual([])
    expect(bench.usage.diagnostics().map(({ id }) => id)).toEqual(['admin-key-held-back:openai'])
  })

  it('counts an organisation once that two admin keys can read', async () => {
    const server = await openAi()
    bench.keys.add(6, { name: 'Second admin' })
    bench.keys.secrets.set(6, server.keys.admin)
    await syncAll(bench, { days: 7 })
    const { totals } = bench.usage.dashboard({ days: 7, groupBy: 'key' })
    expect(totals.requests).toBe(server.totals(...window(7)).requests)
    expect(bench.usage.diagnostics().map(({ id }) => id)).toContain('counted-once:openai')
  })
})

describe('a sync that is killed', () => {
  it('resumes, and ends with the same figures as one that was never interrupted', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'keyhold-usage-kill-'))
    const server = keep(await startOpenAiSimulator({ now: () => NOW, pageSize: 2, latencyMs: 10 }))
    try {
      const child = spawn(
        process.execPath,
        [join(import.meta.dirname, 'usage-kill-child.ts'), dataDir, server.url, server.keys.admin, String(NOW)],
        { stdio: 'inherit' },
      )
      const exited = new Promise<NodeJS.Signals | null>((resolve) =>
        child.once('exit', (_code, signal) => resolve(signal)),
      )
      while (server.requests.length < 60 && child.exitCode === null)
        await new Promise((resolve) => setTimeout(resolve, 5))
      child.kill('SIGKILL')
      expect(await exited).toBe('SIGKILL')
      const askedBefore = server.requests.length

      const resumed = openRealBench({ dataDir, now: NOW })
      redirect(resumed, 'openai', server.url)
      resumed.keys.add(1)
      resumed.keys.secrets.set(1, server.keys.admin)
      expect(resumed.usage.sources()[0]).toMatchObject({ lastRun: { state: 'interrupted' }, resumable: true })
      const run = (await syncAll(resumed, { days: 90 })).get(1)
      expect(run?.state).toBe('done')
      const reports = server.requests.slice(askedBefore).filter(({ path }) => /usage|costs/.test(path))
      expect(reports.length).toBeLessThan(run?.pages ?? 0)

      redirect(bench, 'openai', server.url)
      bench.keys.add(1)
      bench.keys.secrets.set(1, server.keys.admin)
      await syncAll(bench, { days: 90 })
      for (const groupBy of ['provider', 'key', 'project', 'model'] as const) {
        const mine = resumed.usage.dashboard({ days: 90, groupBy })
        expect(mine).toEqual({ ...bench.usage.dashboard({ days: 90, groupBy }), fetchedAt: mine.fetchedAt })
      }
      expect(bench.usage.dashboard({ days: 90, groupBy: 'key' }).totals.requests).toBe(
        server.totals(...window(90)).requests,
      )
      await resumed.close()
    } finally {
      rmSync(dataDir, { recursive: true, force: true })
    }
  })
})

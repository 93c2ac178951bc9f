import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { sampleEvents } from '../../main/sender/catalogue/catalogue.ts'
import { type ProbeReport, probeReportSchema, type SendInput } from '../../shared/contract/sender.ts'
import type { SchemeId } from '../../shared/webhook-schemes.ts'
import { generateSecret } from '../../shared/webhook-signatures.ts'
import { type Handler, type HandlerOptions, startHandler } from '../simulators/webhook-handlers.ts'
import { app, type Bench, eventFor, openBench, script } from './sender-support.ts'

const { secret } = generateSecret('standard-webhooks')
let bench: Bench
const handlers: Handler[] = []

beforeEach(() => {
  bench = openBench()
})
afterEach(async () => {
  await bench.close()
  await Promise.all(handlers.splice(0).map((handler) => handler.close()))
})

async function handler(options: Partial<HandlerOptions> = {}): Promise<Handler> {
  const started = await startHandler({ scheme: 'standard-webhooks', secret, ...options })
  handlers.push(started)
  return started
}

async function probed(options: Partial<HandlerOptions>, fields: Partial<SendInput> = {}): Promise<ProbeReport> {
  const { url } = await handler(options)
  return bench.sender.probe(app, { event: eventFor(url, 'standard-webhooks', secret, fields) })
}

const outcomes = ({ checks }: ProbeReport) => Object.fromEntries(checks.map(({ id, outcome }) => [id, outcome]))

const allPassed = {
  'accepts-valid': 'passed',
  duplicate: 'passed',
  'concurrent-duplicates': 'passed',
  'out-of-order': 'passed',
  replayed: 'passed',
  tampered: 'passed',
  'wrong-secret': 'passed',
  'missing-signature': 'passed',
  'malformed-signature': 'passed',
  stale: 'passed',
  future: 'passed',
  'unknown-type': 'passed',
  'wrong-method': 'passed',
  'empty-body': 'passed',
  'large-body': 'passed',
}

describe('a handler that does everything right', () => {
  it('gets full marks, and its report can be exported and read again', async () => {
    const target = await handler()
    const announced: string[] = []
    bench.changes.subscribe((topic) => announced.push(topic))
    const report = await bench.sender.probe(script, {
      event: eventFor(`${target.url}?token=tk_secret`, 'standard-webhooks', secret),
    })
    expect(outcomes(report)).toEqual(allPassed)
    expect(report).toMatchObject({
      score: 100,
      passed: true,
      scheme: 'standard-webhooks',
      url: `${target.url}?token=…`,
    })
    expect(report.checks.every(({ finding, remedy }) => finding.endsWith('.') && remedy === null)).toBe(true)
    expect(report.checks.reduce((sum, { requests }) => sum + requests.length, 0)).toBe(target.seen.length)
    expect(probeReportSchema.parse(JSON.parse(JSON.stringify(report)))).toEqual(report)
    expect(bench.sender.probes({ limit: 10 })).toEqual({ items: [report], nextCursor: null, total: 1 })
    expect(announced).toContain('probes')
    expect(JSON.stringify(report)).not.toContain(secret)
    expect(bench.audit.list({ limit: 1 }).items[0]).toMatchObject({ action: 'probe.started', source: 'api' })
  })

  it('is believed when it gives the first answer again, and asked to say so when it shows nothing', async () => {
    const shown = await probed({ memory: 'same-answer' })
    expect(outcomes(shown)).toMatchObject({
      duplicate: 'passed',
      'concurrent-duplicates': 'passed',
      replayed: 'unclear',
    })
    expect(shown).toMatchObject({ score: 100, passed: true })
    const silent = await probed({ memory: 'silent' })
    expect(outcomes(silent)).toEqual({
      ...allPassed,
      duplicate: 'unclear',
      'concurrent-duplicates': 'unclear',
      replayed: 'unclear',
    })
    expect(silent).toMatchObject({ score: 100, passed: true })
    expect(silent.checks.find(({ id }) => id === 'duplicate')?.remedy).toContain('webhook-duplicate')
  })
})

describe('a handler with one fault loses the points of that fault', () => {
  /** All points that can be judged of Standard Webhooks. */
  const ALL = 125
  it.each<[string, Partial<HandlerOptions>, Partial<Record<keyof typeof allPassed, string>>, number]>([
    [
      'no verification',
      { trusting: true },
      {
        tampered: 'failed',
        'wrong-secret': 'failed',
        'missing-signature': 'failed',
        'malformed-signature': 'failed',
        stale: 'failed',
        future: 'unclear',
      },
      ALL - 55,
    ],
    ['no look at timestamps', { acceptsOld: true }, { stale: 'failed', future: 'unclear' }, ALL - 10],
    [
      'no memory',
      { memory: 'forgets' },
      { duplicate: 'failed', 'concurrent-duplicates': 'failed', replayed: 'failed' },
      ALL - 25,
    ],
    ['a race', { racy: true }, { 'concurrent-duplicates': 'failed' }, ALL - 10],
    ['refusal of what it knows', { conflictsOnKnown: true }, { duplicate: 'failed' }, ALL - 10],
    ['parsing before checking', { parsesFirst: true }, { 'empty-body': 'failed' }, ALL - 5],
    ['only types it knows', { types: ['order.created'] }, { 'unknown-type': 'failed' }, ALL - 5],
    ['a closed connection at 100 KB', { maxBytes: 100_000 }, { 'large-body': 'failed' }, ALL - 5],
    ['an answer to GET', { anyMethod: true, trusting: false }, { 'wrong-method': 'passed' }, ALL],
  ])('%s', async (_, options, differences, points) => {
    const report = await probed(options)
    expect(outcomes(report)).toEqual({ ...allPassed, ...differences })
    expect(report).toMatchObject({ score: Math.round((points / ALL) * 100), passed: points === ALL })
    for (const { outcome, remedy } of report.checks) if (outcome === 'failed') expect(remedy).toMatch(/^[A-Z].*\.$/)
  })

  it('slowness beyond the deadline of the provider, while all else is still judged', async () => {
    const report = await bench.sender.probe(app, {
      event: slackEvent((await handler({ scheme: 'slack', secret: 'slack-secret', firstLatencyMs: 3_050 })).url),
    })
    expect(report.checks[0]).toMatchObject({ outcome: 'failed', remedy: expect.stringContaining('answer at once') })
    expect(report.checks[0]?.finding).toMatch(/was answered with 200 after 3\d{3} ms, later than the 3 s of Slack\.$/)
    expect(outcomes(report)).toMatchObject({ tampered: 'passed', 'wrong-secret': 'passed' })
  })
})

function slackEvent(url: string): SendInput {
  return eventFor(url, 'slack', 'slack-secret', { body: '{"type":"event_callback","event_id":"Ev0SAMPLE01","n":12}' })
}

describe('what cannot be judged is said, not counted', () => {
  it('a handler with another secret: nothing else is tried', async () => {
    const target = await handler({ secret: generateSecret('standard-webhooks').secret })
    const report = await bench.sender.probe(app, { event: eventFor(target.url, 'standard-webhooks', secret) })
    expect(report).toMatchObject({ score: 0, passed: false })
    expect(report.checks[0]).toMatchObject({ outcome: 'failed', finding: 'A valid event was answered with 401.' })
    for (const { outcome, finding } of report.checks.slice(1)) {
      expect([outcome, finding]).toEqual([
        'unclear',
        'The handler does not accept a valid event, so nothing else can be judged.',
      ])
    }
    expect(target.seen).toHaveLength(1)
  })

  it('a handler that goes down on the way', async () => {
    let isDown = false
    const target = await handler({
      instead: ({ bytes }) => {
        isDown ||= bytes === 0
        return isDown ? 'reset' : null
      },
    })
    const report = await bench.sender.probe(app, { event: eventFor(target.url, 'standard-webhooks', secret) })
    expect(outcomes(report)).toEqual({
      ...allPassed,
      'wrong-method': 'failed',
      'empty-body': 'unclear',
      'large-body': 'unclear',
    })
    expect(report.checks.at(-1)).toMatchObject({
      finding: 'The handler accepts no valid events any more since the check "Does not take GET for an event".',
      requests: [],
    })
  })

  it('a handler that limits how often it is called', async () => {
    const report = await probed({ instead: ({ place }) => (place < 10 ? null : { status: 429 }) })
    expect(outcomes(report)).toMatchObject({ tampered: 'unclear', 'wrong-secret': 'unclear', 'large-body': 'unclear' })
  })

  it('what a scheme does not have', async () => {
    const github = await handler({ scheme: 'github', secret: 'github-secret' })
    const body = '{"ref":"refs/heads/main"}'
    const signed = await bench.sender.probe(app, { event: eventFor(github.url, 'github', 'github-secret', { body }) })
    expect(outcomes(signed)).toEqual({ ...allPassed, stale: 'skipped', future: 'skipped' })
    expect(signed).toMatchObject({ score: 100, passed: true })
    const gitlab = await handler({ scheme: 'gitlab-token', secret: 'gitlab-secret' })
    const token = await bench.sender.probe(app, {
      event: eventFor(gitlab.url, 'gitlab-token', 'gitlab-secret', { body }),
    })
    expect(outcomes(token)).toEqual({ ...allPassed, stale: 'skipped', future: 'skipped', tampered: 'skipped' })
  })
})

it('probes a right handler of every scheme in the catalogue without finding a fault', async () => {
  const one = new Map(sampleEvents.toReversed().map((sample) => [sample.scheme, sample] as const))
  const reports = await inFours([...one], async ([scheme, sample]: [SchemeId, (typeof sampleEvents)[number]]) => {
    const own = generateSecret(scheme).secret
    const { url } = await handler({ scheme, secret: own })
    const { headers, contentType, body } = sample
    return bench.sender.probe(app, { event: eventFor(url, scheme, own, { headers, contentType, body }) })
  })
  for (const report of reports) {
    const failures = report.checks
      .filter(({ outcome }) => outcome === 'failed')
      .map(({ id, finding }) => `${id}: ${finding}`)
    expect([report.scheme, failures, report.score]).toEqual([report.scheme, [], 100])
  }
  expect(reports.length).toBeGreaterThan(18)
})

async function inFours<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = []
  for (let at = 0; at < items.length; at += 4) results.push(...(await Promise.all(items.slice(at, at + 4).map(work))))
  return results
}

it('needs a scheme, and is ended by the one who asked or by closing, without a report', async () => {
  const { url } = await handler({ instead: ({ place }) => (place === 0 ? null : 'hang') })
  const event = eventFor(url, 'standard-webhooks', secret, { timeoutMs: 60_000 })
  await expect(bench.sender.probe(app, { event: { ...event, signing: null } })).rejects.toMatchObject({
    code: 'INVALID_INPUT',
    details: { fields: [{ field: 'event.signing' }] },
  })
  const abort = new AbortController()
  const ended = bench.sender.probe(app, { event }, abort.signal)
  abort.abort()
  await expect(ended).rejects.toMatchObject({ code: 'CANCELLED' })
  const others = [1, 2, 3, 4].map(() => bench.sender.probe(app, { event }))
  await expect(bench.sender.probe(app, { event })).rejects.toMatchObject({ code: 'CONFLICT' })
  const settled = Promise.allSettled(others)
  await bench.sender.close()
  for (const result of await settled)
    expect(result).toMatchObject({ status: 'rejected', reason: { code: 'CANCELLED' } })
  expect(bench.sender.probes({ limit: 1 }).total).toBe(0)
})

it('keeps the newest 200 reports, newest first, in pages', async () => {
  const target = await handler({ secret: generateSecret('standard-webhooks').secret })
  const event = eventFor(target.url, 'standard-webhooks', secret)
  await inFours(Array.from({ length: 204 }), () => bench.sender.probe(app, { event }))
  const first = bench.sender.probes({ limit: 150 })
  expect(first.total).toBe(200)
  const second = bench.sender.probes({ limit: 150, cursor: first.nextCursor ?? '' })
  expect(second.nextCursor).toBeNull()
  const ids = [...first.items, ...second.items].map(({ id }) => id)
  expect(ids).toEqual(Array.from({ length: 200 }, (_, place) => 204 - place))
  expect(() => bench.sender.probes({ limit: 1, cursor: 'junk' })).toThrow(
    expect.objectContaining({ code: 'INVALID_INPUT' }),
  )
})

import { describe, expect, it } from 'vitest'
import { summariseRuns } from '../../../renderer/app/sync-summary.ts'
import { isLinkable, suggestName } from '../../../renderer/features/keys/key-words.ts'
import { outcomeLabel, outcomeTone, resultLabel, testStates } from '../../../renderer/ui/outcomes.ts'
import { passphraseHint } from '../../../renderer/ui/passphrase-hint.ts'
import { shownColumns } from '../../../renderer/ui/table-columns.ts'
import { absoluteTime, relativeTime, remainingTime } from '../../../renderer/ui/time.ts'
import type { SyncProgress } from '../../../shared/contract/usage.ts'
import { newPassphraseSchema } from '../../../shared/contract/vault.ts'
import { MIN_PASSPHRASE } from '../../../shared/limits.ts'
import { validationOutcomes } from '../../../shared/providers.ts'
import { countOf } from '../../../shared/words.ts'

const NOW = Date.UTC(2025, 2, 12, 13, 3, 9)
const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

describe('times', () => {
  it.each([
    [0, 'just now'],
    [-44_000, 'just now'],
    [-50_000, '1 min. ago'],
    [-59 * MINUTE, '59 min. ago'],
    [-90 * MINUTE, '2 hr. ago'],
    [1_500, 'in a few seconds'],
    [44_000, 'in a few seconds'],
    [2 * HOUR, 'in 2 hr.'],
    [-3 * DAY, '3 days ago'],
    [-60 * DAY, '2 mo. ago'],
    [-800 * DAY, '2 yr. ago'],
  ])('%i ms away is "%s"', (distance, text) => expect(relativeTime(NOW + distance, NOW)).toBe(text))

  it('gives the exact time locally with its zone, and in UTC', () => {
    expect(absoluteTime(NOW, 'Europe/Berlin')).toEqual(['12 Mar 2025, 14:03:09 CET', '2025-03-12T13:03:09Z'])
  })

  it.each([
    [-5, '0 s'],
    [1, '1 s'],
    [44_001, '45 s'],
    [60_000, '1 min'],
    [125_000, '2 min 5 s'],
  ])('%i ms remain as "%s"', (ms, text) => expect(remainingTime(ms)).toBe(text))
})

describe('passphrase hint', () => {
  it('draws the line where the contract draws it', () => {
    const short = 'x'.repeat(MIN_PASSPHRASE - 1)
    expect(newPassphraseSchema.safeParse(short).success).toBe(false)
    expect(passphraseHint(short)).toMatchObject({ tone: 'red', text: 'Too short: 1 more.' })
  })

  it('grows with length', () => {
    const levels = ['', 'abcd', 'abcdefgh', 'correct horse b', 'correct horse battery staple'].map(
      (text) => passphraseHint(text).level,
    )
    expect(levels).toEqual([...levels].sort((a, b) => a - b))
    expect(levels.at(-1)).toBe(100)
  })

  it('is not taken in by one character repeated', () => {
    expect(passphraseHint('a'.repeat(40))).toMatchObject({ tone: 'red', level: 20 })
  })
})

describe('words for keys', () => {
  it('has a word and a tone for every outcome and for "not tested"', () => {
    expect(testStates).toEqual([...validationOutcomes, 'untested'])
    const labels = testStates.map(outcomeLabel)
    expect(new Set(labels).size).toBe(labels.length)
    expect(outcomeTone('invalid')).toBe('bad')
    expect(outcomeTone('untested')).toBe('neutral')
  })

  it('tells "no answer" from an unclear answer, and from a key that no call could test', () => {
    const label = (status: number | null, certain: boolean) => resultLabel({ outcome: 'unknown', status, certain })
    expect([label(null, false), label(502, false), label(null, true)]).toEqual(['Not reached', 'Unclear', 'Unclear'])
    expect(resultLabel({ outcome: 'valid', status: null, certain: false })).toBe('Works')
  })

  it.each([
    ['openai', 'project', null, 'OpenAI project key'],
    ['openai', 'admin', 'OPENAI_ADMIN_KEY', 'OpenAI admin key'],
    ['anthropic', 'standard', null, 'Anthropic key'],
    ['stripe', 'signing-secret', null, 'Stripe signing secret'],
    ['github', 'oauth-token', null, 'GitHub OAuth token'],
    ['custom', 'unknown', 'GROK_KEY', 'GROK_KEY'],
    ['custom', 'unknown', null, ''],
  ] as const)('suggests a name for %s %s from %s: "%s"', (provider, kind, variable, name) =>
    expect(suggestName(provider, kind, variable)).toBe(name),
  )

  it('UD-KEY-09 offers an admin key only for kinds and providers that have one', () => {
    expect(isLinkable('openai', 'project')).toBe(true)
    expect(isLinkable('openai', 'legacy')).toBe(true)
    expect(isLinkable('openai', 'admin')).toBe(false)
    expect(isLinkable('brave', 'standard')).toBe(false)
  })

  it('counts in words', () => {
    expect([countOf(0, 'key'), countOf(1, 'key'), countOf(10_412, 'key')]).toEqual(['0 keys', '1 key', '10,412 keys'])
  })
})

describe('columns', () => {
  const columns = [{ id: 'name' }, { id: 'kind', from: 700 }, { id: 'admin', from: 1_200 }]
  it.each([
    [0, ['name', 'kind', 'admin']],
    [320, ['name']],
    [700, ['name', 'kind']],
    [1_600, ['name', 'kind', 'admin']],
  ])('a table %i px wide shows %j', (width, ids) =>
    expect(shownColumns(columns, width).map((column) => column.id)).toEqual(ids),
  )
})

describe('sync in one line', () => {
  const run = (runId: number, keyId: number, change: Partial<SyncProgress>): SyncProgress => ({
    runId,
    keyId,
    keyName: `key ${keyId}`,
    provider: 'openai',
    state: 'done',
    pages: 1,
    expectedPages: 1,
    rows: 1,
    startedAt: 1_000,
    endedAt: 2_000,
    problem: null,
    waitingUntil: null,
    ...change,
  })
  const running = { state: 'running', endedAt: null } as const

  it('is quiet when nothing runs and nothing failed', () => {
    expect(summariseRuns([], null)).toEqual({ kind: 'quiet' })
    expect(summariseRuns([run(1, 1, {}), run(2, 2, { state: 'cancelled' })], null)).toEqual({ kind: 'quiet' })
  })

  it('counts what is through of the present sync only', () => {
    const runs = [
      run(1, 1, { startedAt: 10, endedAt: 20 }),
      run(2, 2, { startedAt: 1_000, endedAt: 1_500 }),
      run(3, 3, { startedAt: 1_000, ...running }),
      run(4, 4, { startedAt: 1_000, state: 'queued', endedAt: null }),
    ]
    expect(summariseRuns(runs, null)).toEqual({ kind: 'running', ended: 1, all: 3 })
  })

  it('forgets a failure once the same source was synced again', () => {
    const failed = run(1, 1, { state: 'failed' })
    expect(summariseRuns([failed, run(2, 2, {})], null)).toEqual({ kind: 'failed', failed: 1 })
    expect(summariseRuns([failed, run(3, 1, {})], null)).toEqual({ kind: 'quiet' })
  })

  it('counts failures of earlier sessions, and none of a source that is gone', () => {
    const stored = (keyId: number, lastRun: SyncProgress | null) => ({ keyId, lastRun })
    const failed = run(1, 1, { state: 'failed' })
    expect(summariseRuns([], [stored(1, failed), stored(2, null)])).toEqual({ kind: 'failed', failed: 1 })
    expect(summariseRuns([run(3, 1, {})], [stored(1, failed)])).toEqual({ kind: 'quiet' })
    expect(summariseRuns([run(1, 1, running)], [stored(1, failed)])).toEqual({ kind: 'failed', failed: 1 })
    expect(summariseRuns([failed], [stored(2, null)])).toEqual({ kind: 'quiet' })
  })
})

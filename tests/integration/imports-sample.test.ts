import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { UsageFact } from '../../main/providers/provider.ts'
import { fillSampleWorkspace } from '../../main/sample/sample.ts'
import type { ProviderKey } from '../../shared/contract/keys.ts'
import { detectKey } from '../../shared/key-formats.ts'
import { providerIds, validationOutcomes } from '../../shared/providers.ts'
import { openWorkbench, START } from '../unit/keys/workbench.ts'

const DAY = 86_400_000

interface Inserted {
  readonly keyId: number
  readonly facts: readonly UsageFact[]
  readonly buckets: readonly number[]
}

let bench: Awaited<ReturnType<typeof openWorkbench>>
beforeEach(async () => {
  bench = await openWorkbench()
})
afterEach(() => bench.close())

/** Fills the workspace and keeps what was handed over as usage. */
function fill(target: typeof bench, seed = 1): Inserted[] {
  const inserted: Inserted[] = []
  const usage = {
    insertFacts: (keyId: number, facts: readonly UsageFact[], buckets: readonly number[]) => {
      inserted.push({ keyId, facts, buckets })
    },
  }
  fillSampleWorkspace({ ...target, usage }, { seed, now: START })
  return inserted
}

function allKeys(target: typeof bench): ProviderKey[] {
  const items: ProviderKey[] = []
  let cursor: string | undefined
  do {
    const page = target.keys.list({ sort: 'name', limit: 200, cursor })
    items.push(...page.items)
    cursor = page.nextCursor ?? undefined
  } while (cursor !== undefined)
  return items
}

const total = (facts: readonly UsageFact[], day: number) =>
  facts.filter((fact) => fact.day === day).reduce((sum, fact) => sum + (fact.requests ?? 0), 0)

describe('the sample workspace', () => {
  it('has 60 accounts and 400 keys of every provider with every outcome, in less than three seconds', () => {
    const started = performance.now()
    fill(bench)
    expect(performance.now() - started).toBeLessThan(3_000)
    const { items: accounts, total: accountCount } = bench.accounts.list({ sort: 'email', limit: 200 })
    expect(accountCount).toBe(60)
    for (const { email } of accounts) expect(email).toMatch(/\.example$/)
    const keys = allKeys(bench)
    expect(keys).toHaveLength(400)
    expect(new Set(keys.map(({ provider }) => provider))).toEqual(new Set(providerIds))
    expect(new Set(keys.map(({ source }) => source))).toEqual(new Set(['sample']))
    const outcomes = new Set(keys.map(({ validation }) => validation?.outcome ?? 'untested'))
    expect(outcomes).toEqual(new Set([...validationOutcomes, 'untested']))
    expect(keys.filter(({ adminKeyId }) => adminKeyId !== null).length).toBeGreaterThan(80)
  })

  it('has secrets of the right form that say what they are, no two alike', () => {
    fill(bench)
    const keys = allKeys(bench)
    const secrets = keys.map(({ id }) => bench.keys.credential(id).secret)
    expect(new Set(secrets).size).toBe(400)
    for (const [index, secret] of secrets.entries()) {
      expect(secret).toMatch(/SAMPLEnotAkey|decafbad/)
      const { provider, kind, confidence } = detectKey(secret)
      if (confidence === 'strong') expect([provider, kind]).toEqual([keys[index]?.provider, keys[index]?.kind])
    }
  })

  it('has usage only for keys that can report it: whole days of the last ninety, with a gap, whole nanos', () => {
    const inserted = fill(bench)
    const sources = new Map(bench.keys.usageSources().map((source) => [source.id, source]))
    const today = Math.floor(START / DAY) * DAY
    expect(inserted.length).toBeGreaterThan(20)
    for (const { keyId, facts, buckets } of inserted) {
      expect(sources.has(keyId)).toBe(true)
      expect(buckets.every((day) => day % DAY === 0 && day <= today && day > today - 90 * DAY)).toBe(true)
      expect(buckets).not.toContain(today - 40 * DAY)
      const known = new Set(buckets)
      for (const fact of facts) {
        expect(known.has(fact.day)).toBe(true)
        expect(fact.costNanos === null).toBe(fact.currency === null)
        expect((fact.costNanos ?? 0n) >= 0n).toBe(true)
        for (const figure of [fact.requests, fact.inputTokens, fact.outputTokens]) {
          expect(figure === null || (Number.isInteger(figure) && figure >= 0)).toBe(true)
        }
      }
    }
    const providers = new Set(inserted.map(({ keyId }) => sources.get(keyId)?.provider))
    expect(providers).toEqual(new Set(['openai', 'anthropic', 'brave', 'openrouter']))
  })

  it('is quieter at weekends, and one source stopped where its key fails', () => {
    const inserted = fill(bench)
    const sunday = Date.UTC(2026, 8, 6)
    const wednesday = Date.UTC(2026, 8, 9)
    const all = inserted.flatMap(({ facts }) => facts)
    expect(total(all, sunday)).toBeLessThan(total(all, wednesday) / 2)
    const silent = inserted.filter(({ buckets }) => Math.max(...buckets) < START - 10 * DAY)
    expect(silent).toHaveLength(1)
    expect(bench.keys.get(silent[0]?.keyId ?? 0).validation?.outcome).toBe('invalid')
  })

  it('is the same for the same seed and another for another', async () => {
    const snapshot = (target: typeof bench, seed: number) => {
      const usage = fill(target, seed).map(({ facts, buckets }) => [
        buckets,
        facts.map((fact) => Object.values(fact).map(String)),
      ])
      return JSON.stringify([usage, allKeys(target)])
    }
    const first = snapshot(bench, 7)
    const others = await Promise.all([openWorkbench(), openWorkbench()])
    try {
      expect(snapshot(others[0], 7)).toBe(first)
      expect(snapshot(others[1], 8)).not.toBe(first)
    } finally {
      for (const other of others) await other.close()
    }
  })
})

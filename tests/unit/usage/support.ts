import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Audit } from '../../../main/audit/audit.ts'
import { Changes } from '../../../main/changes.ts'
import type { Clock } from '../../../main/host.ts'
import { noFigures } from '../../../main/providers/facts.ts'
import {
  type CallContext,
  type Credential,
  type ProviderAdapter,
  ProviderError,
  type RemoteKeyPage,
  type UsageChain,
  type UsageFact,
  type UsagePage,
  type UsageWindow,
} from '../../../main/providers/provider.ts'
import { openStore, type Store } from '../../../main/store/store.ts'
import type { SourceKey, UsageKeys, UsageProviders } from '../../../main/usage/ports.ts'
import { Usage } from '../../../main/usage/usage.ts'
import type { SyncProgress } from '../../../shared/contract/usage.ts'
import { Problem } from '../../../shared/problems.ts'
import type { KeyKind, ProviderId } from '../../../shared/providers.ts'

export const DAY = 86_400_000
/** Noon of a day in autumn. */
export const NOON = Date.UTC(2026, 9, 15, 12)
export const TODAY = Date.UTC(2026, 9, 15)

/** First instant of the day `ago` days before {@link TODAY}. */
export function daysAgo(ago: number): number {
  return TODAY - ago * DAY
}

export class TestClock implements Clock {
  #now: number

  constructor(now = NOON) {
    this.#now = now
  }

  now(): number {
    return this.#now
  }

  advance(ms: number): void {
    this.#now += ms
  }
}

export function fact(day: number, fields: Partial<UsageFact>): UsageFact {
  return { ...noFigures, day, provenance: 'metered', ...fields }
}

export function tokens(day: number, key: string | null, count: number, fields: Partial<UsageFact> = {}): UsageFact {
  return fact(day, { remoteKeyId: key, requests: 1, inputTokens: count, outputTokens: 0, ...fields })
}

/** A billed amount in nanos. */
export function cost(day: number, nanos: bigint, fields: Partial<UsageFact> = {}): UsageFact {
  return fact(day, { costNanos: nanos, currency: 'USD', provenance: 'billed', ...fields })
}

type StoredKey = SourceKey & { readonly isSource: boolean; readonly isLinked?: boolean }

/** The inventory as usage sees it, in memory. */
export class TestKeys implements UsageKeys {
  readonly all = new Map<number, StoredKey>()
  locked = false
  /** Secrets for real providers; made up where there is none. */
  readonly secrets = new Map<number, string>()
  /** Redacted form of a remote key → stored key. */
  readonly redactions = new Map<string, number>()

  add(id: number, fields: Partial<StoredKey> = {}): this {
    const provider: ProviderId = fields.provider ?? 'openai'
    this.all.set(id, {
      id,
      name: `Key ${id}`,
      provider,
      kind: 'admin',
      accountId: 1,
      accountEmail: 'one@example.com',
      isSource: true,
      ...fields,
    })
    return this
  }

  usageSources(): SourceKey[] {
    return [...this.all.values()].filter(({ isSource }) => isSource)
  }

  linkedKeys() {
    return new Set([...this.all.values()].filter(({ isLinked }) => isLinked).map(({ id }) => id))
  }

  credential(id: number): Credential {
    if (this.locked) throw new Problem('VAULT_LOCKED', 'The vault is locked.')
    const key = this.all.get(id)
    if (key === undefined) throw new Problem('NOT_FOUND', 'There is no such key.')
    return { secret: this.secrets.get(id) ?? `secret-${id}`, kind: key.kind }
  }

  matchRemote(_adminKeyId: number, items: readonly { remoteId: string; redacted: string | null }[]) {
    return new Map(
      items.flatMap(({ remoteId, redacted }) => {
        const id = redacted === null ? undefined : this.redactions.get(redacted)
        return id === undefined ? [] : [[remoteId, id] as const]
      }),
    )
  }

  labels(ids: number[]) {
    return new Map(
      ids.flatMap((id) => {
        const key = this.all.get(id)
        return key === undefined ? [] : [[id, key] as const]
      }),
    )
  }

  list({ limit }: { limit: number }) {
    const items = [...this.all.values()].slice(0, limit)
    return { items, total: this.all.size }
  }
}

/** `buckets` are all days the chain speaks for, unless told. */
interface ScriptedPage extends Pick<UsagePage, 'facts' | 'replaces'> {
  readonly buckets?: readonly number[]
  readonly more?: boolean
}

/** What one chain of a scripted provider answers, page by page. */
export interface ScriptedChain {
  readonly report: string
  readonly identity?: string
  readonly optional?: boolean
  readonly expectedPages?: number | null
  /** The whole window unless told. */
  readonly speaksFor?: UsageWindow
  /** The answer for a page token (`null`, then "1", "2", …), or what it throws. */
  readonly page: (index: number, context: CallContext) => Promise<ScriptedPage>
  /** Instead of `page`: the whole answer, with whatever token. */
  readonly raw?: () => Promise<UsagePage>
}

export interface Script {
  readonly plan: (credential: Credential, window: UsageWindow, context: CallContext) => ScriptedChain[]
  readonly keys?: (credential: Credential) => Promise<RemoteKeyPage['items']>
  readonly usageIsBilled?: boolean
  readonly usageReach?: (kind: KeyKind) => number | null
}

/** A provider behind the real interface, whose reports are made in the test. */
export function scriptedAdapter(id: ProviderId, script: Script): ProviderAdapter {
  return {
    id,
    validate: async () => {
      throw new Error('not part of these tests')
    },
    ...(script.usageIsBilled === undefined ? {} : { usageIsBilled: script.usageIsBilled }),
    ...(script.usageReach === undefined ? {} : { usageReach: script.usageReach }),
    ...(script.keys === undefined
      ? {}
      : { listKeys: async (credential) => ({ items: (await script.keys?.(credential)) ?? [], nextCursor: null }) }),
    planUsage: (credential, window, context) =>
      script.plan(credential, window, context).map((chain): UsageChain => {
        const speaksFor = chain.speaksFor ?? window
        const identity = chain.identity ?? `${chain.report}?${window.from}-${window.to}`
        return {
          report: chain.report,
          identity,
          speaksFor,
          expectedPages: chain.expectedPages ?? null,
          optional: chain.optional ?? false,
          fetch: async (token, call) => {
            if (chain.raw) return chain.raw()
            const index = token === null ? 0 : Number(token)
            const { more, buckets, ...page } = await chain.page(index, call)
            return { ...page, buckets: buckets ?? daysOf(speaksFor), nextToken: more ? String(index + 1) : null }
          },
        }
      }),
  }
}

function daysOf({ from, to }: UsageWindow): number[] {
  return Array.from({ length: (to - from) / DAY }, (_, index) => from + index * DAY)
}

/** One chain with one page: these facts, whatever is asked, and the buckets of the whole window unless told. */
export function onePage(report: string, facts: readonly UsageFact[], buckets?: readonly number[]): ScriptedChain {
  return { report, page: async () => ({ facts, ...(buckets === undefined ? {} : { buckets }) }) }
}

export function remoteKey(remoteId: string, name: string | null, redacted: string | null = null) {
  return { remoteId, name, redacted, project: null, status: 'active', createdAt: null, lastUsedAt: null }
}

export interface TestBench {
  readonly dataDir: string
  readonly store: Store
  readonly keys: TestKeys
  readonly clock: TestClock
  readonly changes: Changes
  readonly audit: Audit
  readonly usage: Usage
  readonly scripts: Map<ProviderId, Script>
  /** Closes usage and opens it again on the same store, as after a restart. */
  restart(): Promise<TestBench>
  close(): Promise<void>
}

/** A usage domain on a real database, with scripted providers. */
export function openBench(
  options: {
    dataDir?: string
    keys?: TestKeys
    clock?: TestClock
    scripts?: Map<ProviderId, Script>
    /** Real providers in place of the scripted ones. */
    providers?: UsageProviders
  } = {},
): TestBench {
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'keyhold-usage-'))
  const keys = options.keys ?? new TestKeys()
  const clock = options.clock ?? new TestClock()
  const scripts = options.scripts ?? new Map<ProviderId, Script>()
  const store = openStore(dataDir)
  const changes = new Changes()
  const audit = new Audit(store, clock, changes)
  const providers: UsageProviders = options.providers ?? {
    adapter: (id) => {
      const script = scripts.get(id)
      return script === undefined ? null : scriptedAdapter(id, script)
    },
    context: (_id: ProviderId, _kind: KeyKind, signal) => ({
      http: { send: () => Promise.reject(new Error('scripted providers make no requests')) },
      baseUrl: 'https://provider.test',
      clock,
      ...(signal === undefined ? {} : { signal }),
    }),
  }
  const accounts = {
    labels: (ids: readonly number[]) =>
      new Map(ids.map((id) => [id, { email: `account-${id}@example.com`, organization: null }])),
  }
  const usage = new Usage({ store, keys, accounts, providers, audit, changes, clock })
  const shut = async () => {
    await usage.close()
    store.close()
  }
  return {
    dataDir,
    store,
    keys,
    clock,
    changes,
    audit,
    usage,
    scripts,
    restart: async () => {
      await shut()
      return openBench({ ...options, dataDir, keys, clock, scripts })
    },
    close: async () => {
      await shut()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

/** Syncs and waits; answers with the last run of each key. */
export async function syncAll(
  bench: TestBench,
  input: { days?: number; keyIds?: number[] } = {},
): Promise<Map<number, SyncProgress>> {
  bench.usage.sync({ days: input.days ?? 30, ...(input.keyIds === undefined ? {} : { keyIds: input.keyIds }) })
  await bench.usage.whenIdle()
  return new Map(
    bench.usage.sources().flatMap(({ keyId, lastRun }) => (lastRun === null ? [] : [[keyId, lastRun] as const])),
  )
}

/** Total of the money lines of one provenance, as text; null if there is none. */
export function moneyOf(
  lines: readonly { provenance: string; currency: string; total: string }[],
  provenance: string,
  currency = 'USD',
): string | null {
  return lines.find((line) => line.provenance === provenance && line.currency === currency)?.total ?? null
}

/** The provider has a problem that may pass. */
export const providerDown = () =>
  new ProviderError('unknown', { code: 'PROVIDER_FAILED', message: 'down', cause: 'down', remedies: [] })
/** The provider refuses the key for good. */
export const badKey = () =>
  new ProviderError('invalid', { code: 'PROVIDER_FAILED', message: 'bad key', cause: 'bad key', remedies: [] })

/** `count` pages, each with one day: page 0 is today. */
export function pagesOf(count: number, log: number[] = []) {
  return {
    report: 'usage',
    expectedPages: count,
    page: async (index: number) => {
      log.push(index)
      return { facts: [tokens(daysAgo(index), 'key_a', 100)], buckets: [daysAgo(index)], more: index + 1 < count }
    },
  }
}

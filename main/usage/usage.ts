import type { Dashboard, Diagnosis, SyncProgress, UsageSource } from '../../shared/contract/usage.ts'
import { invalidField } from '../../shared/problems.ts'
import type { Audit, Caller } from '../audit/audit.ts'
import type { Changes } from '../changes.ts'
import type { Clock } from '../host.ts'
import type { UsageFact } from '../providers/provider.ts'
import type { Store } from '../store/store.ts'
import { spansOf } from './coverage.ts'
import { dashboardCsv } from './csv.ts'
import { type DashboardFilter, readDashboard } from './dashboard.ts'
import { dayAt, isoDate, startOf } from './days.ts'
import { diagnose } from './diagnostics.ts'
import { ItemRows } from './item-rows.ts'
import { Ledger } from './ledger.ts'
import type { UsageAccounts, UsageKeys, UsageProviders } from './ports.ts'
import { type RunRow, UsageRows } from './rows.ts'
import { SyncEngine } from './sync.ts'
import { POSITION_LIFETIME_MS } from './sync-run.ts'

export interface UsageDependencies {
  readonly store: Store
  readonly keys: UsageKeys
  readonly accounts: UsageAccounts
  readonly providers: UsageProviders
  readonly audit: Pick<Audit, 'record'>
  readonly changes: Changes
  readonly clock: Clock
}

const MAX_SOURCES = 1_000

/** What the keys cost and do: syncs it from the providers, keeps it, and adds it up. */
export class Usage {
  readonly #deps: UsageDependencies
  readonly #rows: UsageRows
  readonly #items: ItemRows
  readonly #ledger: Ledger
  readonly #engine: SyncEngine
  readonly #endSubscription: () => void

  /** Marks runs that a crash left behind as interrupted; the next sync of their sources goes on from there. */
  constructor(deps: UsageDependencies) {
    const { store, keys, providers, clock, changes } = deps
    this.#deps = deps
    this.#rows = new UsageRows(store.db)
    this.#items = new ItemRows(store.db)
    this.#ledger = new Ledger(store, this.#rows)
    this.#engine = new SyncEngine({ store, rows: this.#rows, ledger: this.#ledger, keys, providers, clock }, changes)
    this.#endSubscription = changes.subscribe((topic) => {
      if (topic === 'keys') this.#endRunsOfDeletedKeys()
    })
  }

  /** Keys that can be asked for usage, with how their last sync went. At most 1,000. */
  sources(): UsageSource[] {
    this.#reconcile()
    const stored = new Map(this.#rows.sources().map((source) => [source.sourceKeyId, source]))
    const runs = this.#rows.lastRuns()
    const since = this.#deps.clock.now() - POSITION_LIFETIME_MS
    const withPosition = this.#rows.sourcesWithPositions(since)
    return this.#deps.keys
      .usageSources()
      .slice(0, MAX_SOURCES)
      .map(({ id, name, accountEmail, provider }) => {
        const run = runs.get(id)
        const ended = run !== undefined && ['failed', 'cancelled', 'interrupted'].includes(run.state)
        return {
          keyId: id,
          keyName: name,
          accountEmail,
          provider,
          lastRun: run === undefined ? null : this.#progressOf(run, { id, name, provider }),
          lastSuccessAt: stored.get(id)?.lastSuccessAt ?? null,
          billed: this.#deps.providers.adapter(provider)?.usageIsBilled ?? false,
          resumable: ended && withPosition.has(id),
        }
      })
  }

  /**
   * Starts a run for each named key, or for all sources except those whose provider bills the asking (they run only
   * when named). A source that is being synced goes on with its run. Answers at once.
   *
   * A run reads the last `days` days. Days that an earlier complete sync read three days or more after they ended
   * are settled and left out; today and the days since are read again, because providers still revise them.
   * Throws INVALID_INPUT for a key that cannot be asked for usage.
   */
  sync(input: { readonly days: number; readonly keyIds?: readonly number[] | undefined }): SyncProgress[] {
    const { keys, providers } = this.#deps
    this.#reconcile()
    const sources = keys.usageSources()
    const wanted = input.keyIds === undefined ? null : new Set(input.keyIds)
    for (const id of wanted ?? []) {
      if (!sources.some((source) => source.id === id)) throw notASource(id)
    }
    const chosen = sources.filter(({ id, provider }) =>
      wanted === null ? !providers.adapter(provider)?.usageIsBilled : wanted.has(id),
    )
    return this.#engine.start(chosen, input.days)
  }

  /** Stops the named runs, or all. What was fetched stays, and the next sync goes on from there. */
  cancel(input: { readonly runIds?: readonly number[] | undefined }): void {
    this.#engine.cancel(input.runIds)
  }

  /** The runs of this session as they are now, then every change. Ends with `signal` or when usage is closed. */
  progress(signal: AbortSignal | undefined): AsyncGenerator<SyncProgress> {
    return this.#engine.board.follow(signal)
  }

  dashboard(filter: DashboardFilter): Dashboard {
    this.#reconcile()
    if (filter.groupBy === 'key' || filter.keyId !== undefined) this.#ledger.splitCosts()
    const { keys, accounts, providers } = this.#deps
    const deps = { rows: this.#rows, items: this.#items, keys, accounts, providers }
    return readDashboard(deps, filter, this.#deps.clock.now())
  }

  /** CSV of exactly the groups and days of the dashboard with the same filter. Audited. */
  exportCsv(caller: Caller, filter: DashboardFilter): { fileName: string; csv: string } {
    const dashboard = this.dashboard(filter)
    const { days, groupBy } = filter
    this.#deps.audit.record(caller, {
      action: 'usage.exported',
      detail: `${dashboard.groups.length} groups by ${groupBy}, ${days} days`,
    })
    const date = isoDate(dayAt(this.#deps.clock.now()))
    return { fileName: `keyhold-usage-by-${groupBy}-${days}d-${date}.csv`, csv: dashboardCsv(dashboard, groupBy) }
  }

  diagnostics(): Diagnosis[] {
    this.#reconcile()
    const { keys, providers } = this.#deps
    const deps = { rows: this.#rows, ledger: this.#ledger, keys, providers }
    return diagnose(deps, this.#deps.clock.now())
  }

  /**
   * Stores facts as if a sync had read the days `buckets` (first instants of UTC days) of this source now. Joins an
   * outer transaction. `keyIds` tells which stored keys the provider's key ids stand for. Throws INVALID_INPUT if the
   * key cannot be asked for usage.
   */
  insertFacts(
    sourceKeyId: number,
    facts: readonly UsageFact[],
    buckets: readonly number[],
    keyIds: ReadonlyMap<string, number> = new Map(),
  ): void {
    const key = this.#deps.keys.usageSources().find(({ id }) => id === sourceKeyId)
    if (key === undefined) throw notASource(sourceKeyId)
    const now = this.#deps.clock.now()
    const source = {
      sourceKeyId,
      provider: key.provider,
      accountId: this.#rows.source(sourceKeyId)?.accountId ?? key.accountId,
      covers: key.kind === 'admin' ? ('organisation' as const) : ('key' as const),
    }
    const days = [...new Set(buckets.map(dayAt))].sort((a, b) => a - b)
    this.#deps.store.transaction(() => {
      this.#rows.putSource(source)
      this.#ledger.store(source, 'inserted', facts, new Set())
      for (const span of spansOf(days)) this.#ledger.cover(sourceKeyId, { ...span, readAt: now, complete: true })
      const listed = [...keyIds].map(([remoteKeyId, keyId]) => ({ remoteKeyId, keyId, name: null, redacted: null }))
      this.#rows.putRemoteKeys(sourceKeyId, listed, now, false)
      const last = days.at(-1)
      if (last === undefined) return
      const readAt = Math.min(now, startOf(last + 1))
      this.#rows.setFetchedAt(sourceKeyId, readAt)
      this.#rows.setSuccess(sourceKeyId, readAt, [])
    })
    this.#deps.changes.announce('usage')
  }

  /** Resolves when no run is under way. */
  whenIdle(): Promise<void> {
    return this.#engine.whenIdle()
  }

  /** Interrupts what is under way and waits for it. Positions stay, so that a later sync goes on from there. */
  async close(): Promise<void> {
    this.#endSubscription()
    await this.#engine.close()
  }

  /** Follows what happened to the keys: figures of deleted ones go, those of moved ones change their account. */
  #reconcile(): void {
    const sources = this.#rows.sources()
    const labels = this.#deps.keys.labels(sources.map(({ sourceKeyId }) => sourceKeyId))
    for (const source of sources) {
      const label = labels.get(source.sourceKeyId)
      if (label === undefined) this.#ledger.forget(source.sourceKeyId)
      else if (label.accountId !== source.accountId) {
        this.#ledger.move(source, { ...source, accountId: label.accountId })
      }
    }
  }

  #endRunsOfDeletedKeys(): void {
    const active = this.#engine.activeKeys()
    if (active.length === 0) return
    const labels = this.#deps.keys.labels(active)
    this.#engine.keepOnly((keyId) => labels.has(keyId))
  }

  #progressOf(run: RunRow, key: { id: number; name: string; provider: UsageSource['provider'] }): SyncProgress {
    const live = this.#engine.board.get(run.id)
    if (live !== undefined) return live
    return {
      runId: run.id,
      keyId: key.id,
      keyName: key.name,
      provider: key.provider,
      state: run.state,
      pages: run.pages,
      expectedPages: run.expectedPages,
      rows: run.rows,
      startedAt: run.startedAt,
      endedAt: run.endedAt,
      problem: run.problem,
      waitingUntil: null,
    }
  }
}

function notASource(id: number): Error {
  return invalidField('keyIds', `The key ${id} cannot be asked for usage.`, [
    'Choose an admin key, or a key of a provider that tells a key its own usage.',
  ])
}

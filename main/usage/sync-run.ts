import type { SyncProgress, SyncState } from '../../shared/contract/usage.ts'
import type { ProblemData } from '../../shared/problems.ts'
import { providerInfo } from '../../shared/providers.ts'
import type { Clock } from '../host.ts'
import { HttpFailure } from '../http/http-client.ts'
import {
  type CallContext,
  type Credential,
  type ProviderAdapter,
  ProviderError,
  type UsageChain,
  type UsagePage,
} from '../providers/provider.ts'
import type { Store } from '../store/store.ts'
import { type ChainWork, isOf, seenDays } from './chain-work.ts'
import type { CostSplitter } from './cost-splitter.ts'
import { daysRead, firstUnsettled } from './coverage.ts'
import { type Day, dayAt, instantsOf, lastDays } from './days.ts'
import type { DiagnosisClass } from './diagnoses.ts'
import { cannotBeAsked, describeFailure, type Failure, goesInCircles, type LastExchange } from './failures.ts'
import type { GroupCommit } from './group-commit.ts'
import type { Ledger } from './ledger.ts'
import { Line } from './line.ts'
import { listRemoteKeys, type RemoteKeys, settleOrganisation } from './organisations.ts'
import type { SourceKey, UsageKeys, UsageProviders } from './ports.ts'
import type { Position, SourceRow, UsageRows } from './rows.ts'

/** A position older than this is not used again: page tokens expire, and what was read first is out of date. */
export const POSITION_LIFETIME_MS = 6 * 3_600_000
const MAX_PAGES_PER_CHAIN = 2_000

export interface RunDependencies {
  readonly store: Store
  readonly rows: UsageRows
  readonly ledger: Ledger
  readonly commits: GroupCommit
  readonly keys: UsageKeys
  readonly providers: UsageProviders
  readonly clock: Clock
  readonly splitter: CostSplitter
  /** Sources whose present run was found to be the one that counts its organisation. */
  readonly counting: Set<number>
  publish(progress: SyncProgress): void
}

/** How a run ends: cancelled by the operator, interrupted because the workspace closes, or by itself. */
type Stop = 'cancelled' | 'interrupted' | 'failed'

/**
 * One sync of one source. Chains of pages run side by side, the pages of a chain one after the other. Figures and
 * the position in the chain are stored together, so that whatever ends the run, the next one goes on from there.
 */
export class SyncRun {
  readonly #deps: RunDependencies
  readonly #source: SourceKey
  readonly #days: number
  readonly #abort = new AbortController()
  readonly #line: Line
  readonly #expected = new Map<UsageChain, number | null>()
  /** Optional chains that failed. */
  readonly #leftOut = new Set<UsageChain>()
  #stop: Stop | null = null
  #progress: SyncProgress
  #failure: Failure | null = null
  #note: { readonly problem: ProblemData; readonly diagnosis: DiagnosisClass } | null = null

  constructor(deps: RunDependencies, source: SourceKey, run: { readonly id: number; readonly days: number }) {
    this.#deps = deps
    this.#source = source
    this.#days = run.days
    this.#progress = {
      runId: run.id,
      keyId: source.id,
      keyName: source.name,
      provider: source.provider,
      state: 'queued',
      pages: 0,
      expectedPages: null,
      rows: 0,
      startedAt: deps.clock.now(),
      endedAt: null,
      problem: null,
      waitingUntil: null,
    }
    deps.publish(this.#progress)
    this.#line = new Line({
      providers: deps.providers,
      provider: source.provider,
      clock: deps.clock,
      signal: this.#abort.signal,
      onWait: (waitingUntil) => {
        if (this.#progress.endedAt === null) this.#show({ waitingUntil })
      },
    })
  }

  get progress(): SyncProgress {
    return this.#progress
  }

  /** Whether it has ended, or was told to. */
  get isStopped(): boolean {
    return this.#stop !== null || this.#progress.endedAt !== null
  }

  /** Ends the run soon. What was fetched stays, and so does the position. */
  stop(how: 'cancelled' | 'interrupted'): void {
    if (this.#stop !== null || this.#progress.endedAt !== null) return
    this.#stop = how
    this.#abort.abort()
    if (this.#progress.state === 'queued') this.#end()
  }

  /** Never rejects: what goes wrong is part of the progress, also when it cannot be stored. */
  async execute(): Promise<void> {
    if (this.#progress.endedAt !== null) return
    try {
      this.#update({ state: 'running' })
      await this.#sync()
    } catch (error) {
      this.#fail(error, null)
    }
    try {
      // Before the run has ended, so that nobody who waits for that has to wait for this as well.
      await this.#deps.splitter.split(this.#source.id, () => this.#stop !== 'interrupted')
    } catch (error) {
      this.#fail(error, null)
    }
    this.#end()
  }

  async #sync(): Promise<void> {
    const { keys, providers, rows } = this.#deps
    const { id, provider } = this.#source
    const adapter = providers.adapter(provider)
    const credential = keys.credential(id)
    const context = this.#line.context(credential.kind, { status: null, failure: null })
    const now = this.#deps.clock.now()
    if (!adapter?.planUsage) throw cannotBeAsked(providerInfo(provider).name)
    const others = rows.sources().some((row) => row.provider === provider && row.sourceKeyId !== id)
    if (!others) this.#deps.counting.add(id)
    const listing = this.#listKeys(adapter, credential)
    // Whether another source counts this organisation has to be known before anything is stored.
    if (others && !(await listing)) return
    if (this.#abort.signal.aborted) return
    const { window, reports } = this.#window(adapter, credential, context, now)
    const plan = () => adapter.planUsage?.(credential, instantsOf(window), context) ?? []
    const chains = plan()
    const positions = this.#positions(chains, now)
    const readAt = Math.min(now, ...positions.map(({ startedAt }) => startedAt))
    for (const chain of chains) this.#expected.set(chain, chain.expectedPages)
    const positionOf = (chain: UsageChain) => positions.find((position) => isOf(position, chain))
    const days = new Map(chains.map((chain) => [chain, seenDays(positionOf(chain))]))
    await Promise.all([
      listing,
      ...chains.map((chain) => this.#chain({ chain, position: positionOf(chain), credential, days, readAt, plan })),
    ])
    if (this.#stop !== null || this.#failure !== null) return
    const told = [...days].filter(([chain]) => !this.#leftOut.has(chain))
    const read = daysRead(
      told.map(([{ report, speaksFor }, { answered }]) => ({ report, speaksFor, answered })),
      window,
    )
    this.#complete(read, reports, readAt)
  }

  /** False if another source counts this organisation, or may do so, so that nothing is to be fetched. */
  async #listKeys(adapter: ProviderAdapter, credential: Credential): Promise<boolean> {
    if (!adapter.listKeys || credential.kind !== 'admin') return true
    if (providerInfo(this.#source.provider).capabilities.listKeys === 'none') return true
    const exchange: LastExchange = { status: null, failure: null }
    try {
      const items = await listRemoteKeys(adapter, credential, this.#line.context(credential.kind, exchange))
      if (this.#abort.signal.aborted) return false
      return this.#settle(items)
    } catch (error) {
      if (this.#abort.signal.aborted) return false
      const failure = describeFailure(error, exchange)
      if (failure.endsRun) {
        this.#fail(error, exchange)
        return false
      }
      const problem = { ...failure.problem, message: `The names of the keys were not read. ${failure.problem.message}` }
      this.#note = { problem, diagnosis: 'left-out' }
      return this.#settle(null)
    }
  }

  #settle(listed: RemoteKeys | null): boolean {
    const way = settleOrganisation(this.#deps, this.#source, listed)
    if (way === null) return true
    if (way.diagnosis === 'not-told-apart') this.#failure = { ...way, endsRun: true }
    else this.#note = way
    return false
  }

  /** The days to read: those asked for, without what is settled at the beginning. */
  #window(
    adapter: ProviderAdapter,
    credential: Credential,
    context: CallContext,
    now: number,
  ): { window: { from: Day; to: Day }; reports: string[] } {
    const wanted = lastDays(now, this.#days)
    const to = dayAt(now) + 1
    const from = wanted[0] ?? to - 1
    const full = adapter.planUsage?.(credential, instantsOf({ from, to }), context) ?? []
    const reports = [...new Set(full.map(({ report }) => report))].sort()
    const before = this.#row()
    const spans = this.#deps.rows.coverage([this.#source.id]).get(this.#source.id) ?? []
    // A report that is new to Keyhold was never read for the settled days.
    const isKnown = reports.every((report) => before.reports.includes(report))
    return { window: { from: isKnown ? Math.min(firstUnsettled(spans, from, to), to - 1) : from, to }, reports }
  }

  /** Positions of an unfinished run that fit the plan exactly. All others are dropped. */
  #positions(chains: readonly UsageChain[], now: number): Position[] {
    const { rows, store } = this.#deps
    return store.transaction(() => {
      const kept: Position[] = []
      for (const position of rows.positions(this.#source.id)) {
        const fits = chains.some((chain) => isOf(position, chain))
        if (fits && position.startedAt > now - POSITION_LIFETIME_MS) kept.push(position)
        else rows.deletePosition(this.#source.id, position)
      }
      return kept
    })
  }

  async #chain(work: ChainWork): Promise<void> {
    const { chain, position } = work
    const exchange: LastExchange = { status: null, failure: null }
    try {
      if (position?.done) {
        this.#count(chain, position.pages, 0)
        return
      }
      await this.#pages(work, exchange)
    } catch (error) {
      if (this.#stop !== null) return
      const failure = describeFailure(error, exchange)
      if (chain.optional && !failure.endsRun) {
        this.#leftOut.add(chain)
        this.#note = { problem: failure.problem, diagnosis: 'left-out' }
      } else this.#fail(error, exchange)
    }
  }

  async #pages(work: ChainWork, exchange: LastExchange): Promise<void> {
    const { position, credential } = work
    let { chain } = work
    let pages = position?.pages ?? 0
    if (pages > 0) this.#count(work.chain, pages, 0)
    const fetch = (token: string | null): Promise<UsagePage> => {
      const context = this.#line.context(credential.kind, exchange)
      return this.#line.call(() => chain.fetch(token, context))
    }
    const resumedAt = position?.nextToken ?? null
    const asked = new Set<string | null>([resumedAt])
    let coming = fetch(resumedAt)
    if (resumedAt !== null) {
      coming = coming.catch((error) => {
        // A token the provider no longer knows is no reason to fail: begin this chain anew, once.
        if (this.#stop !== null || describeFailure(error, exchange).endsRun) throw error
        this.#deps.rows.deletePosition(this.#source.id, chain)
        chain = work.plan().find((candidate) => isOf(candidate, chain)) ?? chain
        this.#count(work.chain, -pages, 0)
        pages = 0
        work.days.set(work.chain, seenDays(undefined))
        asked.clear()
        return fetch(null)
      })
    }
    for (;;) {
      const page = await coming
      pages += 1
      const next = page.nextToken
      if (next !== null && (asked.has(next) || pages >= MAX_PAGES_PER_CHAIN)) {
        this.#deps.rows.deletePosition(this.#source.id, chain)
        throw new ProviderError('unknown', goesInCircles(providerInfo(this.#source.provider).name))
      }
      asked.add(next)
      if (next !== null) {
        // The next page is on its way while this one is stored. If storing fails, nobody waits for it.
        coming = fetch(next)
        coming.catch(() => {})
      }
      await this.#store(work, page, pages)
      if (next === null) return
    }
  }

  async #store(work: ChainWork, page: UsagePage, pages: number): Promise<void> {
    const { rows, ledger, clock, commits } = this.#deps
    const { chain, days } = work
    const stored = await commits.commit(() => {
      // Chains of one report share its days: what one of them began, another one must not take away.
      const sharing = [...days].filter(([other]) => other.report === chain.report)
      const before = new Set(sharing.flatMap(([, { replaced }]) => [...replaced]))
      const outdated = page.replaces ? { from: dayAt(page.replaces.from), to: dayAt(page.replaces.to) } : null
      const result = ledger.store(this.#row(), chain.report, page.facts, before, outdated)
      const own = days.get(chain) ?? seenDays(undefined)
      for (const day of result.replaced) own.replaced.add(day)
      for (const bucket of page.buckets) own.answered.add(dayAt(bucket))
      rows.putPosition(this.#source.id, {
        report: chain.report,
        identity: chain.identity,
        nextToken: page.nextToken,
        done: page.nextToken === null,
        pages,
        buckets: [...own.replaced],
        answered: [...own.answered],
        startedAt: work.readAt,
      })
      rows.setFetchedAt(this.#source.id, clock.now())
      rows.countPage(this.#progress.runId, result.rows)
      return result
    })
    const expected = this.#expected.get(chain) ?? null
    if (page.nextToken === null) this.#expected.set(chain, pages)
    else if (expected !== null && expected <= pages) this.#expected.set(chain, pages + 1)
    this.#count(chain, 1, stored.rows)
  }

  #complete(read: ReturnType<typeof daysRead>, reports: readonly string[], readAt: number): void {
    const { store, rows, ledger, clock } = this.#deps
    const { id } = this.#source
    store.transaction(() => {
      rows.deletePositions(id)
      const complete = this.#note === null
      for (const span of read.whole) ledger.cover(id, { ...span, readAt, complete })
      for (const span of read.part) ledger.cover(id, { ...span, readAt, complete, isPartial: true })
      rows.setSuccess(id, clock.now(), reports)
    })
  }

  /** The source as it is stored now. Its key may have been deleted in the meantime, which ends the run. */
  #row(): SourceRow {
    const row = this.#deps.rows.source(this.#source.id)
    if (row !== undefined) return row
    this.stop('cancelled')
    throw new HttpFailure('aborted', 'The key was deleted.')
  }

  #count(chain: UsageChain, pages: number, rows: number): void {
    if (!this.#expected.has(chain)) return
    const expected = [...this.#expected.values()]
    const sum = expected.reduce<number | null>((a, b) => (a === null || b === null ? null : a + b), 0)
    const total = this.#progress.pages + pages
    this.#show({
      pages: total,
      rows: this.#progress.rows + rows,
      expectedPages: sum === null ? null : Math.max(sum, total),
    })
  }

  #fail(error: unknown, exchange: LastExchange | null): void {
    if (this.#stop !== null) return
    const failure = describeFailure(error, exchange)
    this.#failure ??= failure
    if (!failure.endsRun) return
    this.#failure = failure
    this.#stop = 'failed'
    this.#abort.abort()
  }

  #end(): void {
    if (this.#progress.endedAt !== null) return
    const state: SyncState =
      this.#stop === 'cancelled' || this.#stop === 'interrupted'
        ? this.#stop
        : this.#failure !== null
          ? 'failed'
          : 'done'
    const { problem, diagnosis } = (state === 'failed' ? this.#failure : state === 'done' ? this.#note : null) ?? {
      problem: null,
      diagnosis: null,
    }
    const end = { state, problem, endedAt: this.#deps.clock.now(), waitingUntil: null }
    try {
      this.#update(end, diagnosis)
    } catch (error) {
      // The next start finds the run as unfinished and says so; until then the progress tells why.
      this.#show({ ...end, state: 'failed', problem: describeFailure(error, null).problem })
    }
  }

  #show(change: Partial<SyncProgress>): void {
    this.#progress = { ...this.#progress, ...change }
    this.#deps.publish(this.#progress)
  }

  #update(change: Partial<SyncProgress>, failure: DiagnosisClass | null = null): void {
    this.#deps.rows.updateRun({ ...this.#progress, ...change, id: this.#progress.runId, failure })
    this.#show(change)
  }
}

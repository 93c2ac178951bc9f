import PQueue from 'p-queue'
import type { SyncProgress } from '../../shared/contract/usage.ts'
import { invalidField } from '../../shared/problems.ts'
import type { ProviderId } from '../../shared/providers.ts'
import type { Changes } from '../changes.ts'
import { CostSplitter } from './cost-splitter.ts'
import { GroupCommit } from './group-commit.ts'
import type { SourceKey } from './ports.ts'
import { ProgressBoard } from './progress.ts'
import { type RunDependencies, SyncRun } from './sync-run.ts'

/** Sources of one provider that are synced at the same time. Providers never wait for each other. */
const SOURCES_PER_PROVIDER = 6
/** While runs go on, the screens are told about new figures at most this often. */
const ANNOUNCE_EVERY_MS = 1_000

/** Starts, follows and ends the runs. Every source has at most one run under way. */
export class SyncEngine {
  readonly board = new ProgressBoard()
  readonly #deps: RunDependencies
  readonly #changes: Changes
  readonly #queues = new Map<ProviderId, PQueue>()
  readonly #active = new Map<number, { readonly run: SyncRun; readonly done: Promise<void> }>()
  #closing = false
  #announcedAt = 0

  constructor(deps: Omit<RunDependencies, 'publish' | 'commits' | 'counting' | 'splitter'>, changes: Changes) {
    this.#changes = changes
    const own = {
      commits: new GroupCommit(deps.store),
      splitter: new CostSplitter(deps.ledger),
      counting: new Set<number>(),
    }
    this.#deps = { ...deps, ...own, publish: (progress) => this.#publish(progress) }
    deps.rows.interruptRunning(deps.clock.now())
  }

  /** Starts a run for each source that has none under way; answers with the runs of all of them. */
  start(sources: readonly SourceKey[], days: number): SyncProgress[] {
    if (this.#closing) throw invalidField('keyIds', 'The workspace is being closed.')
    const { rows, clock, store, ledger } = this.#deps
    const runs = sources.map((source) => {
      const active = this.#active.get(source.id)
      if (active && !active.run.isStopped) return active.run
      const id = store.transaction(() => {
        const wanted = {
          sourceKeyId: source.id,
          provider: source.provider,
          accountId: source.accountId,
          covers: source.kind === 'admin' ? ('organisation' as const) : ('key' as const),
        }
        const before = rows.source(source.id)
        // Another kind or provider: what was read under the old assumption does not hold.
        if (before && (before.covers !== wanted.covers || before.provider !== wanted.provider)) ledger.clear(source.id)
        rows.putSource({ ...wanted, accountId: before?.accountId ?? wanted.accountId })
        return rows.insertRun({ sourceKeyId: source.id, days, startedAt: clock.now() })
      })
      const run = new SyncRun(this.#deps, source, { id, days })
      const done = this.#queue(source.provider).add(async () => {
        // One that was cancelled a moment ago may still be storing its last page.
        await active?.done
        await this.#execute(run)
      })
      this.#active.set(source.id, { run, done })
      return run
    })
    return runs.map(({ progress }) => progress)
  }

  cancel(runIds: readonly number[] | undefined): void {
    for (const { run } of this.#active.values()) {
      if (runIds === undefined || runIds.includes(run.progress.runId)) run.stop('cancelled')
    }
  }

  /** Ends the runs whose keys are not in `exists`. */
  keepOnly(exists: (keyId: number) => boolean): void {
    for (const [keyId, { run }] of this.#active) if (!exists(keyId)) run.stop('cancelled')
  }

  activeKeys(): number[] {
    return [...this.#active.keys()]
  }

  async whenIdle(): Promise<void> {
    await Promise.all([...this.#queues.values()].map((queue) => queue.onIdle()))
    if (this.#active.size > 0) await this.whenIdle()
  }

  /** Interrupts what is under way and waits for it. The positions stay for the next start. */
  async close(): Promise<void> {
    this.#closing = true
    for (const { run } of this.#active.values()) run.stop('interrupted')
    await this.whenIdle()
    this.board.close()
  }

  #queue(provider: ProviderId): PQueue {
    const present = this.#queues.get(provider)
    if (present) return present
    const queue = new PQueue({ concurrency: SOURCES_PER_PROVIDER })
    this.#queues.set(provider, queue)
    return queue
  }

  async #execute(run: SyncRun): Promise<void> {
    try {
      await run.execute()
    } finally {
      const { keyId } = run.progress
      this.#deps.counting.delete(keyId)
      if (this.#active.get(keyId)?.run === run) this.#active.delete(keyId)
      this.#announce(true)
    }
  }

  #publish(progress: SyncProgress): void {
    this.board.publish(progress)
    this.#announce(false)
  }

  #announce(now: boolean): void {
    if (!now && performance.now() - this.#announcedAt < ANNOUNCE_EVERY_MS) return
    this.#announcedAt = performance.now()
    this.#changes.announce('usage')
  }
}

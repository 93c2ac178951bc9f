import { setImmediate as nextTurn } from 'node:timers/promises'
import type { VerdictRecord } from '../../shared/contract/captures.ts'
import { Problem } from '../../shared/problems.ts'
import type { Clock } from '../host.ts'
import type { EndpointBook } from '../receiver/ports.ts'
import type { CaptureIndex } from './capture-index.ts'
import type { LedgerChange, StoredCapture } from './capture-record.ts'
import { expired } from './retention.ts'
import { Judge } from './verdicts.ts'

const MINUTE_MS = 60_000
/** Requests whose verdicts are written at once. */
const JUDGED_AT_ONCE = 100
/** Milliseconds of judging before the main thread gets a turn. */
const JUDGED_MS = 10

interface RoutineOptions {
  readonly index: CaptureIndex
  readonly endpoints: EndpointBook
  readonly clock: Clock
  readonly stored: (id: number) => StoredCapture | null
  readonly apply: (change: LedgerChange) => Promise<readonly number[]>
}

/** What is done by itself: old requests deleted, verdicts made up for. Each runs once at a time. */
export class Routine {
  readonly #options: RoutineOptions
  #timer: NodeJS.Timeout | null = null
  #closed = false
  #resolving: Promise<void> | null = null
  #retaining: Promise<void> | null = null
  #retainAgain = false

  constructor(options: RoutineOptions) {
    this.#options = options
  }

  start(): void {
    this.#timer = setInterval(() => {
      // What fails now (a full disk) is tried again in a minute; the receiver tells the operator.
      this.applyRetention().catch(() => {})
      this.resolvePending().catch(() => {})
    }, MINUTE_MS)
    this.#timer.unref()
  }

  async close(): Promise<void> {
    this.#closed = true
    if (this.#timer !== null) clearInterval(this.#timer)
    await Promise.allSettled([this.#resolving, this.#retaining])
  }

  /** One that is under way may be past an endpoint that was changed since: it is followed by another one. */
  applyRetention(): Promise<void> {
    this.#retainAgain = this.#retaining !== null
    this.#retaining ??= this.#retainAll().finally(() => {
      this.#retaining = null
    })
    return this.#retaining
  }

  resolvePending(): Promise<void> {
    this.#resolving ??= this.#resolve().finally(() => {
      this.#resolving = null
    })
    return this.#resolving
  }

  async #retainAll(): Promise<void> {
    do {
      this.#retainAgain = false
      await this.#retain()
    } while (this.#retainAgain && !this.#closed)
  }

  async #retain(): Promise<void> {
    const { endpoints, index, clock, apply } = this.#options
    for (const endpoint of endpoints.all()) {
      while (!this.#closed) {
        const ids = index.read(({ rows }) => expired(rows, endpoint, clock.now())) ?? []
        if (ids.length === 0) break
        const before = index.notesThrough
        const deleted = await apply({ kind: 'delete', ids, sparePinned: true })
        // Pinned or gone meanwhile; the index will know.
        if (deleted.length === 0) break
        await index.settled(0, before + 1)
        if (index.notesThrough <= before) break
      }
    }
  }

  async #resolve(): Promise<void> {
    const { endpoints, index, stored, apply } = this.#options
    if (!endpoints.vaultReady()) return
    const judge = new Judge(endpoints)
    const facts = new Map(endpoints.all().map((endpoint) => [endpoint.id, endpoint]))
    let afterId = 0
    while (!this.#closed && endpoints.vaultReady()) {
      const selection = { filter: { verdict: 'pending' as const }, throughId: index.throughId }
      const ids = index.read(({ lists }) => lists.selected(selection, afterId, JUDGED_AT_ONCE)) ?? []
      const last = ids.at(-1)
      if (last === undefined) return
      afterId = last
      const verdicts: { id: number; verdict: VerdictRecord }[] = []
      let since = performance.now()
      for (const id of ids) {
        if (performance.now() - since >= JUDGED_MS) {
          await nextTurn()
          if (this.#closed) return
          since = performance.now()
        }
        const capture = stored(id)
        const endpoint = capture === null ? undefined : facts.get(capture.endpointId)
        if (capture === null || endpoint === undefined) continue
        const verdict = judgedAtArrival(judge, capture, endpoint)
        if (verdict !== null) verdicts.push({ id, verdict })
      }
      if (verdicts.length > 0) await apply({ kind: 'verdicts', verdicts })
    }
  }
}

/** Null where it cannot be judged: the vault was locked again, or a secret cannot be decrypted. */
function judgedAtArrival(judge: Judge, capture: StoredCapture, endpoint: Parameters<Judge['judge']>[1]) {
  try {
    const verdict = judge.judge(capture, endpoint, capture.at)
    return verdict.verdict === 'pending' ? null : verdict
  } catch (error) {
    if (error instanceof Problem) return null
    throw error
  }
}

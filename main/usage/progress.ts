import type { SyncProgress } from '../../shared/contract/usage.ts'

/** Shortest time between two messages about the same run. */
const MIN_GAP_MS = 100

interface Listener {
  readonly pending: Map<number, SyncProgress>
  wake: (() => void) | null
}

/**
 * The runs of this session and who follows them. A run is reported at most ten times a second; a change of its
 * state is reported at once, and its last message is never lost.
 */
export class ProgressBoard {
  readonly #runs = new Map<number, SyncProgress>()
  readonly #listeners = new Set<Listener>()
  readonly #lastSent = new Map<number, number>()
  readonly #timers = new Map<number, NodeJS.Timeout>()
  #closed = false

  get(runId: number): SyncProgress | undefined {
    return this.#runs.get(runId)
  }

  publish(progress: SyncProgress): void {
    const before = this.#runs.get(progress.runId)
    if (before === undefined) this.#forgetOlder(progress.keyId)
    this.#runs.set(progress.runId, progress)
    const { runId } = progress
    const waited = performance.now() - (this.#lastSent.get(runId) ?? Number.NEGATIVE_INFINITY)
    const isUrgent = before?.state !== progress.state || before.waitingUntil !== progress.waitingUntil
    if (isUrgent || waited >= MIN_GAP_MS) this.#send(runId)
    else if (!this.#timers.has(runId)) {
      this.#timers.set(
        runId,
        setTimeout(() => this.#send(runId), MIN_GAP_MS - waited),
      )
    }
  }

  /** Every run of the session as it is now, then each change, until `signal` or {@link close} ends it. */
  async *follow(signal: AbortSignal | undefined): AsyncGenerator<SyncProgress> {
    const listener: Listener = { pending: new Map(this.#runs), wake: null }
    const wake = () => listener.wake?.()
    this.#listeners.add(listener)
    signal?.addEventListener('abort', wake, { once: true })
    try {
      while (!signal?.aborted) {
        for (const [runId, progress] of listener.pending) {
          listener.pending.delete(runId)
          yield progress
          if (signal?.aborted) return
        }
        if (this.#closed) return
        if (listener.pending.size > 0 || signal?.aborted) continue
        await new Promise<void>((resolve) => {
          listener.wake = resolve
        })
        listener.wake = null
      }
    } finally {
      signal?.removeEventListener('abort', wake)
      this.#listeners.delete(listener)
    }
  }

  close(): void {
    this.#closed = true
    for (const runId of [...this.#timers.keys()]) this.#send(runId)
    for (const listener of this.#listeners) listener.wake?.()
  }

  #send(runId: number): void {
    clearTimeout(this.#timers.get(runId))
    this.#timers.delete(runId)
    this.#lastSent.set(runId, performance.now())
    const progress = this.#runs.get(runId)
    if (progress === undefined) return
    for (const listener of this.#listeners) {
      listener.pending.set(runId, progress)
      listener.wake?.()
    }
  }

  #forgetOlder(keyId: number): void {
    for (const [runId, run] of this.#runs) {
      if (run.keyId !== keyId || run.endedAt === null) continue
      this.#runs.delete(runId)
      this.#lastSent.delete(runId)
    }
  }
}

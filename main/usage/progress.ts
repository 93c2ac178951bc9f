import type { SyncProgress } from '../../shared/contract/usage.ts'
import { Followers } from '../followers.ts'

/** Shortest time between two messages about the same run. */
const MIN_GAP_MS = 100

/**
 * The runs of this session and who follows them. A run is reported at most ten times a second; a change of its
 * state is reported at once, and its last message is never lost.
 */
export class ProgressBoard {
  readonly #runs = new Map<number, SyncProgress>()
  readonly #followers = new Followers<SyncProgress>()
  readonly #lastSent = new Map<number, number>()
  readonly #timers = new Map<number, NodeJS.Timeout>()

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
  follow(signal: AbortSignal | undefined): AsyncGenerator<SyncProgress> {
    return this.#followers.follow(() => this.#runs, signal)
  }

  close(): void {
    for (const runId of [...this.#timers.keys()]) this.#send(runId)
    this.#followers.close()
  }

  #send(runId: number): void {
    clearTimeout(this.#timers.get(runId))
    this.#timers.delete(runId)
    this.#lastSent.set(runId, performance.now())
    const progress = this.#runs.get(runId)
    if (progress !== undefined) this.#followers.publish(runId, progress)
  }

  #forgetOlder(keyId: number): void {
    for (const [runId, run] of this.#runs) {
      if (run.keyId !== keyId || run.endedAt === null) continue
      this.#runs.delete(runId)
      this.#lastSent.delete(runId)
    }
  }
}

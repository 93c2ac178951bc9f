import type { Job } from '../../shared/contract/deliveries.ts'
import type { Alarm } from './alarm.ts'

/** Shortest time between two messages about the same job. */
const GAP_MS = 250

interface Listener {
  readonly pending: Map<number, Job>
  wake: (() => void) | null
}

interface Followed {
  job: Job
  sentAt: number
  endAlarm: (() => void) | null
}

/** Who follows the jobs under way. Each is reported at most four times a second; its last state is never lost. */
export class JobBoard {
  readonly #alarm: Alarm
  readonly #jobs = new Map<number, Followed>()
  readonly #listeners = new Set<Listener>()
  #isClosed = false

  constructor(alarm: Alarm) {
    this.#alarm = alarm
  }

  publish(job: Job): void {
    const followed = this.#jobs.get(job.id) ?? { job, sentAt: Number.NEGATIVE_INFINITY, endAlarm: null }
    followed.job = job
    this.#jobs.set(job.id, followed)
    const wait = GAP_MS - (performance.now() - followed.sentAt)
    if (wait <= 0) this.#send(followed)
    else followed.endAlarm ??= this.#alarm.after(wait, () => this.#send(followed))
  }

  /** The jobs that are under way, then each change, until `signal` or {@link close} ends it. */
  async *follow(signal: AbortSignal | undefined): AsyncGenerator<Job> {
    const now = [...this.#jobs.values()].map(({ job }) => [job.id, job] as const)
    const listener: Listener = { pending: new Map(now), wake: null }
    const wake = () => listener.wake?.()
    this.#listeners.add(listener)
    signal?.addEventListener('abort', wake, { once: true })
    try {
      while (!signal?.aborted) {
        for (const [id, job] of listener.pending) {
          listener.pending.delete(id)
          yield job
          if (signal?.aborted) return
        }
        if (this.#isClosed) return
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
    this.#isClosed = true
    for (const followed of this.#jobs.values()) if (followed.endAlarm !== null) this.#send(followed)
    for (const listener of this.#listeners) listener.wake?.()
  }

  #send(followed: Followed): void {
    followed.endAlarm?.()
    followed.endAlarm = null
    followed.sentAt = performance.now()
    const { job } = followed
    if (job.state !== 'running' && job.state !== 'paused') this.#jobs.delete(job.id)
    for (const listener of this.#listeners) {
      listener.pending.set(job.id, job)
      listener.wake?.()
    }
  }
}

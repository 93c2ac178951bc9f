import type { Job } from '../../shared/contract/deliveries.ts'
import { Followers } from '../followers.ts'
import type { Alarm } from './alarm.ts'

/** Shortest time between two messages about the same job. */
const GAP_MS = 250

interface Followed {
  job: Job
  sentAt: number
  endAlarm: (() => void) | null
}

/** Who follows the jobs under way. Each is reported at most four times a second; its last state is never lost. */
export class JobBoard {
  readonly #alarm: Alarm
  readonly #jobs = new Map<number, Followed>()
  readonly #followers = new Followers<Job>()

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
  follow(signal: AbortSignal | undefined): AsyncGenerator<Job> {
    return this.#followers.follow(() => [...this.#jobs].map(([id, { job }]) => [id, job] as const), signal)
  }

  close(): void {
    for (const followed of this.#jobs.values()) if (followed.endAlarm !== null) this.#send(followed)
    this.#followers.close()
  }

  #send(followed: Followed): void {
    followed.endAlarm?.()
    followed.endAlarm = null
    followed.sentAt = performance.now()
    const { job } = followed
    if (job.state !== 'running' && job.state !== 'paused') this.#jobs.delete(job.id)
    this.#followers.publish(job.id, job)
  }
}

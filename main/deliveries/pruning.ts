import type { CaptureReader } from '../captures/ports.ts'
import type { Alarm } from './alarm.ts'
import type { AttemptRows } from './attempt-rows.ts'
import type { JobRows } from './job-rows.ts'
import type { Journal } from './journal.ts'
import type { QueueRows } from './queue-rows.ts'

export interface PruningLimits {
  /** Newest attempts that are kept. */
  readonly attempts: number
  /** Bytes of the file. */
  readonly bytes: number
  /** Newest jobs that are kept. */
  readonly jobs: number
}

export const pruningLimits: PruningLimits = { attempts: 200_000, bytes: 1_024 ** 3, jobs: 1_000 }

const EVERY_MS = 60_000
/** Rows that one transaction deletes. */
const SLICE = 200
/** Captured requests that are looked at in one go, and how often in one minute. */
const LOOKED = 1_000
const ROUNDS = 50

interface PruningDependencies {
  readonly captures: CaptureReader
  readonly alarm: Alarm
  readonly journal: Journal
  readonly attempts: AttemptRows
  readonly queue: QueueRows
  readonly jobs: JobRows
  readonly limits: PruningLimits
}

/** Keeps the record of deliveries within bounds: every minute, in slices between which other work gets its turn. */
export class Pruning {
  readonly #deps: PruningDependencies
  #looked = 0
  #endAlarm: (() => void) | null = null
  #isStopped = false

  constructor(deps: PruningDependencies) {
    this.#deps = deps
  }

  start(): void {
    this.#endAlarm = this.#deps.alarm.after(EVERY_MS, () => {
      // What fails is tried again in a minute; nothing depends on it meanwhile.
      void this.run()
        .catch(() => {})
        .finally(() => {
          if (!this.#isStopped) this.start()
        })
    })
  }

  stop(): void {
    this.#isStopped = true
    this.#endAlarm?.()
  }

  /** Resolves when everything is within bounds. */
  async run(): Promise<void> {
    const { attempts, jobs, journal, limits } = this.#deps
    await journal.write(() => jobs.prune(limits.jobs))
    await this.#slices(() => attempts.deleteBeyond(limits.attempts, SLICE))
    await this.#slices(() => (attempts.usedBytes() > limits.bytes ? attempts.deleteOldest(SLICE) : 0))
    await this.#deleteOrphans()
  }

  async #slices(slice: () => number): Promise<void> {
    while (!this.#isStopped && (await this.#deps.journal.write(slice)) > 0);
  }

  /**
   * What belongs to captured requests that are gone. A part each time, round and round. Compared with what lists know:
   * what was captured since is not looked at yet.
   */
  async #deleteOrphans(): Promise<void> {
    const { captures, attempts, queue } = this.#deps
    const newest = captures.newestId()
    for (let round = 0; round < ROUNDS && newest > 0 && !this.#isStopped; round += 1) {
      const present = captures.selected({ filter: {}, throughId: newest }, this.#looked, LOOKED)
      const last = present.at(-1)
      if (last !== undefined) {
        const known = new Set(present)
        const gone = attempts.captureIds(this.#looked, last).filter((id) => !known.has(id))
        await this.#slices(() => attempts.deleteOf(gone, SLICE))
        if (gone.length > 0) await this.#deps.journal.write(() => queue.deleteDeadOf(gone))
      }
      const isEnd = last === undefined || present.length < LOOKED
      this.#looked = isEnd ? 0 : last
      if (isEnd) return
    }
  }
}

import { Problem } from '../shared/problems.ts'
import type { Clock } from './host.ts'
import type { Notices } from './notices.ts'
import type { Store } from './store/store.ts'

/** Copying the database holds everything up, so the window is shown first. */
const AFTER_OPENING_MS = 10_000
const AGAIN_MS = 3_600_000

/** Has the database backed up a while after opening, every day that Keyhold stays open, and at the end. */
export class BackupRoutine {
  readonly #store: Store
  readonly #clock: Clock
  readonly #notices: Notices
  #timer: NodeJS.Timeout

  constructor(store: Store, clock: Clock, notices: Notices) {
    this.#store = store
    this.#clock = clock
    this.#notices = notices
    this.#timer = this.#in(AFTER_OPENING_MS)
  }

  /** Before the store is closed. Never throws. */
  close(): void {
    clearTimeout(this.#timer)
    this.#make()
  }

  #in(ms: number): NodeJS.Timeout {
    return setTimeout(() => {
      this.#make()
      this.#timer = this.#in(AGAIN_MS)
    }, ms).unref()
  }

  #make(): void {
    try {
      this.#store.backupIfDue(this.#clock.now())
    } catch (error) {
      this.#notices.push({
        severity: 'warning',
        message: 'No backup of the workspace could be made.',
        detail: reasonOf(error),
      })
    }
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof Problem) return [error.details.cause, ...error.details.remedies].join(' ')
  return error instanceof Error ? error.message : String(error)
}

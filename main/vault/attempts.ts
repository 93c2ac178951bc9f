import { Problem } from '../../shared/problems.ts'
import { waitInWords } from '../../shared/words.ts'
import type { Clock } from '../host.ts'
import type { Store } from '../store/store.ts'
import type { AttemptsRecord, VaultRows } from './rows.ts'

const FIRST_DELAY_MS = 1_000
const LONGEST_DELAY_MS = 5 * 60_000

/** Milliseconds to wait after so many wrong passphrases in a row: 1 s, 2 s, 4 s … at most 5 minutes. */
export function delayAfter(failures: number): number {
  if (failures <= 0) return 0
  return Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(failures - 1, 20))
}

/**
 * The growing delay after wrong passphrases. It is in the database, so a restart does not end it. A try counts as
 * failed from the moment it begins, so tries side by side, or a killed process, gain nothing.
 */
export class Attempts {
  readonly #store: Store
  readonly #rows: VaultRows
  readonly #clock: Clock

  constructor(store: Store, rows: VaultRows, clock: Clock) {
    this.#store = store
    this.#rows = rows
    this.#clock = clock
  }

  /** Milliseconds until the next try is accepted; 0 when it is accepted now. */
  retryAfterMs(): number {
    return this.#remaining(this.#rows.attempts())
  }

  /**
   * Begins a try. Throws {@link Problem} TOO_EARLY while a delay runs, and then changes nothing. Whoever began a try
   * says how it ended: {@link succeeded} or {@link undone}; saying nothing leaves it failed.
   */
  begin(): { undone: () => void } {
    // Outside the transaction: what it notes about a clock set back must outlast the refusal.
    const running = this.retryAfterMs()
    if (running > 0) throw tooEarly(running)
    return this.#store.transaction(() => {
      const before = this.#rows.attempts()
      const wait = this.#remaining(before)
      if (wait > 0) throw tooEarly(wait)
      this.#rows.putAttempts({ failures: (before?.failures ?? 0) + 1, lastFailureAt: this.#clock.now() })
      return { undone: () => this.#rows.putAttempts(before) }
    })
  }

  /** Lets the delay run from now on: the answer took its own time. Returns the milliseconds of the delay. */
  failed(): number {
    return this.#store.transaction(() => {
      const failures = this.#rows.attempts()?.failures ?? 1
      this.#rows.putAttempts({ failures, lastFailureAt: this.#clock.now() })
      return delayAfter(failures)
    })
  }

  succeeded(): void {
    this.#rows.putAttempts(null)
  }

  /** A clock that was set back starts the delay anew: never shorter than it was, never longer than one delay. */
  #remaining(record: AttemptsRecord | null): number {
    if (record === null) return 0
    const now = this.#clock.now()
    const delay = delayAfter(record.failures)
    if (now < record.lastFailureAt) {
      this.#rows.putAttempts({ failures: record.failures, lastFailureAt: now })
      return delay
    }
    return Math.max(0, record.lastFailureAt + delay - now)
  }
}

function tooEarly(retryAfterMs: number): Problem {
  return new Problem('TOO_EARLY', `Too many wrong passphrases. Try again in ${waitInWords(retryAfterMs)}.`, {
    cause: 'After a wrong passphrase the next try has to wait, a little longer each time. Nothing was tried.',
    remedies: ['Wait, then try again.', 'The recovery code opens the vault without waiting.'],
    retryAfterMs,
  })
}

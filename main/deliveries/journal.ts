import { Problem } from '../../shared/problems.ts'
import { defectOf } from '../defects.ts'
import type { Db } from '../store/store.ts'

interface Entry {
  /** Runs inside the transaction; answers with what settles the promise after it. */
  readonly run: () => () => void
  readonly reject: (error: unknown) => void
}

/** A transaction ends after so many milliseconds, so that other work gets its turn. */
const SLICE_MS = 4
/** Milliseconds between two transactions while entries keep coming. */
const GAP_MS = 15

/**
 * Writes what deliveries have to say in groups: thousands of small transactions a second would leave no time for
 * anything else. Entries are written in the order they come, each batch as a whole or not at all.
 */
export class Journal {
  readonly #db: Db
  #entries: Entry[] = []
  #isPlanned = false
  #lastAt = Number.NEGATIVE_INFINITY

  constructor(db: Db) {
    this.#db = db
  }

  /** Resolves when `work` is on disk. Rejects with STORE_FAILED; nothing of `work` is there then. */
  write<T>(work: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#entries.push({
        run: () => {
          const value = work()
          return () => resolve(value)
        },
        reject,
      })
      this.#plan()
    })
  }

  /** Runs `work` in a transaction of its own, at once. Throws STORE_FAILED; nothing of `work` is there then. */
  now<T>(work: () => T): T {
    try {
      return this.#db.transaction(work).immediate()
    } catch (error) {
      throw deliveryFault(error)
    }
  }

  /** Writes at once what is waiting. For closing, and before what was written has to be read. */
  flush(): void {
    while (this.#entries.length > 0) this.#writeBatch()
  }

  #plan(): void {
    if (this.#isPlanned) return
    this.#isPlanned = true
    const wait = GAP_MS - (performance.now() - this.#lastAt)
    const run = () => {
      this.#isPlanned = false
      this.#writeBatch()
      if (this.#entries.length > 0) this.#plan()
    }
    if (wait <= 0) setImmediate(run)
    else setTimeout(run, wait)
  }

  #writeBatch(): void {
    const entries = this.#entries
    if (entries.length === 0) return
    const started = performance.now()
    let count = 0
    let settle: (() => void)[]
    try {
      settle = this.#db
        .transaction(() => {
          const done: (() => void)[] = []
          for (const { run } of entries) {
            count += 1
            done.push(run())
            if (performance.now() - started > SLICE_MS) break
          }
          return done
        })
        .immediate()
    } catch (error) {
      // Where even the beginning fails (another program holds the file), all of them do.
      if (count === 0) count = entries.length
      const problem = deliveryFault(error)
      settle = entries.slice(0, count).map(
        ({ reject }) =>
          () =>
            reject(problem),
      )
    }
    this.#entries = entries.slice(count)
    this.#lastAt = performance.now()
    for (const finish of settle) finish()
  }
}

/** A failure of our own as a problem: of the file, or a defect. What is a problem already stays one. */
export function deliveryFault(error: unknown): Problem {
  if (error instanceof Problem) return error
  const isDefect = !(error instanceof Error && 'code' in error && String(error.code).startsWith('SQLITE_'))
  if (isDefect) {
    return new Problem(
      'INTERNAL',
      'A delivery failed inside Keyhold.',
      {
        cause: `A defect: ${defectOf(error)}.`,
        remedies: ['Nothing that was done is lost. It goes on by itself, or when it is resumed.'],
      },
      { cause: error },
    )
  }
  return new Problem(
    'STORE_FAILED',
    'What became of a delivery could not be written down.',
    {
      cause: error instanceof Error ? error.message : String(error),
      remedies: ['Make room on the disk of the data directory.', 'It goes on by itself when writing works again.'],
    },
    { cause: error },
  )
}

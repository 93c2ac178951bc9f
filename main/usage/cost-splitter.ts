import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Ledger } from './ledger.ts'

/** What one slice should take: everything else the workspace does waits for it. */
const SLICE_MS = 10
/** Most days of one slice, however fast they seem to be. */
const MAX_DAYS = 31

/**
 * Brings costs down to keys in slices of some days, one after the other over all sources, and lets everything else have
 * its turn between them. What is not done when it ends (a crash, a close) stays noted, and is done when it is read.
 */
export class CostSplitter {
  readonly #ledger: Ledger
  #last: Promise<void> = Promise.resolve()

  constructor(ledger: Ledger) {
    this.#ledger = ledger
  }

  /** Splits what is noted for a source, as long as `goesOn` says so. Rejects if it cannot be stored. */
  split(sourceKeyId: number, goesOn: () => boolean): Promise<void> {
    const work = this.#last.then(() => this.#split(sourceKeyId, goesOn))
    this.#last = work.catch(() => {})
    return work
  }

  async #split(sourceKeyId: number, goesOn: () => boolean): Promise<void> {
    let days = 1
    while (goesOn()) {
      const started = performance.now()
      if (this.#ledger.splitSome(sourceKeyId, days) === 0) return
      const took = Math.max(0.1, performance.now() - started)
      // At most twice as many as the time before: the first days of a source may be its quiet ones.
      days = Math.max(1, Math.min(MAX_DAYS, days * 2, Math.floor((days * SLICE_MS) / took)))
      await nextTurn()
    }
  }
}

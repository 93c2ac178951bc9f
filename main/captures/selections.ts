import type { Selection } from '../../shared/contract/captures.ts'
import { Problem } from '../../shared/problems.ts'
import type { CaptureIndex, IndexView } from './capture-index.ts'
import type { StoredCapture } from './capture-record.ts'
import type { LedgerDoor } from './ledger-door.ts'

/** Ids that are looked up at a time. */
const AT_ONCE = 2_000

/** What requests are meant. While the lists are away or behind it says so: part of a selection is never taken for all. */
export class Selections {
  readonly #ledger: LedgerDoor
  readonly #index: CaptureIndex

  constructor(ledger: LedgerDoor, index: CaptureIndex) {
    this.#ledger = ledger
    this.#index = index
  }

  /** What the index says; `empty` where nothing was ever captured. Throws STORE_FAILED while it is being made. */
  indexed<T>(work: (view: IndexView) => T, empty: T): T {
    this.#ledger.check()
    const found = this.#index.read((view) => ({ value: work(view) }))
    if (found !== null) return found.value
    if (this.#ledger.newestId() === 0) return empty
    throw noIndex(this.#index.failure)
  }

  /** See `CaptureReader.reached`. */
  async reached(selection: Selection): Promise<void> {
    if ('ids' in selection) return
    const throughId = Math.min(selection.throughId, this.#ledger.newestId())
    await this.#index.settled(throughId, 0)
    if (this.#index.throughId < throughId) throw noIndex(this.#index.failure)
  }

  /** See `CaptureReader.selected`. */
  ids(selection: Selection, afterId: number, limit: number): readonly number[] {
    if (!('ids' in selection)) return this.indexed(({ lists }) => lists.selected(selection, afterId, limit), [])
    const ids = [...new Set(selection.ids)].sort((a, b) => a - b).filter((id) => id > afterId)
    return ids.slice(0, limit)
  }

  count(selection: Selection): number {
    if ('ids' in selection) return new Set(selection.ids).size
    return this.indexed(({ lists }) => lists.countSelected(selection), 0)
  }

  /** All ids, a page at a time. Asks before each page: an index that is begun anew in between would end them early. */
  async *pages(selection: Selection): AsyncGenerator<readonly number[]> {
    let afterId = 0
    for (;;) {
      await this.reached(selection)
      const ids = this.ids(selection, afterId, AT_ONCE)
      const last = ids.at(-1)
      if (last === undefined) return
      yield ids
      afterId = last
    }
  }

  /** The requests one after the other, so that only one body is in memory. Those that are gone are left out. */
  *stored(selection: Selection): Generator<StoredCapture> {
    let afterId = 0
    for (;;) {
      const ids = this.ids(selection, afterId, AT_ONCE)
      const last = ids.at(-1)
      if (last === undefined) return
      for (const id of ids) {
        const stored = this.#ledger.read(id)
        if (stored !== null) yield stored
      }
      afterId = last
    }
  }
}

/** `failure`: what keeps the lists from being made, null while that is under way. */
export function noIndex(failure: string | null): Problem {
  if (failure === null) {
    return new Problem(
      'STORE_FAILED',
      'The list of captured requests is being made and does not have all of them yet.',
      {
        cause: 'It is made from the captured requests after a start, after damage, and while they come in fast.',
        remedies: ['Try again in a moment.'],
      },
    )
  }
  return new Problem('STORE_FAILED', 'The list of captured requests cannot be made.', {
    cause: failure,
    remedies: ['Check that the data directory can be written and the disk is not full. It is tried again by itself.'],
  })
}

import type { SearchTerms } from '../store/search.ts'
import type { Store } from '../store/store.ts'
import type { KeyPosition, KeyRows, KeySort } from './rows.ts'

export interface KeyPage {
  readonly positions: readonly KeyPosition[]
  /** How many match in all, exactly. */
  readonly total: number
}

/** Up to so many matches are fetched and sorted anew for every page. */
const FEW = 1_000
/** If at least one row in so many matches, a page is probably found within the next rows. */
const DENSE = 8
/** So many rows are looked through for it. */
const SPAN = 1_500

/**
 * Finds one page of a list among many keys. Every way gives the same rows; which one is taken depends on how many
 * keys match, so that a keystroke is answered quickly whether its word is everywhere, nowhere, or only in names at
 * the far end of the order.
 */
export class KeyPages {
  readonly #store: Store
  readonly #rows: KeyRows
  /** Ids in order, per sort, as of one revision of the rows. */
  readonly #orders = new Map<KeySort, { revision: number; ids: readonly number[] }>()

  constructor(store: Store, rows: KeyRows) {
    this.#store = store
    this.#rows = rows
  }

  page(input: { terms: SearchTerms | null; sort: KeySort; after: KeyPosition | null; limit: number }): KeyPage {
    const { terms, sort, after, limit } = input
    const total = this.#rows.count(terms)
    if (terms === null) return { positions: this.#rows.firstOf(sort, after, limit), total }
    if (total <= FEW) return { positions: this.#rows.sortedMatches(sort, terms, after, limit), total }
    if (total * DENSE >= this.#rows.count(null)) {
      const near = this.#rows.matchesAhead(sort, terms, after, SPAN, limit)
      if (near.length === limit) return { positions: near, total }
    }
    return { positions: this.#rows.positionsOf(sort, this.#idsInOrder(terms, sort, after, limit)), total }
  }

  #idsInOrder(terms: SearchTerms, sort: KeySort, after: KeyPosition | null, limit: number): number[] {
    const isMatch = membership(this.#rows.matchingIds(terms))
    const order = this.#order(sort)
    const found: number[] = []
    for (let at = after === null ? 0 : this.#rows.rankOf(sort, after); at < order.length; at++) {
      const id = order[at]
      if (id !== undefined && isMatch(id)) found.push(id)
      if (found.length === limit) break
    }
    return found
  }

  #order(sort: KeySort): readonly number[] {
    const known = this.#orders.get(sort)
    if (known?.revision === this.#rows.revision) return known.ids
    const ids = this.#rows.orderedIds(sort)
    // What an open transaction shows may be undone without a new revision.
    if (!this.#store.db.inTransaction) this.#orders.set(sort, { revision: this.#rows.revision, ids })
    return ids
  }
}

/** A field of marks is several times faster than a set, as long as the ids are not far apart. */
function membership(ids: readonly number[]): (id: number) => boolean {
  const highest = ids.reduce((most, id) => Math.max(most, id), 0)
  if (highest > 1_000_000 + ids.length * 10) {
    const set = new Set(ids)
    return (id) => set.has(id)
  }
  const marks = new Uint8Array(highest + 1)
  for (const id of ids) marks[id] = 1
  return (id) => marks[id] === 1
}

import { countOf } from '../../shared/words.ts'
import type { StoreNotice } from '../store/integrity.ts'
import { isUnreadableRow } from './ledger.ts'

/** What turns up within this time is said together. */
const GATHER_MS = 250
/** Numbers of requests that are named. */
const NAMED = 10

/** Says once of each captured request whose row cannot be read that the lists go without it. */
export class Unreadable {
  readonly #notify: (notice: StoreNotice) => void
  readonly #said = new Set<number>()
  #unsaid: number[] = []
  #timer: NodeJS.Timeout | null = null

  constructor(notify: (notice: StoreNotice) => void) {
    this.#notify = notify
  }

  /** Null where the row of the request cannot be read, which is said. Throws whatever else keeps it from being read. */
  pass<T>(id: number, read: () => T): T | null {
    try {
      return read()
    } catch (error) {
      if (!isUnreadableRow(error)) throw error
      this.add([id])
      return null
    }
  }

  add(ids: readonly number[]): void {
    for (const id of ids) {
      if (this.#said.has(id)) continue
      this.#said.add(id)
      this.#unsaid.push(id)
    }
    if (this.#unsaid.length > 0) this.#timer ??= setTimeout(() => this.flush(), GATHER_MS)
  }

  /** Says at once what is left to say. */
  flush(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    const ids = this.#unsaid
    this.#unsaid = []
    if (ids.length === 0) return
    const named = ids.slice(0, NAMED).join(', ')
    const others = ids.length > NAMED ? ' and others' : ''
    this.#notify({
      severity: 'error',
      message: `${countOf(ids.length, 'captured request')} cannot be read, so the lists go without.`,
      detail: `The file of captured requests is damaged where they stand: ${named}${others}. All others are as they were.`,
    })
  }
}

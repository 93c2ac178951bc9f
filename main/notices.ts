import type { Changes } from './changes.ts'
import type { StoreNotice } from './store/integrity.ts'

/** What happened by itself that the operator should know. Screens hear of each one when it comes. */
export class Notices {
  readonly #changes: Changes
  readonly #all: StoreNotice[]

  constructor(changes: Changes, atStart: readonly StoreNotice[]) {
    this.#changes = changes
    this.#all = [...atStart]
  }

  /** Oldest first. */
  list(): StoreNotice[] {
    return [...this.#all]
  }

  /** The same notice is kept once, however often its cause comes back. */
  push(notice: StoreNotice): void {
    const isKnown = this.#all.some(({ message, detail }) => message === notice.message && detail === notice.detail)
    if (isKnown) return
    this.#all.push(notice)
    this.#changes.announce('notices')
  }
}

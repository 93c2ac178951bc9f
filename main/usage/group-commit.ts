import type { Store } from '../store/store.ts'

interface Waiting {
  /** Runs inside the transaction; answers with what settles the promise after it. */
  readonly run: () => () => void
  readonly reject: (error: unknown) => void
}

/**
 * Puts pages that arrive at about the same time into one transaction: a commit waits for the disk, and twenty chains
 * would otherwise wait for it twenty times. Each page is still stored whole or not at all, and is reported as stored
 * only when it is on disk.
 */
export class GroupCommit {
  readonly #store: Store
  #waiting: Waiting[] = []

  constructor(store: Store) {
    this.#store = store
  }

  /** Rejects with what `work` throws, then without any of its changes, or with the failure of the commit. */
  commit<T>(work: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#waiting.length === 0) setImmediate(() => this.#flush())
      this.#waiting.push({ run: () => this.#inSavepoint(work, resolve, reject), reject })
    })
  }

  #inSavepoint<T>(work: () => T, resolve: (value: T) => void, reject: (error: unknown) => void): () => void {
    const { db } = this.#store
    db.exec('SAVEPOINT page')
    try {
      const value = work()
      db.exec('RELEASE page')
      return () => resolve(value)
    } catch (error) {
      db.exec('ROLLBACK TO page; RELEASE page')
      return () => reject(error)
    }
  }

  #flush(): void {
    const batch = this.#waiting
    this.#waiting = []
    let settle: (() => void)[]
    try {
      settle = this.#store.transaction(() => batch.map(({ run }) => run()))
    } catch (error) {
      settle = batch.map(
        ({ reject }) =>
          () =>
            reject(error),
      )
    }
    for (const finish of settle) finish()
  }
}

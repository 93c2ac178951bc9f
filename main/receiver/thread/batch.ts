import type { NewCapture } from '../../captures/capture-record.ts'
import type { LedgerKeeper } from './ledger-keeper.ts'
import type { Reports } from './reports.ts'

/** What is gathered before it is written at once, however much more could be read. */
const MAX_REQUESTS = 512
const MAX_BYTES = 16 * 1024 * 1024
/** While every turn of the event loop brings more, the write is put off this long at most. */
const MAX_GATHER_MS = 1

/** A request that waits for the disk. */
export interface Waiting {
  readonly capture: NewCapture
  /** It is on disk. */
  stored(id: number): void
  /** It is not, and the sender must hear that. */
  notStored(): void
}

interface Written {
  readonly batch: readonly Waiting[]
  readonly ids: readonly (number | null)[]
  readonly answered?: () => void
}

/**
 * Group commit. Requests that were read in a few turns of the event loop, or while the disk was busy with those before
 * them, are written in one transaction, brought to the disk together and answered then: many senders share the wait for
 * the disk, and reading goes on meanwhile.
 */
export class Batch {
  readonly #keeper: LedgerKeeper
  readonly #reports: Reports
  #waiting: Waiting[] = []
  #bytes = 0
  #scheduled = false
  /** When the first of them was complete, and how many there were a turn of the event loop ago. */
  #since = 0
  #before = 0
  /** Written, but not brought to the disk yet. */
  #written: Written[] = []
  #syncing = false
  readonly #turn = () => {
    const grew = this.#waiting.length > this.#before
    this.#before = this.#waiting.length
    if (grew && performance.now() - this.#since < MAX_GATHER_MS) {
      setImmediate(this.#turn)
      return
    }
    this.#scheduled = false
    // What the disk is busy with is answered first; more is gathered until then.
    if (!this.#syncing) this.write()
  }

  constructor(keeper: LedgerKeeper, reports: Reports) {
    this.#keeper = keeper
    this.#reports = reports
  }

  add(waiting: Waiting): void {
    this.#waiting.push(waiting)
    this.#bytes += waiting.capture.body.length
    if (this.#waiting.length >= MAX_REQUESTS || this.#bytes >= MAX_BYTES) this.write()
    else if (!this.#scheduled && !this.#syncing) {
      this.#scheduled = true
      this.#since = performance.now()
      this.#before = 0
      setImmediate(this.#turn)
    }
  }

  /** Everything that waits, now. */
  write(): void {
    const batch = this.#waiting
    if (batch.length === 0) return
    this.#waiting = []
    this.#bytes = 0
    this.#written.push({ batch, ids: this.#keeper.append(batch.map(({ capture }) => capture)) })
    if (!this.#syncing) this.#sync()
  }

  /** Resolves when everything that waits now is answered. */
  async finish(): Promise<void> {
    this.write()
    await new Promise<void>((answered) => {
      this.#written.push({ batch: [], ids: [], answered })
      if (!this.#syncing) this.#sync()
    })
  }

  #sync(): void {
    const written = this.#written
    this.#written = []
    this.#syncing = true
    this.#keeper.sync((onDisk) => {
      this.#syncing = false
      // The disk gets its next work before these are answered.
      this.write()
      if (!this.#syncing && this.#written.length > 0) this.#sync()
      for (const { batch, ids, answered } of written) {
        this.#answer(batch, onDisk ? ids : batch.map(() => null))
        answered?.()
      }
    })
  }

  #answer(batch: readonly Waiting[], ids: readonly (number | null)[]): void {
    this.#report(batch, ids)
    for (const [at, waiting] of batch.entries()) {
      const id = ids[at] ?? null
      if (id === null) waiting.notStored()
      else waiting.stored(id)
    }
  }

  #report(batch: readonly Waiting[], ids: readonly (number | null)[]): void {
    let refused = 0
    let stored = 0
    let lastId = 0
    for (const [at, { capture }] of batch.entries()) {
      const id = ids[at] ?? null
      if (id === null) continue
      stored += 1
      lastId = id
      if (capture.refused !== null) refused += 1
    }
    if (stored > 0) this.#reports.stored(lastId, stored)
    if (stored > refused) this.#reports.count('captured', stored - refused)
    if (refused > 0) this.#reports.count('refused', refused)
    if (stored < batch.length) this.#reports.count('notStored', batch.length - stored)
  }
}
